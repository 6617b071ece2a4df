/** How ours begin a line (ConversionPattern in log4j.properties), in local time. */
const STAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) /;

function timeOf(line: string): number | undefined {
  const [, day, clock, ms] = STAMP.exec(line) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${clock ?? ''}.${ms ?? ''}`);
}

/** The lines of a log since a moment; a line without a time, as of a stack trace, belongs to the one before it. */
export function linesSince(lines: readonly string[], since: Date): readonly string[] {
  const first = lines.findIndex((line) => (timeOf(line) ?? -Infinity) >= since.getTime());
  return first < 0 ? [] : lines.slice(first);
}

/** Whether a log has something from before a moment. */
export function reachesBack(lines: readonly string[], since: Date): boolean {
  return lines.some((line) => (timeOf(line) ?? Infinity) < since.getTime());
}
