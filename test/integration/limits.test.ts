import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { QueueSender } from '../../src/clients/amqp/sender.js';
import { eventually, TestCluster } from '../support/cluster.js';
import { jmsClient } from '../support/jms.js';
import { clientOf } from '../support/messages.js';
import { stompSend } from '../support/stomp.js';

const MB = 1024 * 1024;
/** The default heap of 512 MB takes messages of 8 MB. */
const LARGEST = 8 * MB;

describe('the limits of a cluster', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  const codes = ({ problems }: ClusterStatus) => problems.map(({ code }) => code);
  const pids = async () => (await cluster.status()).nodes.map(({ pid }) => pid);
  const masterPort = async () => {
    const { master, nodes } = await cluster.status();
    return nodes.find(({ name }) => name === master)?.messagePort ?? 0;
  };
  const jms = async (...args: string[]) => (await jmsClient(settings, ...args)).said;
  const checked = async () => {
    const { exitCode, stdout } = await cluster.run('check');
    return [exitCode, stdout.split(':')[0]];
  };

  beforeAll(async () => {
    cluster = await TestCluster.make();
    await cluster.edit((text) =>
      text.replace('store: 10gb', 'store: 300mb').replace('temp: 1gb', 'temp: 150mb'),
    );
    settings = await cluster.json<ClientSettings>('env');
    await cluster.json('up');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('refuse a message that a broker of this heap cannot hold, in every protocol', async () => {
    const before = await pids();
    const tooLarge = String(LARGEST + 100_000);
    expect(await jms('send', 'large', '1', tooLarge)).toMatch(
      /^refused: .*larger than max allowed/i,
    );
    expect(
      await stompSend(settings, await masterPort(), 'large', Buffer.alloc(LARGEST + MB)),
    ).toMatch(/exceeded/);
    const amqp = new QueueSender('large', {
      ...clientOf(settings),
      signal: AbortSignal.timeout(20_000),
    });
    const sent = await amqp.send(Buffer.alloc(LARGEST + MB));
    await amqp.close();
    expect(sent).toMatchObject({ outcome: 'failed' });
    expect(sent.reason).toMatch(/./);
    expect(await pids()).toEqual(before);
  });

  it('take the largest one in every protocol, from several at once', async () => {
    const before = await pids();
    const port = await masterPort();
    const body = Buffer.alloc(LARGEST, 'x');
    await Promise.all([
      ...[1, 2].map(async (number) => {
        expect(await jms('send', `jms${number}`, '3', String(LARGEST))).toBe('sent 3');
      }),
      ...[1, 2].map(async (number) => {
        expect(await stompSend(settings, port, `stomp${number}`, body)).toBe('receipt');
      }),
      cluster.json('send', 'amqp', '--count', '3', '--size', String(LARGEST)),
    ]);
    for (const queue of ['jms1', 'jms2', 'stomp1', 'stomp2', 'amqp'])
      await cluster.json('consume', queue);
    expect(await pids()).toEqual(before);
  });

  it('let large messages in while clients have stopped in the middle of theirs', async () => {
    const before = await pids();
    const port = await masterPort();
    const body = Buffer.alloc(6 * MB, 'x');
    const stopped = Array.from({ length: 10 }, () =>
      stompSend(settings, port, 'stopped', body, 4 * MB),
    );
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const [sent, receipt] = await Promise.all([
      jms('send', 'beside', '3', String(LARGEST)),
      stompSend(settings, port, 'beside', body),
    ]);
    expect([sent, receipt]).toEqual(['sent 3', 'receipt']);
    // Only who kept the others waiting was hung up on.
    expect(['closed', 'silent']).toEqual(
      expect.arrayContaining([...new Set(await Promise.all(stopped))]),
    );
    await cluster.json('consume', 'beside');
    expect(await pids()).toEqual(before);
  });

  it('are told when temp is full, and no broker ends of what comes out of it', async () => {
    const before = await pids();
    // They stay in memory, as far as they may.
    await cluster.json('send', 'kept', '--count', '15', '--size', String(LARGEST));
    const flood = await jmsClient(settings, 'send-nonpersistent', 'flood', '350', String(MB));
    const full = await eventually(
      () => cluster.status(),
      (status) => codes(status).includes('temp-full') && codes(status).includes('senders-blocked'),
    );
    expect(full.problems.find(({ code }) => code === 'senders-blocked')?.message).toContain(
      'flood (1)',
    );
    expect(await checked()).toEqual([2, 'CRITICAL']);
    // Whoever takes the messages lets the sender go on. It is given as many as fit, up to a thousand.
    expect(await jms('receive', 'flood', '350')).toBe('received 350');
    expect(await flood.said).toBe('sent 350');
    expect(await pids()).toEqual(before);
  });

  it('are told when a subscriber that does not read has filled the memory', async () => {
    const before = await pids();
    const slow = await jmsClient(settings, 'subscribe', 'news');
    await slow.speaks;
    // It reads no more; after 30 s without a sign of it the broker lets it go.
    slow.child.kill('SIGSTOP');
    const news = await jmsClient(settings, 'publish', 'news', '250', String(MB));
    try {
      // Which sender is blocked is not told: it waits for the subscriber, and not for memory.
      await eventually(
        () => cluster.status(),
        (status) => codes(status).includes('memory-full'),
      );
      expect(await checked()).toEqual([2, 'CRITICAL']);
      // Queues go on all the same.
      expect(await jms('send-nonpersistent', 'other', '3', String(MB))).toBe('sent 3');
      expect(await jms('receive', 'other', '3')).toBe('received 3');
    } finally {
      slow.child.kill('SIGKILL');
    }
    expect(await news.said).toBe('sent 250');
    await eventually(checked, ([code]) => code === 0);
    expect(await pids()).toEqual(before);
  });

  it('let requests be answered while the store holds more than the limit of temp', async () => {
    const before = await pids();
    const { usage, problems } = await cluster.status();
    expect(usage?.storePercent).toBe(66);
    expect(problems).toEqual([]);
    expect(await jms('request', 'service', '20')).toBe('answered 20');
    // More than fits into memory: it is written beside the store.
    expect(await jms('send-nonpersistent', 'passing', '100', String(MB))).toBe('sent 100');
    expect((await cluster.status()).usage?.tempPercent).toBeGreaterThan(0);
    expect(await checked()).toEqual([0, 'OK']);
    expect(await pids()).toEqual(before);
  });

  it('are told when the store is full, and named by a send that gets no answer', async () => {
    const args = ['send', 'kept', '--count', '20', '--size', String(LARGEST), '--timeout', '12s'];
    const sending = cluster.start([...args, '--json']);
    const full = await eventually(
      () => cluster.status(),
      (status) => codes(status).includes('store-full') && codes(status).includes('senders-blocked'),
    );
    expect(full.problems.find(({ code }) => code === 'store-full')?.hint).toContain('limits.store');
    const { exitCode, stdout } = await cluster.run('check');
    expect([exitCode, stdout]).toEqual([
      2,
      expect.stringMatching(/^CRITICAL: .*store of .* is full/),
    ]);
    const ended = await sending.ended;
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain('"code":"senders-blocked"');
    expect(ended.stderr).toContain('the store of');
    // Requests are answered all the same.
    expect(await jms('request', 'service', '5')).toBe('answered 5');
    expect(await jms('receive', 'kept', '15')).toBe('received 15');
    await eventually(checked, ([code]) => code === 0);
  });
});
