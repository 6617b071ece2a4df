import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { makeDirectories } from '../lib/make-directories.js';
import { SECRET_DIRECTORY } from '../lib/modes.js';
import { distrusted } from '../lib/trust.js';

/** Code that was not compiled anew for so long may be of a version that is gone. */
const KEPT_MS = 30 * 24 * 3_600_000;

/**
 * From now on the `.cjs` files of a directory run with what V8 compiled of them the last time: most of what
 * a short command takes is compiling itself. It is kept at the end of a process that succeeds, when
 * the functions that were called are compiled as well. Node.js's own compile cache (from 22 on) keeps a file
 * before it runs, without most of its functions.
 *
 * V8 compiles anew what another version of it, or one with other flags, has kept. That it is of the same
 * source is known by the digest in the file's name: only files that have one may be there. What is kept is run, so that
 * nothing is read or written where somebody else than this user and root owns or can write it.
 * @param require of whoever loads them
 */
export function keepCompiled(require: NodeJS.Require, directory: string, cache: string): void {
  const isOurs = () => distrusted([cache]) === undefined;
  if (!isOurs()) return;
  const fresh = new Map<string, Script>();
  // The one hook that may compile itself; called deprecated since 2013, and still in Node.js 24.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { extensions } = require;
  const runs = extensions['.js'];
  extensions['.cjs'] = (module, filename) => {
    if (dirname(filename) !== directory) {
      runs(module, filename);
      return;
    }
    const file = join(cache, `${process.version}-${process.arch}-${basename(filename)}`);
    const cachedData = readIfThere(file);
    const script = new Script(nodeModule.wrap(readFileSync(filename, 'utf8')), {
      filename,
      ...(cachedData && { cachedData }),
    });
    if (script.cachedDataRejected !== false) fresh.set(file, script);
    const run = script.runInThisContext() as (...words: unknown[]) => void;
    const requires = (id: string) => module.require(id) as unknown;
    run(module.exports, requires, module, filename, directory);
  };
  process.on('exit', (code) => {
    if (code !== 0 || fresh.size === 0) return;
    try {
      makeDirectories(cache, SECRET_DIRECTORY);
      // Somebody else may have made it meanwhile.
      if (!isOurs()) return;
      for (const [file, script] of fresh) {
        const unfinished = `${file}.${process.pid}`;
        writeFileSync(unfinished, script.createCachedData());
        renameSync(unfinished, file);
      }
      removeOld(cache);
    } catch {
      // Read-only, or full: the next command takes longer.
    }
  });
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function removeOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const file = join(cache, name);
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
}
