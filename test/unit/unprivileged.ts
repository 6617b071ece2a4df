import { chownSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const NOBODY = 65_534;
export const isRoot = process.geteuid?.() === 0;

/** No mode of a file holds root back, so its rights are put down for the time of a call. */
export async function unprivileged<T>(call: () => Promise<T>): Promise<T> {
  if (!isRoot) return call();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await call();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Gives everything there to the user that unprivileged() is, and the directory above it where that is a test's. */
export function handOver(directory: string): void {
  if (!isRoot) return;
  const above = dirname(directory);
  // Whose the machine's own directory is, everybody relies on.
  if (above !== realpathSync(tmpdir()) && above !== tmpdir()) chownSync(above, NOBODY, NOBODY);
  chownSync(directory, NOBODY, NOBODY);
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(directory, path), NOBODY, NOBODY);
  }
}
