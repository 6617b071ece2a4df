import { chownSync, readdirSync } from 'node:fs';
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

/** Gives everything there to the user that unprivileged() is. */
export function handOver(directory: string): void {
  if (!isRoot) return;
  chownSync(dirname(directory), NOBODY, NOBODY);
  chownSync(directory, NOBODY, NOBODY);
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(directory, path), NOBODY, NOBODY);
  }
}
