import { cp, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../../lib/errors.js';
import { fileError, readIfThere } from '../../../lib/files.js';
import type { StashOutcome } from '../../store-files.js';
import { keptDirectory } from './kept-name.js';

/** The store's directory in a node's data directory, as activemq.xml names it. */
export const STORE = 'storedb';

/** In it, the id under which the master knows a node. */
export const NODE_ID = 'nodeid.txt';

/** In it, what a slave has set aside until it is attached. */
export const STASH = 'stash';

/**
 * The id under which the master knows this node (`nodeid.txt`); undefined before its first start.
 */
export async function nodeId(dataDirectory: string): Promise<string | undefined> {
  const text = (await readIfThere(join(dataDirectory, STORE, NODE_ID)))?.trim();
  return text === '' ? undefined : text;
}

/** Also the list of log files, which is set aside with them (dev.mqha.patches.watched_log.LogList). */
const isStoreFile = (name: string) =>
  /^[0-9a-f]{16}\.(log|log\.crc32|index)$/.test(name) || name === 'mqha-logs.txt';
const isLog = (name: string) => /^[0-9a-f]{16}\.log$/.test(name);

/**
 * Puts back what a slave set aside when it was killed while attaching, before the broker starts.
 *
 * A slave moves nothing: it copies its store to `stash.tmp`, renames that to `stash`, empties the
 * store and downloads the master's; once attached it deletes `stash` (replicated/SlaveLevelDBStore.scala,
 * ReplicationSupport.scala). So:
 * - `stash.tmp`: the copy was not finished and the store is whole;
 * - `stash` without a log file: its deletion had begun, and the store is whole (every store has a log);
 * - `stash` with a log file: the store is a half-done download and `stash` is the good copy. The
 *   next start would report the download's length as its position in the election.
 *
 * Every step can be repeated: `stash` goes last, by one rename into the kept copy, or back to `stash.tmp`.
 *
 * @param now names the kept copy
 * @param hasRoom whether the disk has room for a copy that is kept: both what was downloaded and what the stash had. Without
 *   it the download goes, so that what fills a disk is not kept each time that it does
 * @throws MqhaError `disk-full`, `no-permission`; then `stash` is still there
 */
export async function recoverStash(
  dataDirectory: string,
  now: Date,
  hasRoom = true,
): Promise<StashOutcome> {
  const store = join(dataDirectory, STORE);
  const stash = join(store, STASH);
  try {
    await rm(join(store, 'stash.tmp'), { recursive: true, force: true });
    const stashed = await namesIn(stash);
    if (stashed === undefined) return { action: 'none' };
    if (!stashed.some(isLog)) {
      await rm(stash, { recursive: true, force: true });
      return { action: 'cleared' };
    }
    if (!hasRoom) {
      await putBack(store, stash, stashed.filter(isStoreFile));
      return { action: 'restored', kept: undefined };
    }
    const kept = keptDirectory(dataDirectory, now);
    await mkdir(join(kept, 'download'), { recursive: true });
    for (const name of ((await namesIn(store)) ?? []).filter(isStoreFile)) {
      await rename(join(store, name), join(kept, 'download', name));
    }
    for (const name of stashed.filter(isStoreFile)) {
      await cp(join(stash, name), join(store, name), { recursive: true });
    }
    await rename(stash, join(kept, 'stash'));
    return { action: 'restored', kept };
  } catch (error) {
    throw fileError(error, store);
  }
}

/** Puts the files of a stash in the place of a download, without room for a second copy of any. */
async function putBack(store: string, stash: string, names: readonly string[]): Promise<void> {
  for (const name of ((await namesIn(store)) ?? []).filter(isStoreFile)) {
    await rm(join(store, name), { recursive: true });
  }
  for (const name of names) await linkTree(join(stash, name), join(store, name));
  await rename(stash, join(store, 'stash.tmp'));
  await rm(join(store, 'stash.tmp'), { recursive: true });
}

async function linkTree(from: string, to: string): Promise<void> {
  if (!(await stat(from)).isDirectory()) {
    // Not every file system has links.
    await link(from, to).catch(() => cp(from, to));
    return;
  }
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await linkTree(join(from, name), join(to, name));
}

/** What a store writes in one go, and can do without: it makes what is absent. */
const SMALL_FILES = ['store-version.txt', NODE_ID];

/**
 * Removes what a broker had emptied and not yet written when it was killed. The store writes its version
 * anew at each start (LevelDBClient.scala, `init`), also in a promotion; where it finds an empty one it says
 * that the version is not supported, and would never start again.
 * @throws MqhaError `no-permission`
 */
export async function removeEmptyFiles(dataDirectory: string): Promise<void> {
  for (const name of SMALL_FILES) {
    const file = join(dataDirectory, STORE, name);
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size !== 0) continue;
    await rm(file).catch((error: unknown) => {
      throw fileError(error, file);
    });
  }
}

/** Undefined where there is no such directory; one that cannot be read may well hold something. */
async function namesIn(directory: string): Promise<string[] | undefined> {
  return readdir(directory).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  });
}
