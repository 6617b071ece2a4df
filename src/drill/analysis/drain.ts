import type { ClientOptions } from '../../clients/brokers.js';
import { QueueReceiver } from '../../clients/amqp/receiver.js';
import { Deadline } from '../../lib/time.js';
import { isDrillBody, unpadded } from '../workloads/payload.js';

/** What came off a queue. */
export interface Drained {
  /** Every delivery in its order; a body can be among them twice. */
  readonly deliveries: readonly string[];
  /** Why the queue was not read to its end; undefined where nothing more comes. */
  readonly unread: string | undefined;
  /** How many messages the master counts in the queue and does not give. */
  readonly undeliverable: number;
}

export interface DrainOptions {
  readonly client: ClientOptions;
  /** What is known to be there. */
  readonly expected: ReadonlySet<string>;
  /** How many messages the master counts in the queue; undefined where it cannot be asked. */
  readonly depth: () => Promise<number | undefined>;
  /** How many it is known to count and not to give; none by default. */
  readonly undeliverable?: number;
  readonly limitMs: number;
  /** How many messages may come ahead of what was taken. */
  readonly credit?: number;
}

/** A queue that has given everything that was expected is asked for more for so long. */
const CALM_MS = 300;
/** One in which more is counted than was expected must be silent for so long. */
const SILENCE_MS = 3000;
/** One from which something is missing. */
const LONG_SILENCE_MS = 15_000;
const CREDIT = 1000;

/**
 * Takes everything off a queue and acknowledges it, until the master counts nothing in it any more,
 * or nothing has come for long.
 */
export async function drain(queue: string, options: DrainOptions): Promise<Drained> {
  const { expected, depth, client, undeliverable = 0, credit = CREDIT } = options;
  const deadline = Deadline.in(options.limitMs);
  const receiver = new QueueReceiver(queue, { ...client, credit });
  const deliveries: string[] = [];
  const missing = new Set(expected);
  let heardAt = performance.now();
  let left: number | undefined;
  try {
    for (;;) {
      const received = await receiver.next(CALM_MS);
      if (received) {
        const body = unpadded(received.body.toString());
        deliveries.push(body);
        missing.delete(body);
        heardAt = performance.now();
        continue;
      }
      const silence = performance.now() - heardAt;
      left = await depth();
      const isEnd =
        left !== undefined &&
        ((left <= undeliverable && (missing.size === 0 || silence >= SILENCE_MS)) ||
          silence >= (missing.size === 0 ? SILENCE_MS : LONG_SILENCE_MS));
      if (isEnd) return { deliveries, unread: undefined, undeliverable: left ?? 0 };
      if (deadline.passed) {
        return {
          deliveries,
          unread: `${queue} could not be read to its end`,
          undeliverable: left ?? 0,
        };
      }
    }
  } finally {
    await receiver.close();
  }
}

/** What an earlier drill left in its queue, or something else that is there. */
export type Leftover =
  | { readonly strange: string }
  | {
      readonly strange?: undefined;
      readonly discarded: number;
      /** As in Drained. */
      readonly undeliverable: number;
    };

/**
 * Takes off a queue what an earlier drill left there. Where anything else is in it, that is left:
 * it is looked for first, and nothing more is taken once it is seen.
 */
export async function discard(
  queue: string,
  { client, depth, limitMs }: Pick<DrainOptions, 'client' | 'depth' | 'limitMs'>,
): Promise<Leftover> {
  if ((await depth()) === 0) return { discarded: 0, undeliverable: 0 };
  const deadline = Deadline.in(limitMs);
  const strange = await browse(queue, client);
  if (strange !== undefined) return { strange };
  const receiver = new QueueReceiver(queue, client);
  let leaveLast = false;
  let heardAt = performance.now();
  try {
    for (let discarded = 0; ;) {
      const taken = await receiver.next(CALM_MS);
      if (!taken) {
        const undeliverable = (await depth()) ?? 0;
        const isEnd = undeliverable === 0 || performance.now() - heardAt >= SILENCE_MS;
        if (isEnd || deadline.passed) return { discarded, undeliverable };
        continue;
      }
      const body = taken.body.toString();
      // What is sent meanwhile was not seen before.
      leaveLast = !isDrillBody(body);
      if (leaveLast) return { strange: body };
      discarded += 1;
      heardAt = performance.now();
    }
  } finally {
    await receiver.close({ leaveLast });
  }
}

/** The first body in a queue that no drill has sent. */
async function browse(queue: string, client: ClientOptions): Promise<string | undefined> {
  const browser = new QueueReceiver(queue, { ...client, browse: true });
  try {
    for (;;) {
      const seen = await browser.next(SILENCE_MS);
      const body = seen?.body.toString();
      if (body === undefined || !isDrillBody(body)) return body;
    }
  } finally {
    await browser.close();
  }
}

/** Where a broker puts what it could deliver to nobody. */
export const DEAD_LETTERS = 'ActiveMQ.DLQ';

/** How many of these bodies lie among the dead letters. */
export async function countDead(
  bodies: readonly string[],
  client: ClientOptions,
  limitMs: number,
): Promise<number> {
  const wanted = new Set(bodies);
  const deadline = Deadline.in(limitMs);
  const browser = new QueueReceiver(DEAD_LETTERS, { ...client, browse: true });
  let count = 0;
  try {
    while (!deadline.passed) {
      const seen = await browser.next(SILENCE_MS);
      if (!seen) break;
      if (wanted.delete(seen.body.toString())) count += 1;
    }
    return count;
  } finally {
    await browser.close();
  }
}
