import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { ensureDirectory, readIfThere, SECRET_DIRECTORY, writeFileAtomic } from '../lib/files.js';

const copiesFile = (layout: Layout) => join(layout.state, 'copies.json');

const copiesSchema = z.object({ nodes: z.array(z.string()) });

/**
 * Which nodes have had a copy of the messages. It lies beside the data directories: a disk that is not there has nothing
 * that could say so. A damaged file says nothing.
 */
export async function readCopies(layout: Layout): Promise<ReadonlySet<string>> {
  const text = await readIfThere(copiesFile(layout)).catch(() => undefined);
  try {
    return new Set(copiesSchema.parse(JSON.parse(text ?? '')).nodes);
  } catch {
    return new Set();
  }
}

/** Notes that nodes have a copy: their store is whole, or they serve or are attached. */
export async function noteCopies(layout: Layout, names: readonly string[]): Promise<void> {
  const known = await readCopies(layout);
  await write(layout, known, new Set([...known, ...names]));
}

/** Forgets nodes whose data was put aside on purpose. */
export async function forgetCopies(layout: Layout, names: readonly string[]): Promise<void> {
  const known = await readCopies(layout);
  await write(layout, known, new Set([...known].filter((name) => !names.includes(name))));
}

async function write(
  layout: Layout,
  known: ReadonlySet<string>,
  now: ReadonlySet<string>,
): Promise<void> {
  if (now.size === known.size) return;
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  const text = JSON.stringify({ nodes: [...now].sort() });
  // It only warns: what cannot be noted keeps nobody from starting.
  await writeFileAtomic(copiesFile(layout), `${text}\n`).catch(() => undefined);
}
