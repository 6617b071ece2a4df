import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { readIfThere } from '../lib/files.js';
import { defineStateFile } from '../lib/state-file.js';

/**
 * Digests of what we wrote last, by path: what differs from them, a person has edited. A render that
 * was cut short (a full disk, a kill) leaves several of a file: what it found and what it was to write.
 */
export type Digests = Readonly<Record<string, string | readonly string[]>>;

/** Without it, what differs counts as edited. */
const RENDERED = defineStateFile<Digests>({
  name: 'rendered.json',
  schema: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  damage: { policy: 'ignore' },
});

export const digest = (content: string) => createHash('sha256').update(content).digest('hex');

export const digestsOf = (record: Digests, path: string) => [record[path] ?? []].flat();

export async function readRecord(layout: Layout): Promise<Digests> {
  return (await RENDERED.in(layout.state).load()) ?? {};
}

export async function writeRecord(layout: Layout, record: Digests): Promise<void> {
  const file = RENDERED.in(layout.state);
  const before = await file.load();
  if (before && JSON.stringify(before) === JSON.stringify(record)) return;
  await file.write(record);
}

/**
 * The rendered files that a person has edited since they were written, relative to the cluster directory; what is absent
 * is none of them. Knows nothing of mqha.yaml, so it costs little.
 */
export async function editedFiles(layout: Layout): Promise<string[]> {
  const record = await readRecord(layout);
  const paths = await Promise.all(
    Object.keys(record).map(async (path) => {
      const found = await readIfThere(join(layout.directory, path));
      return found === undefined || digestsOf(record, path).includes(digest(found)) ? [] : [path];
    }),
  );
  return paths.flat().sort();
}
