/** A label that stands above a plot, with a line down to it. */
export interface Flag {
  /** Where the line is, in pixels from the left. */
  readonly x: number;
  /** How wide the text is, in pixels. */
  readonly width: number;
}

/** Where its text stands: in which row from the top, and on which side of its line. */
export interface Place {
  readonly row: number;
  readonly anchor: 'start' | 'end';
}

interface Placed extends Place {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

/** Pixels between two texts of a row. */
const GAP = 6;

/**
 * Finds places for labels so that no text covers another, and no line runs through a text where that
 * can be had. Labels close to one another become a staircase.
 * @param flags from the left to the right
 * @param width of the plot in pixels; a wider plot only moves the labels apart
 */
export function placeFlags(flags: readonly Flag[], width: number): readonly Place[] {
  const placed: Placed[] = [];
  for (const flag of flags) placed.push(placeOf(flag, placed, width));
  const top = Math.min(0, ...placed.map(({ row }) => row));
  return placed.map(({ row, anchor }) => ({ row: row - top, anchor }));
}

function placeOf(flag: Flag, placed: readonly Placed[], width: number): Placed {
  const start = { x: flag.x, anchor: 'start', from: flag.x, to: flag.x + flag.width } as const;
  const end = { x: flag.x, anchor: 'end', from: flag.x - flag.width, to: flag.x } as const;
  const fitting = [...(start.to <= width ? [start] : []), ...(end.from >= 0 ? [end] : [])];
  const sides = fitting.length > 0 ? fitting : [start];
  const rows = placed.map(({ row }) => row);
  const [first, last] = [Math.min(0, ...rows), Math.max(0, ...rows)];
  let best: { place: Placed; harm: number } | undefined;
  for (let row = first - 1; row <= last + 1; row += 1) {
    for (const side of sides) {
      const place = { ...side, row };
      // A new row on top is the last choice among equals.
      const harm = harmOf(place, placed) + (row < first ? 0.5 : 0);
      if (!best || harm < best.harm) best = { place, harm };
    }
  }
  return best?.place ?? { ...start, row: 0 };
}

/** Each text that is covered weighs more than all lines that run through one. */
function harmOf(candidate: Placed, placed: readonly Placed[]): number {
  return placed.reduce((harm, other) => {
    const apart = candidate.from >= other.to + GAP || candidate.to + GAP <= other.from;
    if (candidate.row === other.row) return apart ? harm : harm + 1_000;
    // A line runs from its own row down to the plot, through every row below.
    const upper = candidate.row < other.row ? candidate : other;
    const lower = upper === candidate ? other : candidate;
    return upper.x > lower.from && upper.x < lower.to ? harm + 1 : harm;
  }, 0);
}
