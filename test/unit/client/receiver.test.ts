import rhea from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QueueReceiver, type ReceiverOptions } from '../../../src/clients/amqp/receiver.js';
import { become, closed, peer, silent, type Peer } from './peer.js';

const LONG = 10_000;

function receiverOf(options: Partial<ReceiverOptions>): QueueReceiver {
  const receiver = new QueueReceiver('orders', {
    brokers: [],
    account: undefined,
    patienceMs: 60,
    ...options,
  });
  onTestFinished(() => receiver.close());
  return receiver;
}

async function bodiesOf(receiver: QueueReceiver, count: number): Promise<unknown[]> {
  const bodies = [];
  for (let taken = 0; taken < count; taken++) bodies.push((await receiver.next(LONG))?.body);
  return bodies;
}

/** Numbered messages, with ids. */
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ message_id: `id-${index}`, body: `${index}` }));

const all = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

/** Nothing more comes of what was on its way. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

describe('a receiver', () => {
  it('acknowledges a message when the next one is asked for, and the last when it is closed', async () => {
    const master = await peer({ name: 'mq01', queue: ['one', 'two', 'three', 'four'] });
    const receiver = receiverOf({ brokers: [master.broker] });
    expect(await receiver.next(LONG)).toMatchObject({ body: 'one', broker: 'mq01' });
    await settled();
    expect(master.accepted).toEqual([]);
    expect((await receiver.next(LONG))?.body).toBe('two');
    await become(() => master.accepted.length === 1);
    await receiver.close();
    // What was sent ahead, and not taken, is not acknowledged.
    expect(master.given()).toBe(4);
    expect(master.accepted).toEqual(['one', 'two']);
  });

  it('leaves the last one in the queue where that could not be dealt with', async () => {
    const master = await peer({ queue: ['one', 'two'] });
    const receiver = receiverOf({ brokers: [master.broker] });
    await bodiesOf(receiver, 2);
    await receiver.close({ leaveLast: true });
    expect(master.accepted).toEqual(['one']);
  });

  it('is sent no more ahead than it has asked for, and goes on', async () => {
    const master = await peer({ queue: all(500) });
    const receiver = receiverOf({ brokers: [master.broker], credit: 20 });
    expect((await receiver.next(LONG))?.body).toBe('0');
    await settled();
    expect(master.given()).toBe(20);
    expect(await bodiesOf(receiver, 499)).toEqual(all(500).slice(1));
    await receiver.close();
    expect(master.accepted).toEqual(all(500));
  });

  it.each([1, 2, 3])('works with a credit of %i', async (credit) => {
    const master = await peer({ queue: all(20) });
    const receiver = receiverOf({ brokers: [master.broker], credit });
    expect(await bodiesOf(receiver, 20)).toEqual(all(20));
  });

  it('gives text as text, bytes as bytes, and the rest as JSON', async () => {
    const bytes = Buffer.from([1, 255]);
    const section = rhea.message.data_section(bytes) as unknown;
    const master = await peer({
      queue: [{ body: 'text' }, { body: section }, { body: { a: 1 } }, { body: undefined }],
    });
    const receiver = receiverOf({ brokers: [master.broker] });
    expect(await bodiesOf(receiver, 4)).toEqual(['text', bytes, '{"a":1}', '']);
  });

  it('knows what was given before', async () => {
    const master = await peer({ queue: [{ body: 'x', delivery_count: 1, message_id: 'i' }] });
    const message = await receiverOf({ brokers: [master.broker] }).next(LONG);
    expect(message).toMatchObject({ redelivered: true, id: 'i' });
  });

  it('comes back with nothing in time, and at once when it is interrupted', async () => {
    const master = await peer();
    const interrupt = new AbortController();
    const receiver = receiverOf({ brokers: [master.broker], signal: interrupt.signal });
    expect(await receiver.next(50)).toBeUndefined();
    const next = receiver.next(LONG * 10);
    interrupt.abort();
    expect(await next).toBeUndefined();
  });

  it('acknowledges what was taken although it was interrupted', async () => {
    const master = await peer({ queue: ['one', 'two'] });
    const interrupt = new AbortController();
    const receiver = receiverOf({ brokers: [master.broker], signal: interrupt.signal });
    await receiver.next(LONG);
    interrupt.abort();
    await settled();
    await receiver.close();
    expect(master.accepted).toEqual(['one']);
    expect(master.ended).toHaveLength(1);
  });

  it('goes on with the next master', async () => {
    const first = await peer({ name: 'mq01', queue: ['one'] });
    const receiver = receiverOf({ brokers: [first.broker, await silent()] });
    expect((await receiver.next(LONG))?.broker).toBe('mq01');
    first.close();
    await peer({ name: 'mq01', queue: ['two'], port: first.broker.port });
    expect((await receiver.next(LONG))?.body).toBe('two');
  });

  it('goes to another broker that lets it in while this one says nothing', async () => {
    const quiet = await peer({ name: 'mq01' });
    const place = await closed();
    const receiver = receiverOf({ brokers: [quiet.broker, { ...place, name: 'mq02' }] });
    const next = receiver.next(LONG);
    await become(() => receiver.link?.broker === 'mq01');
    await peer({ queue: ['one'], port: place.port });
    expect(await next).toMatchObject({ body: 'one', broker: 'mq02' });
    await become(() => quiet.ended.length === 1);
  });

  it('is closed within a limit while nobody serves', async () => {
    const receiver = receiverOf({ brokers: [await silent(), await closed()] });
    const next = receiver.next(LONG * 10);
    await receiver.close();
    expect(await next).toBeUndefined();
  });
});

describe('a browser', () => {
  const browse = (master: Peer, credit: number) =>
    receiverOf({ brokers: [master.broker], browse: true, credit });

  it.each([
    [0, 10],
    [9, 10],
    [10, 10],
    [11, 10],
    [95, 10],
  ])('shows %i messages, %i a round, and knows the end', async (count, credit) => {
    const master = await peer({ queue: numbered(count) });
    const browser = browse(master, credit);
    expect(await bodiesOf(browser, count)).toEqual(all(count));
    expect(browser.ended).toBe(false);
    expect(await browser.next(LONG)).toBeUndefined();
    expect(browser.ended).toBe(true);
    const { source } = master.connections[0]?.find_sender(() => true) ?? {};
    expect(source).toMatchObject({ address: 'orders', distribution_mode: 'copy' });
  });

  it('shows nothing twice where it has to begin again with the next master', async () => {
    const first = await peer({ queue: numbered(6) });
    const browser = browse(first, 4);
    expect(await bodiesOf(browser, 3)).toEqual(all(3));
    first.close();
    await become(() => browser.link === undefined);
    await peer({ queue: numbered(6), port: first.broker.port });
    expect(await bodiesOf(browser, 3)).toEqual(['3', '4', '5']);
    expect(await browser.next(LONG)).toBeUndefined();
  });
});
