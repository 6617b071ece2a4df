import { describe, expect, it } from 'vitest';
import { countDead, discard, drain } from '../../../../src/drill/analysis/drain.js';
import { become, closed, peer, type PeerOptions } from '../../client/peer.js';

const body = (number: number) => `0123abcd:0:${number}`;

/** A queue with these messages, and how many of them are still in it. */
async function queueWith(
  messages: readonly string[],
  options: PeerOptions & { undeliverable?: number } = {},
) {
  const master = await peer({ ...options, queue: messages });
  const depth = () =>
    Promise.resolve(messages.length - master.accepted.length + (options.undeliverable ?? 0));
  const client = { brokers: [master.broker], account: undefined };
  return { master, how: { client, depth, limitMs: 20_000 } };
}

describe('a queue', () => {
  it('is read until all that was expected has come and nothing is left', async () => {
    const messages = [body(1), body(2), body(3)];
    const { master, how } = await queueWith(messages);
    const expected = new Set([body(1), body(3)]);
    expect(await drain('q', { ...how, expected })).toEqual({
      deliveries: messages,
      unread: undefined,
      undeliverable: 0,
    });
    await become(() => master.accepted.length === 3);
  });

  it('is at its end where something is missing and the master counts nothing', async () => {
    const { how } = await queueWith([body(1)]);
    const drained = await drain('q', { ...how, expected: new Set([body(1), body(2)]) });
    expect(drained).toEqual({ deliveries: [body(1)], unread: undefined, undeliverable: 0 });
  });

  it('is at its end where more is counted than comes, which is told', async () => {
    const { how } = await queueWith([body(1)], { undeliverable: 2 });
    const drained = await drain('q', { ...how, expected: new Set([body(1)]) });
    expect(drained).toEqual({ deliveries: [body(1)], unread: undefined, undeliverable: 2 });
  });

  it('is not waited for where so much was counted before', async () => {
    const { how } = await queueWith([body(1)], { undeliverable: 2 });
    const began = performance.now();
    const drained = await drain('q', { ...how, expected: new Set([body(1)]), undeliverable: 2 });
    expect(drained.undeliverable).toBe(2);
    expect(performance.now() - began).toBeLessThan(2500);
  });

  it('is not known to be at its end where nobody answers', async () => {
    const client = { brokers: [await closed()], account: undefined };
    const how = { client, depth: () => Promise.resolve(undefined), limitMs: 500 };
    const drained = await drain('q', { ...how, expected: new Set([body(1)]) });
    expect(drained).toMatchObject({ deliveries: [], unread: 'q could not be read to its end' });
  });
});

describe('what an earlier drill left', () => {
  // That it stays there, only a real broker can tell (test/integration/drill.test.ts).
  it('is not taken where something else lies there too', async () => {
    const { how } = await queueWith([body(1), 'an order']);
    expect(await discard('q', how)).toEqual({ strange: 'an order' });
  });

  it('is nothing where the queue is empty: nobody is asked for it', async () => {
    const { master, how } = await queueWith([]);
    expect(await discard('q', how)).toEqual({ discarded: 0, undeliverable: 0 });
    expect(master.connections).toEqual([]);
  });
});

describe('dead letters', () => {
  it('are counted among the lost, each once', async () => {
    const { how } = await queueWith([body(1), body(2), body(2), 'another']);
    expect(await countDead([body(2), body(9)], how.client, 5000)).toBe(1);
  });
});
