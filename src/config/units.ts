const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const SIZE_MB = { mb: 1, gb: 1024, tb: 1024 * 1024 } as const;

/** `1500ms`, `2s`, `1m`, `1h` in milliseconds; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * DURATION_MS[match[2] as keyof typeof DURATION_MS]);
}

/** `500mb`, `10gb`, `1tb` in megabytes; undefined where the text is no size or zero. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,7})\s?(mb|gb|tb)$/i.exec(text.trim());
  if (!match) return undefined;
  const size = Number(match[1]) * SIZE_MB[(match[2] ?? '').toLowerCase() as keyof typeof SIZE_MB];
  return size > 0 ? size : undefined;
}

/** A JVM heap size (`512m`, `2g`) in megabytes; undefined where the text is none. */
export function parseHeap(text: string): number | undefined {
  const match = /^(\d{1,6})(m|g)$/i.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * ((match[2] ?? '').toLowerCase() === 'g' ? 1024 : 1);
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
