import type { RoundResult } from '../result.js';
import { escapeMarkup } from './escape.js';
import { placeFlags } from './flags.js';
import { labelsOf, NARROWEST, widthOf, type Label } from './labels.js';
import { BIN, faultAt, outageSpans, share, ticksOf, type Scale } from './scale.js';
import { counted } from '../../lib/counted.js';
import { MARKS, seconds } from './words.js';

/** Pixels: the plot, a row of labels above it, and what stands below it. */
const PLOT = 96;
const ROW = 15;
const BELOW = 38;

/**
 * The time line of a round as SVG: acknowledged sends per 100 ms, the outage, and what happened when.
 * Positions along the time are shares of the width, so the text stays as it is where the chart shrinks.
 * It has a class for each part and no colours; without a style sheet it is not to be looked at.
 */
export function chart(round: RoundResult, scale: Scale): string {
  const { labels, hidden } = labelsOf(round, scale);
  const places = placeFlags(
    labels.map(({ x, text }) => ({ x: x * NARROWEST, width: widthOf(text) })),
    NARROWEST,
  );
  const rows = Math.max(0, ...places.map(({ row }) => row)) + 1;
  const top = rows * ROW + 4;
  const floor = top + PLOT;
  const parts = [
    shades(round, scale, top),
    grid(scale, top),
    rest(round, scale, top),
    area(round, scale, top),
    ...labels.map(({ x, kinds, isBeyond }, at) => {
      const y = (places[at]?.row ?? 0) * ROW + 3;
      return isBeyond ? '' : line(`mark ${kinds[0] ?? ''}`, x, y, x, floor);
    }),
    axis(scale, floor),
    bracket(round, scale, floor + 27),
    ...labels.map((label, at) => flag(label, places[at] ?? { row: 0, anchor: 'start' })),
  ];
  const about = hidden === 0 ? '' : `; ${counted(hidden, 'more mark')}`;
  return `<svg class="chart" role="img" width="100%" height="${floor + BELOW}" aria-label="${escapeMarkup(
    described(round, labels) + about,
  )}">${parts.join('')}</svg>`;
}

/** The chart in words, for who cannot see it. */
function described(round: RoundResult, labels: readonly Label[]): string {
  const marks = labels.map(({ words }) => words).join(', ');
  const outage =
    round.outageMs === null
      ? 'service did not recover'
      : round.outageMs === 0
        ? 'no outage that a client noticed'
        : `longest outage ${seconds(round.outageMs)}`;
  return `Acknowledged sends per 100 ms in round ${round.round}: ${outage}${marks && `; ${marks}`}`;
}

function percent(x: number): string {
  return `${Number((x * 100).toFixed(2))}%`;
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${name}" x1="${percent(x1)}" y1="${y1}" x2="${percent(x2)}" y2="${y2}"/>`;
}

function text(name: string, x: number, y: number, content: string, more = ''): string {
  return `<text class="${name}" x="${percent(x)}" y="${y}"${more}>${content}</text>`;
}

/** Where no send was acknowledged; the outages of several clients that overlap are one. */
function shades(round: RoundResult, scale: Scale, top: number): string {
  const spans = [...outageSpans(round)].sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged
    .map(([from, to]) => [share(scale, from), share(scale, to)] as const)
    .filter(([from, to]) => from < 1 && to > 0)
    .map(
      ([from, to]) =>
        `<rect class="outage" x="${percent(from)}" y="${top}" width="${percent(to - from)}" height="${PLOT}"/>`,
    )
    .join('');
}

/** Where the chart goes on and the round does not. */
function rest(round: RoundResult, scale: Scale, top: number): string {
  const from = share(scale, round.ms - faultAt(round));
  if (from > 0.98) return '';
  const box = `<rect class="rest" x="${percent(from)}" y="${top}" width="${percent(1 - from)}" height="${PLOT}"/>`;
  return from > 0.75
    ? box
    : box + text('note middle', (from + 1) / 2, top + PLOT / 2 + 4, 'round over');
}

function grid(scale: Scale, top: number): string {
  const middle = top + PLOT / 2;
  const unit = `<text class="unit" transform="translate(-33 ${middle}) rotate(-90)">per 100 ms</text>`;
  return [
    line('grid', 0, top, 1, top),
    line('grid', 0, middle, 1, middle),
    text('tick y', 0, top + 4, String(scale.top), ' dx="-6"'),
    text('tick y', 0, middle + 4, String(scale.top / 2), ' dx="-6"'),
    text('tick y', 0, top + PLOT + 4, '0', ' dx="-6"'),
    unit,
  ].join('');
}

/** One path of steps in the units of the data; the inner picture is stretched over the plot. */
function area(round: RoundResult, scale: Scale, top: number): string {
  const fault = faultAt(round);
  const start = (scale.from + fault) / BIN;
  const end = (scale.to + fault) / BIN;
  const first = Math.max(0, Math.floor(start));
  const values = round.acknowledgedPer100ms.slice(first, Math.ceil(end));
  if (values.length === 0) return '';
  let path = `M${first} ${scale.top}`;
  let height = 0;
  for (const [at, value] of values.entries()) {
    if (value !== height) path += `H${first + at}V${scale.top - value}`;
    height = value;
  }
  path += `H${first + values.length}V${scale.top}Z`;
  const box = [start, 0, end - start, scale.top].map((value) => Number(value.toFixed(3)));
  return `<svg y="${top}" width="100%" height="${PLOT}" viewBox="${box.join(' ')}" preserveAspectRatio="none"><path class="acks" d="${path}"/></svg>`;
}

function axis(scale: Scale, floor: number): string {
  const ticks = ticksOf(scale).map((at) => {
    const x = share(scale, at);
    const place = x > 0.95 ? ' last' : '';
    const sign = at < 0 ? '−' : '';
    return (
      `<line class="axis" x1="${percent(x)}" y1="${floor}" x2="${percent(x)}" y2="${floor + 4}"/>` +
      text(`tick x${place}`, x, floor + 16, `${sign}${Math.abs(at) / 1000} s`)
    );
  });
  return line('axis', 0, floor, 1, floor) + ticks.join('');
}

/** How long the longest outage was, measured out below the axis. */
function bracket(round: RoundResult, scale: Scale, y: number): string {
  const [longest] = outageSpans(round);
  if (!longest) {
    const words =
      round.outageMs === null ? 'service did not recover' : 'no outage that a client noticed';
    return text('note', 0, y + 4, words);
  }
  const [from, to] = [share(scale, longest[0]), share(scale, longest[1])];
  const ended = round.outageMs !== null;
  const words = ended ? `outage ${seconds(round.outageMs)}` : 'outage that did not end';
  const width = widthOf(words) / NARROWEST;
  const bar = [
    line('span', from, y, to, y),
    line('span', from, y - 4, from, y + 4),
    ended ? line('span', to, y - 4, to, y + 4) : '',
  ].join('');
  if (to + width <= 1) return bar + text('note outage-text', to, y + 4, words, ' dx="6"');
  if (from >= width) return bar + text('note outage-text end', from, y + 4, words, ' dx="-6"');
  return bar + text('note outage-text middle', (from + to) / 2, y + 4, words);
}

function flag(label: Label, { row, anchor }: { row: number; anchor: 'start' | 'end' }): string {
  const signs = label.kinds
    .map((kind) => `<tspan class="sign ${kind}">${MARKS[kind].sign}</tspan>`)
    .join('');
  return text(
    anchor === 'end' ? 'flag end' : 'flag',
    label.x,
    row * ROW + 11,
    `${signs} ${escapeMarkup(label.words)}`,
    ` dx="${anchor === 'end' ? -4 : 4}"`,
  );
}
