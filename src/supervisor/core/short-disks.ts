import { isFull, isShort } from '../../observe/disk.js';

/**
 * How many brokers may be launched at this moment whose disk is short of room. Beyond a quorum it is one at a time: what
 * a slave needs to attach is there again once the one before it has attached and dropped what it had.
 * @param living how many brokers run
 * @param settled whether each of them serves or is attached
 */
export function roomOnShortDisks(living: number, quorum: number, settled: boolean): number {
  if (living < quorum) return quorum - living;
  return settled ? 1 : 0;
}

/**
 * Which of these may start now: a full disk is waited for, and short ones have room for so many.
 * @param free what each has left on its disk, in bytes; a name that is absent has no limit
 */
export function withRoom<T extends { readonly name: string }>(
  attempts: readonly T[],
  free: ReadonlyMap<string, number>,
  room: number,
): T[] {
  let left = room;
  return attempts.filter(({ name }) => {
    const bytes = free.get(name);
    if (bytes === undefined || !isShort(bytes)) return true;
    if (isFull(bytes) || left === 0) return false;
    left -= 1;
    return true;
  });
}
