import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueReceiver } from '../../src/clients/amqp/receiver.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { eventually, startedCluster, type TestCluster } from '../support/cluster.js';
import { changeByte, ENTRY, StoreFiles, TRACE } from '../support/damage.js';
import { clientOf } from '../support/messages.js';
import { healed, ofType } from '../support/watched.js';

const NAMES = ['mq01', 'mq02', 'mq03'];
const COUNT = 3000;
const BYTES = 500;

/** Beyond what a queue reads ahead. */
const CHANGED = 2000;

const WAIT_MS = 30_000;

let cluster: TestCluster;
let settings: ClientSettings;

const storeOf = (node: string) => new StoreFiles(cluster, node);

/** Why a node's last broker has ended itself; empty where it did not. */
function endOf(node: string): string {
  const record = join(cluster.directory, 'nodes', node, 'log', 'end.json');
  return existsSync(record) ? readFileSync(record, 'utf8') : '';
}

async function keptOf(node: string): Promise<string[]> {
  const { nodes } = await cluster.status();
  return nodes.find(({ name }) => name === node)?.kept.map(({ why }) => why) ?? [];
}

/** The numbers of the messages that were taken until all are there. */
async function takeAll(queue: string): Promise<Set<number>> {
  const receiver = new QueueReceiver(queue, clientOf(settings));
  const numbers = new Set<number>();
  try {
    while (numbers.size < COUNT) {
      const message = await receiver.next(WAIT_MS);
      if (!message) break;
      const body = String(message.body);
      const number = parseInt(body, 10);
      expect(body).toBe(`${number} `.padEnd(BYTES, 'x'));
      numbers.add(number);
    }
  } finally {
    await receiver.close();
  }
  return numbers;
}

const send = (queue: string) =>
  cluster.json('send', queue, '--count', `${COUNT}`, '--size', `${BYTES}`);

async function depthOf(queue: string): Promise<number | undefined> {
  const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
  return queues.find(({ name }) => name === queue)?.depth;
}

beforeAll(async () => {
  ({ cluster, settings } = await startedCluster());
});

afterAll(async () => {
  await cluster.remove();
});

describe('a copy of the store that is damaged', () => {
  it('in one message, while it serves: another copy has it, and this one is made anew', async () => {
    await send('changed');
    await healed(cluster);
    // The broker has what it was just sent in its memory.
    await cluster.run('down');
    await cluster.json('up');
    const node = (await healed(cluster)).master ?? '';
    const log = storeOf(node).newest();
    changeByte(log, readFileSync(log).indexOf(`${CHANGED} xxx`) + 100);
    const began = new Date();
    expect((await takeAll('changed')).size).toBe(COUNT);
    const after = await healed(cluster);
    expect(after.master).not.toBe(node);
    const ends = ofType(await cluster.events(began), 'process-ended');
    expect(ends.map((end) => [end.node, end.code])).toEqual([[node, 'store-damaged']]);
    expect(ends[0]?.how).toMatch(/the message at offset \d+ of \w+\.log is damaged: checksum/);
    expect((await keptOf(node))[0]).toContain('is damaged');
  });

  it('in its index, which only the broker finds: one `up` brings the cluster up', async () => {
    await send('index');
    await healed(cluster);
    await cluster.run('down');
    const store = storeOf('mq02');
    // It is elected, since its log goes furthest.
    await store.append(TRACE, 'a remark');
    changeByte(store.index(), 200);
    const up = await cluster.run('up');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stderr).toMatch(/warning: mq02 ended: .*Corruption.*; it is started once more/);
    expect(up.stderr).toContain('the store of mq02 is set aside');
    expect(await depthOf('index')).toBe(COUNT);
    await healed(cluster);
    expect((await keptOf('mq02'))[0]).toContain('Corruption');
  });

  it('in a record that is in every copy: two nodes fail at it, no third is tried, and it can be put right', async () => {
    await send('record');
    await healed(cluster);
    await cluster.run('down');
    const stores = NAMES.map(storeOf);
    const undone = await Promise.all(stores.map((store) => store.append(ENTRY, 'no entry')));
    const up = await cluster.run('up', '--timeout', '60s');
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain('the log could not be replayed');
    const { problems } = await eventually(
      () => cluster.status(),
      (status) => status.problems.filter(({ code }) => code === 'given-up').length === 2,
    );
    const damage = problems.find(({ code }) => code === 'store-damaged');
    expect(damage?.message).toMatch(/the store cannot be started: mq0\d, mq0\d ended/);
    const check = await cluster.run('check');
    expect(check.exitCode).toBe(2);
    expect(check.stdout).toContain('the store cannot be started');
    // Whoever is left has no quorum.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const failed = NAMES.filter((name) => endOf(name).includes('replay-failed'));
    expect(failed).toHaveLength(2);
    await cluster.run('down');
    for (const undo of undone) undo();
    const again = await cluster.run('up');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await depthOf('record')).toBe(COUNT);
    expect((await takeAll('record')).size).toBe(COUNT);
  });
});
