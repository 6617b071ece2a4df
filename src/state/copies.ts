import * as z from 'zod/mini';
import type { Layout } from '../config/layout.js';
import { defineStateFile } from '../lib/state-file.js';

/** It only warns of what is gone, so without it nothing is refused that was not before it was written. */
const COPIES = defineStateFile({
  name: 'copies.json',
  schema: z.looseObject({ nodes: z.array(z.string()) }),
  damage: { policy: 'ignore' },
});

/**
 * Which nodes have had a copy of the messages. It lies beside the data directories: a disk that is not there has nothing
 * that could say so. A damaged file says nothing.
 */
export async function readCopies(layout: Layout): Promise<ReadonlySet<string>> {
  const read = await COPIES.in(layout.state).read();
  return new Set(read.state === 'read' ? read.value.nodes : []);
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
  // What cannot be noted keeps nobody from starting.
  await COPIES.in(layout.state)
    .write({ nodes: [...now].sort() })
    .catch(() => undefined);
}
