import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MqhaError, systemCode } from './errors.js';
import { makeDirectories } from './make-directories.js';
import { SECRET_FILE } from './modes.js';

export { SECRET_DIRECTORY, SECRET_FILE } from './modes.js';

/**
 * Writes a file whole or not at all: to a temporary name in the same directory, synced, renamed.
 * @param options `later`: by how many milliseconds its time of modification is ahead; `like`: a file whose mode it gets,
 *   and whose owner where we may give that
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly later?: number; readonly like?: Stats } = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', options.mode ?? (options.like ? SECRET_FILE : 0o644));
    try {
      await file.writeFile(content);
      if (options.like) {
        const { uid, gid, mode } = options.like;
        await file.chown(uid, gid).catch(() => undefined);
        await file.chmod(mode & 0o777);
      }
      if (options.later !== undefined) {
        const time = new Date(Date.now() + options.later);
        await file.utimes(time, time);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path);
  }
}

/**
 * Writes a file over itself, which takes no room on most file systems: blanks fill up what the text leaves of it. A crash
 * may leave half of it, so this is for who cannot write it anew.
 * @returns false where the file has no room for it, or the file system has none
 */
export async function writeOver(path: string, text: string): Promise<boolean> {
  try {
    const file = await openFile(path, constants.O_RDWR);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(size, ' ');
      if (Buffer.byteLength(text) > size) return false;
      bytes.write(text);
      await file.write(bytes, 0, size, 0);
      await file.sync();
      return true;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/**
 * Makes a directory and its parents.
 * @param mode set also where the directory was there already
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function ensureDirectory(path: string, mode?: number): Promise<void> {
  try {
    // No group can write what is made, whatever the umask is: such a cluster directory is refused (trust.ts).
    makeDirectories(path, mode ?? 0o755);
    if (mode !== undefined) await chmod(path, mode);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new MqhaError('no-directory', `${path} cannot be made: its file system takes none`, {
        hint: 'Choose another directory.',
        cause: error,
      });
    }
    throw fileError(error, path);
  }
}

/**
 * Opens a file that is to be read. What is no file is never waited for: the open of a FIFO would last until somebody
 * writes to it.
 * @param flags besides O_NONBLOCK, which means nothing for a file
 * @throws MqhaError `not-a-file`; the system's error for anything else
 */
export async function openFile(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY, SECRET_FILE);
  } catch (error) {
    // Of a socket, and of a FIFO that is to be written and that nobody reads.
    if (systemCode(error) === 'ENXIO') throw notAFile(path, 'a socket, a FIFO or a device');
    if (systemCode(error) === 'EISDIR') throw notAFile(path, 'a directory');
    throw error;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notAFile(path, kindOf(stats));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() ? 'a FIFO' : 'a device';
}

function notAFile(path: string, what: string): MqhaError {
  return new MqhaError('not-a-file', `${path} is ${what}, and a file is needed there`, {
    hint: 'Move it away and run the command again.',
  });
}

/**
 * The whole text of a file.
 * @throws MqhaError `not-a-file`; the system's error for anything else
 */
export async function readText(path: string): Promise<string> {
  const file = await openFile(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * The text of a file, or undefined where there is none.
 * @throws MqhaError `not-a-file`, `no-permission`
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

/** What a user can do about a failed write or read; any other error is returned as it is. */
export function fileError(error: unknown, path: string): unknown {
  if (error instanceof MqhaError) return error;
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new MqhaError('disk-full', `no space left to write ${path}`, {
        hint: `Free space on the disk of ${dirname(path)} and run the command again.`,
        cause: error,
      });
    case 'EROFS':
      return new MqhaError('no-permission', `the file system of ${path} is read-only`, {
        hint: 'It may have been mounted so after an error of its disk: see the system log.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new MqhaError('no-permission', `no permission for ${path}`, {
        hint: 'Run mqha as the user who owns the directory, or choose another directory.',
        cause: error,
      });
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
      return new MqhaError(
        'no-directory',
        `${path} cannot be used: a file stands where a directory is needed, or the other way round`,
        {
          hint: 'Move away what stands there, or choose another directory.',
          cause: error,
        },
      );
    case undefined:
    default:
      return error;
  }
}
