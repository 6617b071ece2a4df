import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { packageRoot } from '../../src/lib/package.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { changeByte, StoreFiles } from '../support/damage.js';
import { receive } from '../support/messages.js';
import { healed } from '../support/watched.js';

const NAMES = ['mq01', 'mq02', 'mq03'];

/** More than one file of the log. */
const COUNT = 22;
const BYTES = 5_000_000;

const CUT = '-Dmqha.store.cut=true';

let cluster: TestCluster;
let settings: ClientSettings;

/** The oldest log file. */
let first = '';

const storeOf = (node: string) => new StoreFiles(cluster, node);

async function depthOf(queue: string): Promise<number | undefined> {
  const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
  return queues.find(({ name }) => name === queue)?.depth;
}

/** What a person types into a shell in the cluster's directory. */
async function shell(lines: string): Promise<void> {
  const program = join(packageRoot(), 'bin', 'mqha.js');
  const mqha = `mqha() { "${process.execPath}" "${program}" "$@"; }`;
  const done = await execa('bash', ['-ec', `${mqha}\n${lines}`], {
    cwd: cluster.directory,
    env: { MQHA_CLUSTER: '', ...cluster.env },
    reject: false,
    stdin: 'ignore',
  });
  expect(done.exitCode, done.stderr).toBe(0);
}

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster());
  await cluster.json('send', 'large', '--count', `${COUNT}`, '--size', `${BYTES}`);
  await healed(cluster);
});

afterAll(async () => {
  await cluster.remove();
});

describe('a store of which every copy is damaged', () => {
  it('by a file that is missing comes up when the file is put back', async () => {
    await cluster.run('down');
    [first = ''] = storeOf('mq01').logs();
    const aside = join(cluster.directory, first);
    for (const name of NAMES) renameSync(join(storeOf(name).store, first), aside);
    const refused = await cluster.run('up');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('no other copy that is whole goes as far');
    copyFileSync(aside, join(storeOf('mq01').store, first));
    await cluster.json('up');
    expect(await depthOf('large')).toBe(COUNT);
    await healed(cluster);
  });

  it('can be started from a copy that was set aside, which has what the others lack', async () => {
    await receive(settings, 'large', COUNT);
    expect(await depthOf('large')).toBe(0);
    const kept = join(storeOf('mq02').data, 'stash-kept');
    const [copy = ''] = readdirSync(kept).sort().reverse();
    // It was set aside for the file that was missing.
    expect(existsSync(join(kept, copy, 'store', first))).toBe(false);
    const file = join(cluster.directory, first);
    copyFileSync(file, join(kept, copy, 'store', first));
    await shell(`
      mqha down
      mv nodes/mq02/data/storedb nodes/mq02/data/storedb.before
      cp -a --sparse=always nodes/mq02/data/stash-kept/${copy}/store nodes/mq02/data/storedb
      rm -f nodes/mq02/log/end.json
      mv nodes/mq01/data/storedb nodes/mq01/data/storedb.before
      mv nodes/mq03/data/storedb nodes/mq03/data/storedb.before
      mqha start mq02 && mqha up
    `);
    expect(await depthOf('large')).toBe(COUNT);
    await healed(cluster);
  });

  it('in the newest file comes up with what is before the damage, on a word of a person', async () => {
    await cluster.json('send', 'small', '--count', '100', '--size', '100');
    await healed(cluster);
    await cluster.run('down');
    for (const name of NAMES) changeByte(storeOf(name).newest(), 1_000_000);
    const refused = await cluster.run('up');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('is damaged behind offset');
    await cluster.edit((text) => text.replace('java:\n', `java:\n  options: ['${CUT}']\n`));
    await cluster.json('up');
    const left = await depthOf('large');
    expect(left).toBeLessThan(COUNT);
    expect(left).toBeGreaterThan(COUNT / 2);
    await healed(cluster);
    await cluster.edit((text) => text.replace(`  options: ['${CUT}']\n`, ''));
    await shell('mqha restart --yes');
    expect(await depthOf('large')).toBe(left);
    const bodies = await receive(settings, 'large', left ?? 0);
    expect(new Set(bodies.map((body) => parseInt(body, 10))).size).toBe(left);
  });
});
