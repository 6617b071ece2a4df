import type { MarkKind, RoundResult } from '../result.js';
import { faultAt } from './scale.js';
import { MARKS, moment } from './words.js';

/** A line of what happened in a round: a mark of the drill, or a line of a log. */
export interface NarrativeLine {
  /** From the fault: `+0.152 s`. */
  readonly time: string;
  readonly node: string;
  readonly text: string;
  /** Null for a line of a log. */
  readonly mark: { readonly kind: MarkKind; readonly sign: string; readonly word: string } | null;
}

/** A log that a broker floods must not make the page too large to open; drill.json has all of it. */
const MOST_LINES = 150;
const LONGEST = 600;

/** Marks and log lines of a round, in the order of time, and how many lines were left out. */
export function narrativeOf(round: RoundResult): {
  readonly lines: readonly NarrativeLine[];
  readonly left: number;
} {
  const fault = faultAt(round);
  const lines = [
    ...round.marks.map((mark) => ({ ...mark, mark: mark.kind })),
    ...round.log.slice(0, MOST_LINES).map((line) => ({ ...line, mark: null })),
  ];
  return {
    // A stable sort: what was marked stands before the lines of the same millisecond.
    lines: lines
      .sort((a, b) => a.at - b.at)
      .map(({ at, node, text, mark }) => ({
        time: moment(at - fault),
        node: node ?? 'cluster',
        text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
        mark: mark && { kind: mark, ...MARKS[mark] },
      })),
    left: Math.max(0, round.log.length - MOST_LINES),
  };
}
