import { rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { MqhaError, systemCode, usageError } from '../lib/errors.js';
import { prepareCache, storageFailure, withTemporary } from './cache.js';
import { admit, ensureArtifacts, type InstallContext, type WrongFile } from './resolve.js';
import { throwIfInterrupted } from './run.js';
import { unpack } from './unpack.js';
import { checkArtifact, faultProblem } from './verify.js';
import { counted } from '../lib/counted.js';

/** A file that is larger than it should be by more than this is not even copied. */
const SPARE_BYTES = 1_000_000;

export interface ExportResult {
  /** Absolute. */
  readonly directory: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Writes every pinned file by its name into a directory, which is made when it is not there; what
 * the cache lacks is fetched first.
 * @throws MqhaError `export-not-a-directory`, `disk-full`, `no-permission`, `no-directory`, and
 *   what ensureArtifacts() throws
 */
export async function exportTo(context: InstallContext, to: string): Promise<ExportResult> {
  const { cache, pinned } = context;
  const directory = resolve(to);
  const there = await kindOf(directory);
  if (there === 'file' || there === 'special') {
    throw usageError(
      'export-not-a-directory',
      there === 'file' ? `${to} is a file` : `${to} is no directory`,
      'Name a directory for `--export`; it is made when it does not exist.',
    );
  }
  try {
    await prepareCache(cache);
    await ensureArtifacts(context);
  } catch (error) {
    throw storageFailure(error, cache.root, true);
  }
  try {
    await cache.io.mkdir(directory);
    for (const { file } of pinned) {
      throwIfInterrupted(context.signal);
      const temporary = join(directory, `.${file}.${randomBytes(4).toString('hex')}.tmp`);
      try {
        await cache.io.copyFile(join(cache.artifacts, file), temporary);
        await rename(temporary, join(directory, file));
      } finally {
        await rm(temporary, { force: true });
      }
    }
  } catch (error) {
    throw storageFailure(error, directory, false);
  }
  return {
    directory,
    files: pinned.map(({ file }) => file),
    bytes: pinned.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Takes every pinned file from a directory, or from a tar (compressed or not) in which they may
 * stand in any directory, into the cache. Other files are ignored. All or nothing.
 * @throws MqhaError `from-not-found`, `archive-damaged`; `import-incomplete` with every missing or
 *   wrong file in `problems`
 */
export async function importFrom(context: InstallContext, from: string): Promise<void> {
  const { cache, pinned, emit } = context;
  const source = resolve(from);
  const kind = await kindOf(source);
  if (kind === undefined) {
    throw usageError(
      'from-not-found',
      `${from} does not exist`,
      'Name a directory that `mqha install --export` wrote, or a tar of it.',
    );
  }
  if (kind === 'special') {
    throw usageError(
      'from-not-found',
      `${from} is neither a directory nor a plain file`,
      'Name a directory that `mqha install --export` wrote, or a tar of it.',
    );
  }
  await withTemporary(cache, 'import', async (directory) => {
    // Copied first and verified then: what was verified is what enters the cache.
    if (kind === 'directory') await takeDirectory(context, source, directory);
    else await takeTar(context, source, directory);

    const wrong: WrongFile[] = [];
    for (const [index, artifact] of pinned.entries()) {
      throwIfInterrupted(context.signal);
      const fault = await checkArtifact(join(directory, artifact.file), artifact);
      if (fault !== undefined) wrong.push({ artifact, fault });
      else emit({ type: 'verified', file: artifact.file, done: index + 1, total: pinned.length });
    }
    if (wrong.length > 0) throw incomplete(from, wrong);
    for (const artifact of pinned) await admit(cache, join(directory, artifact.file), artifact);
  });
}

async function takeDirectory(context: InstallContext, source: string, to: string): Promise<void> {
  for (const { file, bytes } of context.pinned) {
    throwIfInterrupted(context.signal);
    const found = await stat(join(source, file)).catch(() => undefined);
    // What is no plain file, or far too large for what it should be, counts as missing.
    if (found?.isFile() !== true || found.size > bytes + SPARE_BYTES) continue;
    await context.cache.io.copyFile(join(source, file), join(to, file));
  }
}

/** Only files with a wanted name leave the tar, and by that name alone: no path of it is followed. */
async function takeTar(context: InstallContext, source: string, to: string): Promise<void> {
  const wanted = new Map(context.pinned.map(({ file, bytes }) => [file, bytes]));
  await unpack(source, to, (entry) => {
    const name = basename(entry.path);
    const bytes = wanted.get(name);
    if (bytes === undefined || entry.type !== 'File') return false;
    // One byte more than expected is enough to be wrong; no need to unpack gigabytes of it.
    if (entry.size > bytes + SPARE_BYTES) return false;
    entry.path = name;
    return true;
  });
}

function incomplete(from: string, wrong: readonly WrongFile[]): MqhaError {
  const problems = wrong.map(({ artifact, fault }) => faultProblem(artifact, fault));
  const [first] = problems;
  const which = problems.length === 1 ? (first?.path ?? '') : counted(problems.length, 'file');
  return new MqhaError(
    'import-incomplete',
    `${from} lacks ${which} or has ${problems.length === 1 ? 'it' : 'them'} wrong; nothing was taken from it`,
    {
      hint: 'Write it again with `mqha install --export <dir>` of this version of mqha, and copy it whole.',
      problems,
    },
  );
}

/** Nothing is opened: a pipe without a writer would never answer. */
async function kindOf(path: string): Promise<'file' | 'directory' | 'special' | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'special';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
