const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SIZE_MB = { m: 1, g: 1024, t: 1024 * 1024 } as const;

const PIECE = /(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)\s*/gy;

/** `6` (seconds), `6s`, `1500ms`, `1m30s`, `2d` in milliseconds; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const given = text.trim().toLowerCase();
  if (/^\d{1,9}$/.test(given)) return Number(given) * DURATION_MS.s;
  const pieces = [...given.matchAll(PIECE)];
  const isWhole = given !== '' && pieces.map(([piece]) => piece).join('') === given;
  if (!isWhole) return undefined;
  const units = pieces.map(([, , unit]) => DURATION_MS[unit as keyof typeof DURATION_MS]);
  // 30s1m is a slip, and so is 1m1m.
  if (units.some((unit, index) => index > 0 && unit >= (units[index - 1] ?? 0))) return undefined;
  return Math.round(
    pieces.reduce((sum, [, count], at) => sum + Number(count) * (units[at] ?? 0), 0),
  );
}

/** `512m`, `500mb`, `10 GB`, `1TiB` in megabytes of 1024 KiB; undefined where the text is no size, or zero. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,7})\s?([mgt])(i?b)?$/i.exec(text.trim());
  if (!match) return undefined;
  const size = Number(match[1]) * SIZE_MB[(match[2] ?? '').toLowerCase() as keyof typeof SIZE_MB];
  return size > 0 ? size : undefined;
}

/** `70%` as 70; undefined where the text is no share from 1 to 100 percent. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d{1,3})%$/.exec(text.trim());
  const share = match ? Number(match[1]) : 0;
  return share >= 1 && share <= 100 ? share : undefined;
}

/** A duration as mqha.yaml has it, and Linkedin's Timespan, which reads zkSessionTimeout: in `s` or `ms`. */
export function timespan(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
