import type { MarkKind, RoundResult } from '../result.js';
import { faultAt, share, type Scale } from './scale.js';
import { MARKS, seconds } from './words.js';

/** Pixels of the narrowest plot, on a telephone: what has room there has room everywhere. */
export const NARROWEST = 280;

/** Pixels of a letter of a chart's text, on average, in the widest of the usual fonts. */
const LETTER = 6.7;

/** How wide a text of a chart is at the most, with its distance from what it is about. */
export function widthOf(text: string): number {
  return text.length * LETTER + 10;
}

/** What is left out where there are too many labels to read, last first. */
const PRIORITY: readonly MarkKind[] = [
  'fault',
  'service',
  'whole',
  'promotion',
  'election',
  'process-ended',
  'repair',
];
const MOST_FLAGS = 10;

/** Marks of one thing that are nearer than this share of the width are one. */
const NEAR = 0.008;

/** Marks of one moment. */
interface Stop {
  readonly at: number;
  readonly kinds: readonly MarkKind[];
  readonly node: string | null;
}

/** What stands above a chart, and where its line goes down. */
export interface Label {
  /** 0 at the left, 1 at the right. */
  readonly x: number;
  readonly kinds: readonly MarkKind[];
  /** `elected 0.15 s` */
  readonly words: string;
  /** The signs of its marks, and the words. */
  readonly text: string;
  /** What it marks is further to the right than the chart shows. */
  readonly isBeyond: boolean;
}

/** The marks as labels: a fault and the end it brought share one, and what is too far away is pointed to. */
export function labelsOf(
  round: RoundResult,
  scale: Scale,
): { readonly labels: readonly Label[]; readonly hidden: number } {
  const stops = stopsOf(round, scale);
  const ranked = [...stops].sort((a, b) => rank(a) - rank(b)).slice(0, MOST_FLAGS);
  const several = (kind: MarkKind) =>
    new Set(stops.filter(({ kinds }) => kinds.includes(kind)).map(({ node }) => node)).size > 1;
  const labels = stops
    .filter((stop) => ranked.includes(stop))
    .map((stop) => labelOf(stop, scale, stop.kinds.some(several)));
  return { labels, hidden: stops.length - ranked.length };
}

/** As much as there is room for: what happened, to whom if that is to be told, and when. */
function labelOf(stop: Stop, scale: Scale, isNodeTold: boolean): Label {
  const { at, kinds } = stop;
  const [x, isBeyond] = [share(scale, at), at > scale.to];
  const node = isNodeTold && stop.node !== null ? [stop.node] : [];
  const signs = kinds.map((kind) => MARKS[kind].sign).join('');
  const label = (some: readonly MarkKind[], whom: readonly string[]): Label => {
    const what = some.map((kind) => MARKS[kind].word).join(', ');
    const when = at === 0 ? '0 s' : signed(at);
    const words = [what, ...whom, when, ...(isBeyond ? ['→'] : [])].join(' ');
    return { x, words, text: `${signs} ${words}`, kinds, isBeyond };
  };
  const first = kinds.slice(0, 1);
  const last = label(first, []);
  const choices = [label(kinds, node), label(kinds, []), label(first, node)];
  return choices.find(({ text }) => widthOf(text) <= Math.max(x, 1 - x) * NARROWEST) ?? last;
}

function rank({ kinds }: Stop): number {
  return Math.min(...kinds.map((kind) => PRIORITY.indexOf(kind)));
}

function signed(at: number): string {
  return at < 0 ? `−${seconds(-at)}` : seconds(at);
}

/** Marks in the order of time; what cannot be told apart and is one thing is one. */
function stopsOf(round: RoundResult, scale: Scale): readonly Stop[] {
  const fault = faultAt(round);
  const near = (scale.to - scale.from) * NEAR;
  const stops: Stop[] = [];
  for (const mark of [...round.marks].sort((a, b) => a.at - b.at)) {
    const at = mark.at - fault;
    const last = stops.at(-1);
    const isOne = last?.kinds.includes(mark.kind === 'process-ended' ? 'fault' : mark.kind);
    if (last && isOne && last.node === mark.node && at - last.at <= near) {
      const kinds = [...new Set([...last.kinds, mark.kind])];
      stops[stops.length - 1] = { ...last, kinds };
    } else {
      stops.push({ at, kinds: [mark.kind], node: mark.node });
    }
  }
  return stops;
}
