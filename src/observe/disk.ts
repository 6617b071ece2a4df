import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { STORE } from '../stores/replicated-leveldb/data/store.js';

/** The room that a node's store has. */
export interface DiskRoom {
  /** What any process may still write there. */
  readonly freeBytes: number;
  /** What the log of this node's store takes of it already. */
  readonly heldBytes: number;
}

const BLOCK_BYTES = 512;

/** With less than this a disk is as good as full: an index of its own takes some MiB now and then. */
const FULL_BYTES = 16 * 1024 * 1024;

/**
 * With less left a disk is short of room: an attach takes up to 100 MB more than the store that it replaces, and more
 * than one at a time may not find it.
 */
const SHORT_BYTES = 1024 * 1024 * 1024;

/** Whether attaches have to go easy on a disk with so much left. */
export function isShort(freeBytes: number): boolean {
  return freeBytes < SHORT_BYTES;
}

/** Whether a broker can write no more on a disk with so much left. */
export function isFull(freeBytes: number): boolean {
  return freeBytes < FULL_BYTES;
}

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
