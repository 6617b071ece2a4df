import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and its parents, one after the other: below a file system that takes none, as /proc, mkdir() with
 * `recursive` of Node.js 20 never ends.
 * @param mode of those that it makes
 * @throws the system's error: EEXIST where something else is there, ENOENT where the file system takes none
 */
export function makeDirectories(path: string, mode: number): void {
  if (existsSync(path)) {
    mkdirSync(path, { recursive: true, mode });
    return;
  }
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) {
    missing.unshift(at);
  }
  for (const directory of missing) {
    try {
      mkdirSync(directory, { mode });
    } catch (error) {
      // Somebody else has made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
