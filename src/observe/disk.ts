import { statfs } from 'node:fs/promises';
import type { StoreFiles } from '../stores/store-files.js';

/** The room that a node's store has. */
export interface DiskRoom {
  /** What any process may still write there. */
  readonly freeBytes: number;
  /** What the log of this node's store takes of it already. */
  readonly heldBytes: number;
}

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
export async function diskRoom(
  dataDirectory: string,
  files: Pick<StoreFiles, 'logBytes'>,
): Promise<DiskRoom | undefined> {
  const [free, heldBytes] = await Promise.all([
    freeBytes(dataDirectory),
    files.logBytes(dataDirectory),
  ]);
  return free === undefined ? undefined : { freeBytes: free, heldBytes };
}

/** What any process may still write on the disk under a directory, in bytes; undefined where it cannot be looked at. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
