import type { QueueCounts } from '../result.js';

/** One send, as the client knows it. Its body is sent once. */
export interface Attempt {
  readonly body: string;
  readonly acknowledged: boolean;
}

/** A send that has reached a broker. */
export interface QueuedAttempt extends Attempt {
  readonly queue: string;
}

/** A delivery to a consumer while faults were done. */
export interface Delivery {
  readonly body: string;
  /**
   * `yes`: the broker has dealt with the acknowledgement; `no`: there was none; `unknown`: it was given,
   * and the connection may have ended before the broker had it.
   */
  readonly acknowledged: 'yes' | 'no' | 'unknown';
}

/** What a total-queue check found. */
export interface QueueCheck {
  readonly counts: QueueCounts;
  /** The bodies that were acknowledged and never delivered, in the order of their sends. */
  readonly lost: readonly string[];
  /** The bodies that were delivered and never sent, each once. */
  readonly unexpected: readonly string[];
  /** The bodies that were delivered after the broker had a consumer's acknowledgement, once for each time. */
  readonly again: readonly string[];
  /** The bodies that were sent, each once. */
  readonly sent: readonly string[];
}

/** Counts of nothing at all. */
export const NO_COUNTS: QueueCounts = {
  attempted: 0,
  acknowledged: 0,
  delivered: 0,
  lost: 0,
  recovered: 0,
  duplicated: 0,
  unexpected: 0,
  consumed: 0,
  consumedAgain: 0,
};

/**
 * The total-queue check: whatever was put in and acknowledged must come out. A send whose outcome
 * the client never learned may have been stored or not: coming out it is recovered, else it is
 * nothing to complain of.
 * @param attempts every send that reached a broker; a body twice among them is acknowledged where one of them is
 * @param deliveries every delivery until the queue was empty, in any order
 * @param consumed what consumers took before that, in its order
 */
export function checkQueue(
  attempts: Iterable<Attempt>,
  deliveries: Iterable<string>,
  consumed: readonly Delivery[] = [],
): QueueCheck {
  const acknowledgedOf = outcomesOf(attempts);
  const delivered = new Set<string>();
  const done = new Set<string>();
  let duplicated = 0;
  const again: string[] = [];
  const came = (body: string) => {
    if (delivered.has(body)) duplicated += 1;
    if (done.has(body)) again.push(body);
    delivered.add(body);
  };
  for (const { body, acknowledged } of consumed) {
    came(body);
    if (acknowledged === 'yes') done.add(body);
  }
  for (const body of deliveries) came(body);
  const lost: string[] = [];
  let acknowledged = 0;
  let recovered = 0;
  for (const [body, wasAcknowledged] of acknowledgedOf) {
    if (wasAcknowledged) acknowledged += 1;
    if (wasAcknowledged && !delivered.has(body)) lost.push(body);
    if (!wasAcknowledged && delivered.has(body)) recovered += 1;
  }
  const unexpected = [...delivered].filter((body) => !acknowledgedOf.has(body));
  return {
    counts: {
      attempted: acknowledgedOf.size,
      acknowledged,
      delivered: delivered.size,
      lost: lost.length,
      recovered,
      duplicated,
      unexpected: unexpected.length,
      consumed: consumed.filter((delivery) => delivery.acknowledged !== 'no').length,
      consumedAgain: again.length,
    },
    lost,
    again,
    unexpected,
    sent: [...acknowledgedOf.keys()],
  };
}

/**
 * A check in which what came of an earlier round, or of an earlier drill, is what came again: it had
 * been taken off its queue then.
 */
export function withEarlier<T extends QueueCheck>(
  check: T,
  isEarlier: (body: string) => boolean,
): T {
  const { counts } = check;
  const unexpected = check.unexpected.filter((body) => !isEarlier(body));
  const earlier = check.unexpected.filter(isEarlier);
  const again = earlier.length;
  return {
    ...check,
    unexpected,
    again: [...check.again, ...earlier],
    counts: {
      ...counts,
      delivered: counts.delivered - again,
      duplicated: counts.duplicated + again,
      unexpected: unexpected.length,
      consumedAgain: counts.consumedAgain + again,
    },
  };
}

/** Whether each body was acknowledged. */
function outcomesOf(attempts: Iterable<Attempt>): Map<string, boolean> {
  const outcomes = new Map<string, boolean>();
  for (const { body, acknowledged } of attempts) {
    outcomes.set(body, acknowledged || outcomes.get(body) === true);
  }
  return outcomes;
}

/** The counts of several checks together. */
export function sumCounts(all: readonly QueueCounts[]): QueueCounts {
  const sum: Record<keyof QueueCounts, number> = { ...NO_COUNTS };
  for (const key of Object.keys(sum) as (keyof QueueCounts)[]) {
    sum[key] = all.reduce((total, counts) => total + counts[key], 0);
  }
  return sum;
}
