import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { healed } from '../support/watched.js';

const COUNT = 50;
const OLD = ['mq01', 'mq03'];

let cluster: TestCluster;

const dataOf = (node: string) => join(cluster.directory, 'nodes', node, 'data');

async function sendSome(): Promise<void> {
  await cluster.json('send', 'orders', '--count', `${COUNT}`, '--size', '100');
  await healed(cluster);
  await cluster.run('down');
}

async function depth(): Promise<number | undefined> {
  const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
  return queues.find(({ name }) => name === 'orders')?.depth;
}

beforeAll(async () => {
  ({ cluster } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

describe('copies of the messages on most nodes', () => {
  it('that are older win against no newer one', async () => {
    await sendSome();
    for (const node of OLD) {
      await execa('cp', ['-a', '--sparse=always', dataOf(node), `${dataOf(node)}.old`]);
    }
    await cluster.json('up');
    await sendSome();
    for (const node of OLD) {
      await rename(dataOf(node), `${dataOf(node)}.new`);
      await rename(`${dataOf(node)}.old`, dataOf(node));
    }
    const without = await cluster.run('start', ...OLD);
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toMatch(/what a quorum had and what only mq02 has now/);
    const up = await cluster.run('up');
    expect(up.exitCode, up.stderr).toBe(0);
    expect((await healed(cluster)).master).toBe('mq02');
    expect(await depth()).toBe(2 * COUNT);
    await cluster.run('down');
  });

  it('that are not there are missed before anything starts, and may be given up', async () => {
    for (const node of OLD) await rename(dataOf(node), `${dataOf(node)}.away`);
    const up = await cluster.run('up');
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain('the data of mq01 and mq03 is gone');
    expect(up.stderr).toContain('`mqha start mq02`, then `mqha up`');
    const start = await cluster.run('start', 'mq02');
    expect(start.exitCode, start.stderr).toBe(0);
    await cluster.json('up');
    await healed(cluster);
    expect(await depth()).toBe(2 * COUNT);
  });

  it('that were set aside although a quorum had them are told until they are removed', async () => {
    const kept = join(dataOf('mq01'), 'stash-kept', '20260102T030405Z');
    await mkdir(join(kept, 'store'), { recursive: true });
    await writeFile(join(kept, 'why.txt'), 'a quorum had it: it goes to 7\n');
    const check = await cluster.run('check');
    expect(check.exitCode, check.stdout).toBe(1);
    expect(check.stdout).toContain('mq01 gave up a log for a master that had less');
    await rm(kept, { recursive: true });
    expect((await cluster.run('check')).exitCode).toBe(0);
  });
});
