// Numbers of a measurement, and the table that shows them.

/**
 * The value that this share of them does not exceed; NaN where there is none.
 * @param share from 0 to 1; 0.5 is the median
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = (sorted.length - 1) * share;
  const below = sorted[Math.floor(index)] ?? NaN;
  const above = sorted[Math.ceil(index)] ?? NaN;
  return below + (above - below) * (index - Math.floor(index));
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function largest(values: readonly number[]): number {
  return values.length === 0 ? NaN : Math.max(...values);
}

/** A number that may be missing, without its fraction. */
export function whole(value: number): string {
  return Number.isNaN(value) ? '–' : String(Math.round(value));
}

/** Aligned columns: the first to the left, the others to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
