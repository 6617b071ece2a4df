import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { STORE } from '../broker/store.js';

/** The room that a node's store has. */
export interface DiskRoom {
  /** What any process may still write there. */
  readonly freeBytes: number;
  /** What the log of this node's store takes of it already. */
  readonly heldBytes: number;
}

const BLOCK_BYTES = 512;

/**
 * Looks at the disk under a node's data directory.
 * @returns undefined where it cannot be looked at
 */
export async function diskRoom(dataDirectory: string): Promise<DiskRoom | undefined> {
  try {
    const [{ bavail, bsize }, heldBytes] = await Promise.all([
      statfs(dataDirectory),
      logBytes(join(dataDirectory, STORE)),
    ]);
    return { freeBytes: bavail * bsize, heldBytes };
  } catch {
    return undefined;
  }
}

/** A file of the log has its whole length from the beginning, and takes no more of the disk than was written. */
async function logBytes(store: string): Promise<number> {
  const names = await readdir(store).catch(() => []);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.log'))
      .map((name) =>
        stat(join(store, name)).then(
          ({ blocks }) => blocks * BLOCK_BYTES,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
