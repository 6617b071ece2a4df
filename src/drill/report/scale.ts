import type { RoundResult } from '../result.js';

/** Milliseconds for each value of `acknowledgedPer100ms`. */
export const BIN = 100;

/** What a chart shows: a stretch of time, in milliseconds from the fault, and how high it reaches. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Acknowledged sends per 100 ms at the top of the plot. */
  readonly top: number;
}

/** A scale that others are compared on is not stretched further than this by an outlier, or by the other side. */
const OUTLIER = 4;
const SIDE_OUTLIER = 8;

/** When the fault was, in milliseconds since the round began; 0 where there was none. */
export function faultAt(round: RoundResult): number {
  return round.marks.find(({ kind }) => kind === 'fault')?.at ?? 0;
}

/** How long the outages of a round were to be seen: from and to, in milliseconds from the fault. */
export function outageSpans(round: RoundResult): readonly (readonly [number, number])[] {
  const fault = faultAt(round);
  return round.outages.map(({ from, ms }) => [
    from - fault,
    (ms === null ? round.ms : from + ms) - fault,
  ]);
}

/** Labels stand to the right of what they mark, so that must not be further to the right than this. */
const ROOM = 0.58;
/** But hardly any room is given where the round is over. */
const MORE = 1.1;

/** The end of what is worth a look: service back for a while, and the cluster whole if that is near. */
function endOf(round: RoundResult): number {
  const fault = faultAt(round);
  const moments = (late: boolean) =>
    round.marks
      .filter(({ kind }) => (kind === 'whole' || kind === 'repair') === late)
      .map(({ at }) => at - fault);
  const end = Math.max(round.ms - fault, BIN);
  if (round.outageMs === null) return end;
  const back = Math.max(0, ...moments(false), ...outageSpans(round).map(([, to]) => to));
  const last = Math.max(back, ...moments(true).filter((at) => at <= back * 1.3 + 200));
  const before = Math.min(fault, lead(last));
  const labelled = (last + before) / ROOM - before;
  const comfortable = Math.min(Math.max(3_000, last * 1.25 + 1_000), end);
  const wide = Math.max(Math.min(labelled, end * MORE), comfortable);
  return Math.max(
    wide,
    ...moments(true)
      .filter((at) => at <= wide * 1.5)
      .map((at) => at * 1.05),
  );
}

/**
 * One scale for all rounds of a scenario, so that their charts can be compared at a glance. A round
 * that needs far more time than most of its side has a scale of its own, and so has a side that needs
 * far more than the other.
 * @returns the scale of each round, in their order
 */
export function scalesOf(rounds: readonly RoundResult[]): readonly Scale[] {
  const ends = rounds.map(endOf);
  const sides = new Map(
    rounds.map(({ side }) => [side, usual(ends.filter((_, at) => rounds[at]?.side === side))]),
  );
  const [longest, shortest] = [Math.max(...sides.values()), Math.min(...sides.values())];
  const isOne = longest <= shortest * SIDE_OUTLIER;
  const tos = ends.map((end, at) => {
    const side = sides.get(rounds[at]?.side ?? 'alone') ?? end;
    return Math.max(end, isOne ? longest : side);
  });
  const leads = rounds.map((round, at) => Math.min(faultAt(round), lead(tos[at] ?? 0)));
  const peaks = rounds.map((round, at) => peakOf(round, -(leads[at] ?? 0), tos[at] ?? 0));
  const top = niceTop(Math.max(1, ...peaks));
  return tos.map((to) => {
    const alike = leads.filter((_, at) => tos[at] === to);
    return { from: -Math.max(0, ...alike), to, top };
  });
}

/** The longest that is no outlier. */
function usual(ends: readonly number[]): number {
  const middle = [...ends].sort((a, b) => a - b)[Math.floor((ends.length - 1) / 2)] ?? 0;
  return Math.max(0, ...ends.filter((end) => end <= middle * OUTLIER));
}

/** How long before the fault a chart begins: enough to see what was usual. */
function lead(to: number): number {
  return Math.max(1_000, to * 0.15);
}

function peakOf(round: RoundResult, from: number, to: number): number {
  const fault = faultAt(round);
  const first = Math.max(0, Math.floor((from + fault) / BIN));
  const last = Math.ceil((to + fault) / BIN);
  return Math.max(0, ...round.acknowledgedPer100ms.slice(first, last));
}

/** The next round number whose half is one, too. */
function niceTop(peak: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(peak));
  const step = [1, 2, 4, 6, 8, 10].find((times) => times * magnitude >= peak) ?? 10;
  return Math.max(2, step * magnitude);
}

/** Where a moment is between the left (0) and the right (1). */
export function share(scale: Scale, at: number): number {
  return Math.min(1, Math.max(0, (at - scale.from) / (scale.to - scale.from)));
}

/** Where the time axis has a number: at most about seven, one of them 0. */
export function ticksOf({ from, to }: Scale): readonly number[] {
  const steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000];
  const step = steps.find((each) => (to - from) / each <= 7) ?? 300_000;
  const first = Math.ceil(from / step);
  const ticks: number[] = [];
  for (let at = first; at * step <= to && ticks.length < 50; at += 1) ticks.push(at * step);
  return ticks;
}
