import type { QueueCounts } from './result.js';

/** One send, as the client knows it. Its body is sent once. */
export interface Attempt {
  readonly body: string;
  readonly acknowledged: boolean;
}

/** What a total-queue check found. */
export interface QueueCheck {
  readonly counts: QueueCounts;
  /** The bodies that were acknowledged and never delivered, in the order of their sends. */
  readonly lost: readonly string[];
  /** The bodies that were delivered and never sent, each once. */
  readonly unexpected: readonly string[];
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
};

/**
 * The total-queue check: whatever was put in and acknowledged must come out. A send whose outcome
 * the client never learned may have been stored or not: coming out it is recovered, else it is
 * nothing to complain of.
 * @param attempts every send that reached a broker; a body twice among them is acknowledged where one of them is
 * @param deliveries every delivery until the queue was empty, in any order
 */
export function checkQueue(attempts: Iterable<Attempt>, deliveries: Iterable<string>): QueueCheck {
  const acknowledgedOf = new Map<string, boolean>();
  for (const { body, acknowledged } of attempts) {
    acknowledgedOf.set(body, acknowledged || acknowledgedOf.get(body) === true);
  }
  const delivered = new Set<string>();
  let duplicated = 0;
  for (const body of deliveries) {
    if (delivered.has(body)) duplicated += 1;
    delivered.add(body);
  }
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
    },
    lost,
    unexpected,
  };
}

/** The counts of several checks together. */
export function sumCounts(all: readonly QueueCounts[]): QueueCounts {
  const sum = (key: keyof QueueCounts) => all.reduce((total, counts) => total + counts[key], 0);
  return {
    attempted: sum('attempted'),
    acknowledged: sum('acknowledged'),
    delivered: sum('delivered'),
    lost: sum('lost'),
    recovered: sum('recovered'),
    duplicated: sum('duplicated'),
    unexpected: sum('unexpected'),
  };
}
