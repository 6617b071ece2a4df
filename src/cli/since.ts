import { parseDuration } from '../config/units.js';
import { usageError } from '../lib/errors.js';

/**
 * The value of `--since`: a duration back from now (`10m`, `2h`, `3d`) or an ISO time; one without
 * a zone, as the commands print it, is local.
 * @throws MqhaError `usage` (exit code 2)
 */
export function sinceOf(text: string, now = new Date()): Date {
  // A bare number could be a year as well.
  const back = /^\s*\d+\s*$/.test(text) ? undefined : parseDuration(text);
  const since = back === undefined ? timeOf(text.trim()) : new Date(now.getTime() - back);
  if (since === undefined || Number.isNaN(since.getTime())) {
    throw usageError(
      'usage',
      `--since ${text} is neither a duration nor a time`,
      'Write it like 90s, 10m, 2h or 3d, or like 2026-11-24T07:01.',
    );
  }
  return since;
}

function timeOf(text: string): Date | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  if (!match) return undefined;
  const [, day = '', clock = '00:00', zone = ''] = match;
  return new Date(`${day}T${clock}${zone.toUpperCase()}`);
}
