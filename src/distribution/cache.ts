import { randomBytes } from 'node:crypto';
import { copyFile, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MqhaError, systemCode } from '../lib/errors.js';
import { SECRET_DIRECTORY } from '../lib/files.js';
import { makeDirectories } from '../lib/make-directories.js';
import { refuseDistrustedCache } from '../lib/refuse-distrusted.js';
import { CACHE_PLACES, cacheRoot } from './cache-root.js';

/** The few writes that can fill a disk or be refused; tests put failures in their place. */
export interface CacheIo {
  /** Makes a directory and its parents. @param mode of those that it makes; 0755 when not given */
  readonly mkdir: (path: string, mode?: number) => Promise<void>;
  readonly copyFile: (from: string, to: string) => Promise<void>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
}

/** The cache's places. `artifacts/` and `distributions/` hold finished things only. */
export interface Cache {
  readonly root: string;
  readonly artifacts: string;
  readonly distributions: string;
  readonly tmp: string;
  readonly io: CacheIo;
}

const DAY_MS = 24 * 60 * 60 * 1000;

const realIo: CacheIo = {
  mkdir: (path, mode = 0o755) =>
    new Promise((resolve) => {
      makeDirectories(path, mode);
      resolve();
    }),
  copyFile: async (from, to) => {
    await copyFile(from, to);
    await syncFile(to);
  },
  writeFile: async (path, text) => {
    await writeFile(path, text);
    await syncFile(path);
  },
};

/**
 * Refuses the cache of this environment where somebody else owns or can write it, or a place in it.
 * @throws MqhaError `untrusted-cache`
 */
export function refuseForeignCache(env: NodeJS.ProcessEnv): void {
  const root = cacheRoot(env);
  refuseDistrustedCache(
    root,
    CACHE_PLACES.map((place) => join(root, place)),
  );
}

/**
 * The cache of this environment. Nothing is made or read yet.
 * @throws MqhaError `untrusted-cache`
 */
export function openCache(env: NodeJS.ProcessEnv, io: Partial<CacheIo> = {}): Cache {
  refuseForeignCache(env);
  const root = cacheRoot(env);
  return {
    root,
    artifacts: join(root, 'artifacts'),
    distributions: join(root, 'distributions'),
    tmp: join(root, 'tmp'),
    io: { ...realIo, ...io },
  };
}

/**
 * Makes the cache's directories, for this user alone, and sweeps what dead processes left in `tmp/`.
 * @throws MqhaError `untrusted-cache` where somebody else has made it meanwhile, as can be in /tmp; `no-directory` where
 *   nothing can be made there
 */
export async function prepareCache(cache: Cache): Promise<void> {
  await cache.io.mkdir(cache.root, SECRET_DIRECTORY).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new MqhaError(
      'no-directory',
      `${cache.root} cannot be made: its file system takes none`,
      {
        hint: 'Set MQHA_CACHE to another directory.',
        cause: error,
      },
    );
  });
  refuseDistrustedCache(cache.root, []);
  for (const directory of [cache.artifacts, cache.distributions, cache.tmp]) {
    await cache.io.mkdir(directory);
  }
  await sweep(cache);
}

/**
 * Gives `use` a new directory on the cache's file system and removes it afterwards.
 * @param purpose a word for the directory's name, for whoever looks into the cache
 */
export async function withTemporary<T>(
  cache: Cache,
  purpose: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = temporaryPath(cache, purpose);
  await cache.io.mkdir(directory);
  try {
    return await use(directory);
  } finally {
    // Tried again, since a tool or a failed unpacking may still write there for a moment. What cannot
    // be removed now is swept another day, and must not hide how `use` ended.
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(
      () => undefined,
    );
  }
}

/**
 * Puts a finished directory into its place, all at once.
 *
 * When something stands there already, `valid` decides: a valid one was put there by another
 * process in the meantime and is kept; a broken one is moved out of the way and removed. A valid
 * one is never touched, since brokers of other clusters may be running from it.
 */
export async function publish(
  cache: Cache,
  built: string,
  target: string,
  valid: () => Promise<boolean>,
): Promise<void> {
  // Each round needs another process to have published in between; more than a few are a fault.
  for (let round = 0; ; round++) {
    try {
      await rename(built, target);
      return;
    } catch (error) {
      const code = systemCode(error);
      if ((code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') || round === 5) {
        throw error;
      }
    }
    if (await valid()) return;
    const broken = temporaryPath(cache, 'broken');
    await rename(target, broken).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
    await rm(broken, { recursive: true, force: true });
  }
}

/** Flushes a file to the disk, so that a rename after it cannot outlive its content. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * What a user can do about a system error met at a directory of ours or theirs.
 * @returns MqhaError `disk-full`, `no-permission` or `no-directory`; any other error as it is
 */
export function storageFailure(error: unknown, directory: string, isCache: boolean): unknown {
  if (error instanceof MqhaError) return error;
  const elsewhere = isCache
    ? 'set MQHA_CACHE to a directory on another disk'
    : 'name another directory';
  switch (systemCode(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return new MqhaError('disk-full', `no space left in ${directory}`, {
        hint: `Free about 250 MB there, or ${elsewhere}, and run the command again.`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new MqhaError('no-permission', `no permission to write in ${directory}`, {
        hint: `Make it writable for this user, or ${elsewhere}.`,
        cause: error,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new MqhaError('no-directory', `${directory} cannot be a directory: a file is there`, {
        hint: `Move the file away, or ${elsewhere}.`,
        cause: error,
      });
    default:
      return error;
  }
}

function temporaryPath(cache: Cache, purpose: string): string {
  return join(cache.tmp, `${purpose}-${process.pid}-${randomBytes(6).toString('hex')}`);
}

async function sweep(cache: Cache): Promise<void> {
  for (const name of await readdir(cache.tmp)) {
    const path = join(cache.tmp, name);
    try {
      const age = Date.now() - (await stat(path)).mtimeMs;
      // The process id alone would not do: the cache may be on a disk that several hosts share.
      if (age < DAY_MS || isAlive(Number(name.split('-').at(-2)))) continue;
      await rm(path, { recursive: true, force: true });
    } catch {
      // Another process sweeps as well, or owns it; it is only room that is lost.
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
