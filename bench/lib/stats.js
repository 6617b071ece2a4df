// Numbers of a measurement, and the table that shows them.

/**
 * @param {readonly number[]} values
 * @param {number} share from 0 to 1; 0.5 is the median
 * @returns the value that this share of them does not exceed; NaN where there is none
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const index = (sorted.length - 1) * share;
  const below = sorted[Math.floor(index)] ?? NaN;
  const above = sorted[Math.ceil(index)] ?? NaN;
  return below + (above - below) * (index - Math.floor(index));
}

/** @param {readonly number[]} values */
export function median(values) {
  return percentile(values, 0.5);
}

/** @param {readonly number[]} values */
export function largest(values) {
  return values.length === 0 ? NaN : Math.max(...values);
}

/** @param {number} value a number that may be missing */
export function whole(value) {
  return Number.isNaN(value) ? '–' : String(Math.round(value));
}

/**
 * Aligned columns: the first to the left, the others to the right.
 * @param {readonly string[]} header
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(header, rows) {
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
