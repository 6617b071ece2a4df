import type { DrillResult } from '../../../../src/drill/result.js';

/** A text that would break a page, or run in it. */
export const EVIL = `<img src=x onerror="alert('1')">&amp; </style></script>{{= 1 }}`;

/** What a browser shows of a page, without its tags. */
export const shown = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

/** Every text of a result, replaced by one that would break a page. */
export function withEvil(result: DrillResult): DrillResult {
  const keep = new Set(['verdict', 'side', 'kind', 'startedAt', 'severity', 'sync']);
  return JSON.parse(
    JSON.stringify(result, (key: string, value: unknown) =>
      typeof value === 'string' && !keep.has(key) ? `${value}${EVIL}` : value,
    ),
  ) as DrillResult;
}
