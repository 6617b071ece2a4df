import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { Layout } from '../config/layout.js';
import { MqhaError } from '../lib/errors.js';
import {
  ensureDirectory,
  fileError,
  readIfThere,
  SECRET_DIRECTORY,
  SECRET_FILE,
  writeFileAtomic,
} from '../lib/files.js';
import type { RenderedFile } from './rendered-file.js';
import { digest, digestsOf, readRecord, writeRecord, type Digests } from './rendered-record.js';

/** How a file on disk stands to what `mqha.yaml` says now. */
export type FileState = 'same' | 'missing' | 'outdated' | 'edited';

export interface FileComparison {
  readonly file: RenderedFile;
  readonly state: FileState;
  readonly found: string | undefined;
}

/** See RenderedFile.reloaded. */
const RELOAD_MS = 2000;

/** Compares every rendered file with the one on disk. */
export async function compareFiles(
  layout: Layout,
  files: readonly RenderedFile[],
): Promise<FileComparison[]> {
  const record = await readRecord(layout);
  return Promise.all(
    files.map(async (file) => {
      const found = await readIfThere(join(layout.directory, file.path));
      const state: FileState =
        found === undefined
          ? 'missing'
          : found === file.content
            ? 'same'
            : digestsOf(record, file.path).includes(digest(found))
              ? 'outdated'
              : 'edited';
      return { file, state, found };
    }),
  );
}

/** An error that names the files which a person has edited, or undefined where there are none. */
export function editedError(comparisons: readonly FileComparison[]): MqhaError | undefined {
  const edited = comparisons.filter((c) => c.state === 'edited').map((c) => c.file.path);
  if (edited.length === 0) return undefined;
  return new MqhaError(
    'edited-file',
    `edited by hand since it was rendered: ${edited.join(', ')}`,
    {
      hint: 'Put the change into mqha.yaml if it has a key for it; `mqha render --check` shows the differences, `mqha render --yes` renders again and keeps a copy.',
    },
  );
}

/**
 * Writes what is missing or differs; an edited file is copied to `<name>.edited-<time>` before.
 * @returns the paths written and the copies kept, relative to the cluster directory
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function writeFiles(
  layout: Layout,
  comparisons: readonly FileComparison[],
  now: Date,
): Promise<{ readonly written: string[]; readonly kept: string[] }> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  const before = await readRecord(layout);
  const after = comparisons.map(({ file }) => [file.path, digest(file.content)] as const);
  const changed = comparisons.filter(({ state }) => state !== 'same');
  if (changed.length > 0) {
    const either = after.map(([path, own]) => {
      return [path, [...new Set([own, ...digestsOf(before, path)])]] as const;
    });
    await writeRecord(layout, { ...before, ...Object.fromEntries(either) });
  }
  // Side by side: a disk syncs many files in little more time than one.
  const outcomes = await Promise.allSettled(changed.map((one) => writeOne(layout, one, stamp)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const rest = await removeObsolete(layout, before, new Set(after.map(([path]) => path)));
  await writeRecord(layout, { ...rest, ...Object.fromEntries(after) });
  return {
    written: changed.map(({ file }) => file.path),
    kept: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
  };
}

/**
 * Removes what an earlier mqha has rendered and is rendered no more: it may hold a secret. What a person has edited
 * stays, and so does what belongs to nodes that are not rendered now.
 * @returns the record without what is gone
 */
async function removeObsolete(
  layout: Layout,
  record: Digests,
  rendered: ReadonlySet<string>,
): Promise<Digests> {
  const folders = new Set([...rendered].map((path) => dirname(path)));
  const entries = await Promise.all(
    Object.entries(record).map(async ([path, digests]) => {
      if (rendered.has(path) || !folders.has(dirname(path))) return [[path, digests] as const];
      const found = await readIfThere(join(layout.directory, path));
      if (found !== undefined && digestsOf(record, path).includes(digest(found))) {
        await rm(join(layout.directory, path), { force: true });
      }
      return [];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** Returns the copy that it kept of an edited file. */
async function writeOne(
  layout: Layout,
  { file, state }: FileComparison,
  stamp: string,
): Promise<string[]> {
  const path = join(layout.directory, file.path);
  const copies = state === 'edited' ? [`${file.path}.edited-${stamp}`] : [];
  for (const copy of copies) {
    await copyFile(path, join(layout.directory, copy)).catch((error: unknown) => {
      throw fileError(error, copy);
    });
  }
  await ensureDirectory(dirname(path), SECRET_DIRECTORY);
  await writeFileAtomic(path, file.content, {
    ...(file.secret ? { mode: SECRET_FILE } : {}),
    ...(file.reloaded === true ? { later: RELOAD_MS } : {}),
  });
  return copies;
}

/** The differences as a unified diff, from the file on disk to what `mqha.yaml` says; secrets are blacked out. */
export function differences(comparisons: readonly FileComparison[]): string {
  return comparisons
    .filter((c) => c.state !== 'same')
    .map(({ file, found, state }) => {
      const show = (text: string) => (file.secret ? blackOut(text) : text);
      const patch = createTwoFilesPatch(
        file.path,
        file.path,
        show(found ?? ''),
        show(file.content),
        state === 'missing' ? 'missing' : 'on disk',
        'from mqha.yaml',
      );
      return file.secret && found !== undefined
        ? `${patch}(values of ${file.path} are secret and not shown)\n`
        : patch;
    })
    .join('');
}

/** Shows keys only: whatever else stands on a line may be a value, or go on with that of the line before. */
function blackOut(text: string): string {
  let goesOn = false;
  const lines = text.split('\n').map((line) => {
    const key = goesOn ? '' : (/^[#!\s]*[^\s=:]+\s*[=:]/.exec(line)?.[0] ?? '');
    goesOn = line.endsWith('\\');
    return line.trim() === '' ? line : `${key}***`;
  });
  return lines.join('\n');
}
