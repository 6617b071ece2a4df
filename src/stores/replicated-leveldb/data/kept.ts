import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../../lib/errors.js';
import { fileError, readIfThere } from '../../../lib/files.js';
import { mayBeOnlyCopy, type KeptStore } from '../../store-files.js';
import { KEPT, keptDirectory } from './kept-name.js';
import { STORE } from './store.js';

/** At most so many are kept of a node. */
const AT_MOST = 3;

/**
 * Sets a node's store aside, so that its broker begins with an empty one. It is one rename, except where the store is
 * a file system of its own.
 * @param why in words
 * @param record of the broker's end, which goes with it
 * @returns where it lies now
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function setStoreAside(
  dataDirectory: string,
  now: Date,
  why: string,
  record: string,
): Promise<string> {
  const store = join(dataDirectory, STORE);
  const kept = keptDirectory(dataDirectory, now);
  const target = join(kept, 'store');
  try {
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, 'why.txt'), `${why}\n`);
    try {
      await rename(store, target);
    } catch (error) {
      if (!['EBUSY', 'EXDEV', 'EEXIST', 'ENOTEMPTY'].includes(systemCode(error) ?? '')) throw error;
      await moveFiles(store, target);
    }
    await rename(record, join(kept, 'end.json')).catch(() => undefined);
    return kept;
  } catch (error) {
    throw fileError(error, kept);
  }
}

/** The list of log files goes last: while it is there what is left is not taken for a whole store. */
async function moveFiles(store: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const names = (await readdir(store)).sort(
    (a, b) => Number(a.endsWith('.txt')) - Number(b.endsWith('.txt')),
  );
  for (const name of names) await rename(join(store, name), join(target, name));
}

/** What was set aside of a node's stores, the newest first. */
export async function keptStores(dataDirectory: string): Promise<KeptStore[]> {
  const directory = join(dataDirectory, KEPT);
  const names = (await readdir(directory).catch(() => [])).sort().reverse();
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const why = await readIfThere(join(path, 'why.txt')).catch(() => undefined);
      const ofAttach = why === undefined;
      return {
        path,
        bytes: await bytesOf(path),
        why: why?.trim() ?? 'killed while it attached',
        ofAttach,
      };
    }),
  );
}

/**
 * Removes the oldest copies beyond the limits; the newest always stays, unless the disk needs its room, and so does what
 * may be nowhere else.
 * @param limitBytes of all together
 * @param hasRoom whether the disk has room for what killed attaches have left
 * @returns what was removed
 */
export async function limitKept(
  dataDirectory: string,
  limitBytes: number,
  hasRoom = true,
): Promise<string[]> {
  const removed: string[] = [];
  let bytes = 0;
  for (const [index, kept] of (await keptStores(dataDirectory)).entries()) {
    bytes += kept.bytes;
    const within = index === 0 || (index < AT_MOST && bytes <= limitBytes);
    if (mayBeOnlyCopy(kept) || (within && (hasRoom || !kept.ofAttach))) continue;
    await rm(kept.path, { recursive: true, force: true }).catch(() => undefined);
    removed.push(kept.path);
  }
  return removed;
}

async function bytesOf(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory()) return found.blocks * 512;
    const sizes = await Promise.all((await readdir(path)).map((name) => bytesOf(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0; // Removed meanwhile.
  }
}
