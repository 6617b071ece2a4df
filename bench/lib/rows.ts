// Two sides of a comparison, value by value, and the table of them.
import { largest, median, table } from './stats.js';

/** What a row says, as it is printed. */
export interface Title {
  readonly what: string;
  readonly unit: string;
  readonly aim: string;
}

/** Whom a value is of: mqha, or what a person does without it. */
export type Owner = 'base' | 'mqha';

interface Row extends Title {
  readonly base: number[];
  readonly mqha: number[];
}

export class Rows {
  readonly #rows = new Map<string, Row>();

  /** Adds a value, and prints it as it comes. */
  note({ what, unit, aim }: Title, side: Owner, value: number): void {
    const row = this.#rows.get(what) ?? { what, unit, aim, base: [], mqha: [] };
    row[side].push(value);
    this.#rows.set(what, row);
    console.error(`${what}, ${side}: ${value.toFixed(value < 100 ? 1 : 0)} ${unit}`);
  }

  get all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** Median (least–most) of both, and the ratio of the medians. */
  toString(): string {
    return table(
      ['', 'without', 'mqha', 'ratio', 'aim', 'n'],
      this.all.map(({ what, unit, aim, base, mqha }) => [
        `${what}, ${unit}`,
        spread(base),
        spread(mqha),
        base.length === 0 || mqha.length === 0 ? '–' : (median(mqha) / median(base)).toFixed(3),
        aim,
        mqha.length,
      ]),
    );
  }
}

function spread(all: readonly number[]): string {
  if (all.length === 0) return '–';
  return `${text(median(all))} (${text(Math.min(...all))}–${text(largest(all))})`;
}

function text(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
