import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readIfThere, writeFileAtomic } from '../lib/files.js';
import { packageVersion } from '../lib/package.js';
import type { Layout } from './layout.js';
import { readConfigFile } from './read.js';
import type { ClusterConfig } from './schema.js';

/** What the last `render` made of mqha.yaml, so that who only looks need not load YAML and schema. */
interface Kept {
  readonly key: string;
  readonly config: ClusterConfig;
}

const keptFile = (layout: Layout) => join(layout.state, 'config.json');

/**
 * The configuration of a cluster: the one that was kept, where mqha.yaml and this program are what
 * they were then, else read and checked anew.
 * @throws MqhaError of loadConfig()
 */
export async function configOf(layout: Layout): Promise<ClusterConfig> {
  const source = await readConfigFile(layout.file);
  const kept = await readKept(layout);
  if (kept?.key === keyOf(source)) return kept.config;
  const { parseConfig } = await import('./load.js');
  return parseConfig(source, layout.file);
}

/** Keeps what mqha.yaml means now; where that cannot be done, the next look takes longer. */
export async function keepConfig(layout: Layout): Promise<void> {
  try {
    const source = await readConfigFile(layout.file);
    const key = keyOf(source);
    if ((await readKept(layout))?.key === key) return;
    const { parseConfig } = await import('./load.js');
    const kept: Kept = { key, config: parseConfig(source, layout.file) };
    await writeFileAtomic(keptFile(layout), `${JSON.stringify(kept)}\n`);
  } catch {
    // It was edited meanwhile, or there is no room.
  }
}

async function readKept(layout: Layout): Promise<Kept | undefined> {
  try {
    const text = await readIfThere(keptFile(layout));
    return text === undefined ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

/** The text, and what reads it: a version of mqha, and the build of it while it is developed. */
function keyOf(source: string): string {
  const { mtimeMs, size } = statSync(fileURLToPath(import.meta.url));
  return createHash('sha256')
    .update(JSON.stringify([packageVersion(), mtimeMs, size, source]))
    .digest('hex');
}
