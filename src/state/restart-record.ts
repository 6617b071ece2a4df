import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { runsAsConfigured } from '../stores/replicated-leveldb/settings.js';
import type { Layout } from '../config/layout.js';
import type { NodeConfig } from '../config/schema.js';
import { readIfThere, writeFileAtomic } from '../lib/files.js';
import type { Cluster } from './cluster.js';

const recordFile = (layout: Layout) => join(layout.state, 'restart.json');

const recordSchema = z.object({ began: z.iso.datetime() });

/** Notes that a restart of the whole cluster begins, so that it can be gone on with. */
export function beginRestart(layout: Layout, began: Date): Promise<void> {
  return writeFileAtomic(recordFile(layout), `${JSON.stringify({ began: began.toISOString() })}\n`);
}

/** A restart that is done, or that nobody goes on with, since everything was stopped or started meanwhile. */
export function forgetRestart(layout: Layout): Promise<void> {
  return rm(recordFile(layout), { force: true });
}

/**
 * Who had its turn in a restart that was interrupted: was launched since that began, and runs with the settings that
 * mqha.yaml has now.
 */
export async function doneBefore(
  { layout, registry, config }: Cluster,
  nodes: readonly NodeConfig[],
): Promise<string[]> {
  const text = await readIfThere(recordFile(layout));
  if (text === undefined) return [];
  let began: Date;
  try {
    began = new Date(recordSchema.parse(JSON.parse(text)).began);
  } catch {
    return []; // A damaged record: restart all of them.
  }
  const done = await Promise.all(
    nodes.map(async ({ name }) => {
      const at = await registry.launchedAt(name);
      const process = at && at > began ? await registry.find(name) : undefined;
      return process && runsAsConfigured(config, name, process.argv) ? [name] : [];
    }),
  );
  return done.flat();
}
