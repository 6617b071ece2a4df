import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestCluster } from '../support/cluster.js';

describe('the archives of class data', () => {
  let cache: string;
  let cluster: TestCluster;

  const archives = async () =>
    (await readdir(join(cache, 'archives')).catch(() => [])).filter((name) =>
      name.endsWith('.jsa'),
    );

  /** Whether a process has mapped a file of that kind. */
  const maps = async (process: string, kind: string) => {
    const text = await readFile(`/proc/${await cluster.pidOf(process)}/maps`, 'utf8');
    return text.includes(join(cache, 'archives', kind));
  };

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'mqha-cache-'));
    cluster = await TestCluster.make(['--nodes', '1'], { MQHA_CACHE: cache });
  });

  afterAll(async () => {
    await cluster.remove();
    await rm(cache, { recursive: true, force: true });
  });

  it('are made of a first start without being asked for', async () => {
    await cluster.json('up');
    const made = await eventually(archives, (names) => names.length === 2, 180_000);
    expect(made.map((name) => name.split('-')[0]).toSorted()).toEqual(['broker', 'zookeeper']);
  });

  it('are mapped by what starts from then on', async () => {
    await cluster.json('down');
    await cluster.json('up');
    expect(await maps('mq01', 'broker')).toBe(true);
    expect(await maps('zookeeper', 'zookeeper')).toBe(true);
  });

  it('are done without, and without a word, where they are damaged', async () => {
    await cluster.json('down');
    for (const name of await archives()) {
      await chmod(join(cache, 'archives', name), 0o600);
      await writeFile(join(cache, 'archives', name), 'no archive');
    }
    await cluster.json('up');
    expect(await maps('mq01', 'broker')).toBe(false);
    const output = join(cluster.directory, 'nodes', 'mq01', 'log', 'stdout.log');
    expect(await readFile(output, 'utf8')).not.toMatch(/archive/i);
  });
});
