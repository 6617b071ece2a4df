/** How ours begin a line (ConversionPattern in log4j.properties), in local time. */
const STAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) /;

/** The lines of a log since a moment; a line without a time, as of a stack trace, belongs to the one before it. */
export function linesSince(lines: readonly string[], since: Date): readonly string[] {
  const first = lines.findIndex((line) => {
    const [, day, clock, ms] = STAMP.exec(line) ?? [];
    return day !== undefined && new Date(`${day}T${clock ?? ''}.${ms ?? ''}`) >= since;
  });
  return first < 0 ? [] : lines.slice(first);
}
