import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { MqhaError } from '../lib/errors.js';
import { packageVersion } from '../lib/package.js';
import { defineStateFile } from '../lib/state-file.js';
import { NO_BROKER } from './broker/config.js';
import type { Layout } from './layout.js';
import { CONNECTIONS } from './limit-values.js';
import { readConfigFile } from './read.js';
import type { ClusterConfig } from './schema.js';

/**
 * What the last `render` made of mqha.yaml, so that who only looks need not load YAML and schema. Its key vouches for
 * what it holds. Without it mqha.yaml is read.
 */
const KEPT = defineStateFile({
  name: 'config.json',
  schema: z.object({ key: z.string(), config: z.custom<ClusterConfig>() }),
  damage: { policy: 'ignore' },
});

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

/**
 * The configuration that was valid last, for what must be possible while mqha.yaml is broken.
 * @param onInvalid called with what is wrong with mqha.yaml, where something is
 * @throws MqhaError of configOf() where there is none
 */
export async function lastConfigOf(
  layout: Layout,
  onInvalid: (reason: string) => void,
): Promise<ClusterConfig> {
  try {
    return await configOf(layout);
  } catch (error) {
    const kept = await readKept(layout);
    if (!kept || !(error instanceof MqhaError) || error.code !== 'config-invalid') throw error;
    onInvalid(error.message);
    return kept.config;
  }
}

/** Keeps what mqha.yaml means now; where that cannot be done, the next look takes longer. */
export async function keepConfig(layout: Layout): Promise<void> {
  try {
    const source = await readConfigFile(layout.file);
    const key = keyOf(source);
    if ((await readKept(layout))?.key === key) return;
    const { parseConfig } = await import('./load.js');
    const kept = { key, config: parseConfig(source, layout.file) };
    await KEPT.in(layout.state).write(kept, { makeDirectory: false });
  } catch {
    // It was edited meanwhile, or there is no room.
  }
}

/** What was rendered last; undefined where that is not known. */
export async function renderedConfig(layout: Layout): Promise<ClusterConfig | undefined> {
  return (await readKept(layout))?.config;
}

async function readKept(layout: Layout) {
  const read = await KEPT.in(layout.state).read();
  if (read.state !== 'read') return undefined;
  const { key, config } = read.value;
  // Of an mqha that knew no such keys.
  const before: Partial<ClusterConfig> = config;
  return {
    key,
    config: {
      ...config,
      users: before.users ?? [],
      insecureNetwork: before.insecureNetwork ?? false,
      limits: { ...config.limits, connections: before.limits?.connections ?? CONNECTIONS.least },
      broker: before.broker ?? NO_BROKER,
      zookeeper: { ...config.zookeeper, tls: before.zookeeper?.tls === true },
      nodes: config.nodes.map((node) => ({ ...node, tls: before.tls !== undefined })),
    },
  };
}

/** The text, and what reads it: a version of mqha, and the build of it while it is developed. */
function keyOf(source: string): string {
  const { mtimeMs, size } = statSync(fileURLToPath(import.meta.url));
  return createHash('sha256')
    .update(JSON.stringify([packageVersion(), mtimeMs, size, source]))
    .digest('hex');
}
