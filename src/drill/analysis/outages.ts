import type { Sent } from '../../clients/amqp/sender.js';

/** What is needed of a send to tell outages; times are Date.now(). */
export type SendTimes = Pick<Sent, 'outcome' | 'startedAt' | 'endedAt'>;

/** An answer that takes longer is one that a client has missed. */
export const LATE_MS = 500;

/** A time without an acknowledgement, as one client saw it; `to` is undefined where none came any more. */
export interface Gap {
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * The outages of one client. The first send that failed, or was answered late, begins one; the next
 * acknowledgement ends it.
 * @param sends in their order; one client sends one after the other
 */
export function gapsOf(sends: readonly SendTimes[], lateMs = LATE_MS): Gap[] {
  const gaps: Gap[] = [];
  let from: number | undefined;
  for (const { outcome, startedAt, endedAt } of sends) {
    if (outcome === 'failed') {
      from ??= startedAt;
    } else if (from !== undefined || endedAt - startedAt > lateMs) {
      gaps.push({ from: from ?? startedAt, to: endedAt });
      from = undefined;
    }
  }
  if (from !== undefined) gaps.push({ from, to: undefined });
  return gaps;
}

const lengthOf = ({ from, to }: Gap) => (to === undefined ? Infinity : to - from);

/** The longest first; one that never ended is the longest. */
export function longestFirst<T extends Gap>(gaps: readonly T[]): T[] {
  return [...gaps].sort((a, b) => lengthOf(b) - lengthOf(a) || a.from - b.from);
}

/** The outages of several clients as times in which somebody was not served; in their order. */
export function mergedGaps(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (!last || (last.to !== undefined && gap.from > last.to)) {
      merged.push(gap);
    } else if (last.to !== undefined && (gap.to === undefined || gap.to > last.to)) {
      merged[merged.length - 1] = { from: last.from, to: gap.to };
    }
  }
  return merged;
}

/**
 * How long service was away, told from the fault: until the longest outage ended, from the last
 * fault before that; where no client noticed an outage, until the first acknowledgement of a send
 * begun after the first fault.
 * @param faults when the faults came, in their order
 * @returns undefined where nothing was acknowledged any more
 */
export function sinceFault(
  gaps: readonly Gap[],
  sends: readonly SendTimes[],
  faults: readonly number[],
): number | undefined {
  const [first] = faults;
  if (first === undefined) return undefined;
  const [longest] = longestFirst(afterFault(gaps, first));
  if (longest) {
    const { to } = longest;
    if (to === undefined) return undefined;
    return to - (faults.findLast((fault) => fault <= to) ?? first);
  }
  const answers = sends
    .filter(({ outcome, startedAt }) => outcome === 'acknowledged' && startedAt >= first)
    .map(({ endedAt }) => endedAt);
  return answers.length === 0 ? undefined : answers.reduce((a, b) => Math.min(a, b)) - first;
}

/** Those that had not ended when the fault came: what was before has another cause. */
export function afterFault<T extends Gap>(gaps: readonly T[], fault: number): T[] {
  return gaps.filter(({ to }) => to === undefined || to > fault);
}

/**
 * Acknowledged sends for each 100 ms since a moment.
 * @param endMs how long the time is that is counted; it is full of numbers, also where they are 0
 */
export function per100ms(sends: readonly SendTimes[], began: number, endMs: number): number[] {
  const counts = new Array<number>(Math.max(0, Math.ceil(endMs / 100))).fill(0);
  for (const { outcome, endedAt } of sends) {
    const slot = Math.floor((endedAt - began) / 100);
    const count = counts[slot];
    if (outcome === 'acknowledged' && count !== undefined) counts[slot] = count + 1;
  }
  return counts;
}
