import { eventually } from './cluster.js';

/** The text of a page of a master's console, which opens a moment after the master serves clients. */
export async function openPage(url: string, headers: Record<string, string>): Promise<string> {
  const page = await eventually(
    () => fetch(url, { headers }).catch(() => undefined),
    (response) => response?.status === 200,
    30_000,
  );
  return (await page?.text()) ?? '';
}
