import { closeSync, openSync, readdirSync, readSync, rmSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueStatistics } from '../../src/clients/management/jolokia.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { eventually, startedCluster, type TestCluster } from '../support/cluster.js';
import { receive } from '../support/messages.js';
import { healed, ofType } from '../support/watched.js';

/** More than one file of the log. */
const LARGE = 22;
const LARGE_BYTES = 5_000_000;

let cluster: TestCluster;
let settings: ClientSettings;

const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };

const dataOf = (node: string) => join(cluster.directory, 'nodes', node, 'data');

const logsOf = (node: string) =>
  readdirSync(join(dataOf(node), 'storedb'))
    .filter((name) => name.endsWith('.log'))
    .sort();

async function depthOf(queue: string): Promise<number | undefined> {
  const { queues } = await cluster.json<{ queues: QueueStatistics[] }>('queues');
  return queues.find(({ name }) => name === queue)?.depth;
}

async function keptOf(node: string): Promise<string[]> {
  const { nodes } = await cluster.status();
  return nodes.find(({ name }) => name === node)?.kept.map(({ why }) => why) ?? [];
}

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

describe('a store that is lost or damaged', () => {
  it('under a master that serves: it ends, another serves without a loss, and it is a slave again', async () => {
    const { master } = await healed(cluster);
    const node = master ?? '';
    const began = new Date();
    const sending = cluster.start(['send', 'small', '--count', '3000', '--size', '500', '--json']);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    // The broker may write something while it goes.
    rmSync(dataOf(node), REMOVE);
    const sent = await sending.ended;
    expect(sent.exitCode, sent.stderr).toBe(0);
    const after = await healed(cluster);
    expect(after.master).not.toBe(node);
    expect(after.nodes.find(({ name }) => name === node)).toMatchObject({ attached: true });
    const ends = ofType(await cluster.events(began), 'process-ended');
    expect(ends).toContainEqual(expect.objectContaining({ node, code: 'log-lost' }));
    const { messages } = await cluster.json<{ messages: { body: string }[] }>('consume', 'small');
    const numbers = new Set(messages.map(({ body }) => parseInt(body, 10)));
    expect(numbers.size).toBe(3000);
  });

  it('by a log file that was moved away: it is set aside, and its node attaches anew', async () => {
    await cluster.json('send', 'large', '--count', `${LARGE}`, '--size', `${LARGE_BYTES}`);
    await healed(cluster);
    await cluster.run('down');
    const [first = ''] = logsOf('mq01');
    expect(logsOf('mq01').length).toBeGreaterThan(1);
    renameSync(join(dataOf('mq01'), 'storedb', first), join(cluster.directory, first));
    expect((await cluster.status()).problems).toContainEqual(
      expect.objectContaining({ code: 'store-damaged', node: 'mq01' }),
    );
    // Alone it would be elected with the next that is empty.
    const alone = await cluster.run('start', 'mq01', '--json');
    expect(alone.stdout + alone.stderr).toContain('store-empty');
    await cluster.json('up');
    expect(await depthOf('large')).toBe(LARGE);
    expect(logsOf('mq01')).toContain(first);
    expect((await keptOf('mq01'))[0]).toContain(`${first} is missing`);
    expect((await cluster.run('status')).stdout).toContain('set aside of mq01');
  });

  it('by an empty disk and by a changed byte at once: the third has it all', async () => {
    await cluster.run('down');
    rmSync(dataOf('mq02'), { recursive: true, force: true });
    const log = join(dataOf('mq03'), 'storedb', logsOf('mq03').at(-1) ?? '');
    const file = openSync(log, 'r+');
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, 1_000_000);
    writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, 1_000_000);
    closeSync(file);
    await cluster.json('up');
    expect(await depthOf('large')).toBe(LARGE);
    expect((await keptOf('mq03'))[0]).toContain('is damaged behind offset');
    for (const to of ['mq02', 'mq03']) {
      if ((await healed(cluster)).master !== to)
        await cluster.json('switchover', '--to', to, '--yes');
      expect(await depthOf('large')).toBe(LARGE);
    }
    const bodies = await receive(settings, 'large', LARGE);
    expect(new Set(bodies.map((body) => parseInt(body, 10))).size).toBe(LARGE);
  });

  it('on two of three nodes at once: it is told until a person has seen it', async () => {
    const { master } = await healed(cluster);
    const gone = ['mq01', 'mq02', 'mq03'].filter((name) => name !== master).slice(0, 1);
    const began = new Date();
    for (const name of [...gone, master ?? '']) rmSync(dataOf(name), REMOVE);
    const told = await eventually(
      () => cluster.events(began),
      (events) => ofType(events, 'copies-lost').length > 0,
    );
    expect(ofType(told, 'copies-lost')[0]?.nodes.toSorted()).toEqual([...gone, master].toSorted());
    await eventually(
      () => cluster.status(),
      ({ state, problems }) =>
        state === 'serving' && problems.map(({ code }) => code).join(' ') === 'copies-lost',
      120_000,
    );
    expect((await cluster.run('check')).exitCode).toBe(1);
  });
});
