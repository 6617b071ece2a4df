import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestCluster } from '../support/cluster.js';

/** The words of everything that runs on this machine. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

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

  const archivers = async () =>
    (await commandLines()).filter(
      (words) => words.includes(cluster.directory) && words.includes('archive-classes'),
    );

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

  it('are not worked on any more once the cluster is destroyed', async () => {
    await cluster.json('down', '--yes');
    for (const name of await archives()) await rm(join(cache, 'archives', name));
    await cluster.json('up');
    await eventually(archivers, (found) => found.length === 1, 30_000);
    await cluster.json('destroy', '--yes');
    expect(await archivers()).toEqual([]);
    // Nor its JVM, which is given the cache.
    expect((await commandLines()).filter((words) => words.includes(cache))).toEqual([]);
    await rm(cache, { recursive: true });
  });
});
