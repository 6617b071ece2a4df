import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../../state/cluster.js';
import { forgetCopies } from '../../state/copies.js';
import { REMOVED } from '../../state/sizes.js';
import { ensureDirectory, fileError, SECRET_DIRECTORY } from '../../lib/files.js';

/** The directory that keeps what a node had; its name says when. */
async function placeFor({ layout, host }: Cluster, name: string): Promise<string> {
  const directory = join(layout.directory, REMOVED);
  await ensureDirectory(directory, SECRET_DIRECTORY);
  const stamp = host
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  for (let number = 1; ; number++) {
    const place = join(directory, `${name}-${stamp}${number === 1 ? '' : `-${number}`}`);
    if (!existsSync(place)) return place;
  }
}

async function move(cluster: Cluster, name: string, from: string): Promise<string | undefined> {
  if (!existsSync(from)) return undefined;
  const to = await placeFor(cluster, name);
  await rename(from, to).catch((error: unknown) => {
    throw fileError(error, to);
  });
  await forgetCopies(cluster.layout, [name]);
  return to;
}

/**
 * Keeps the directory of a node that has left; call it once its process is proven dead.
 * @returns where it lies now; undefined where there was none
 * @throws MqhaError `no-permission`, `disk-full`
 */
export function keepNode(cluster: Cluster, name: string): Promise<string | undefined> {
  return move(cluster, name, cluster.layout.node(name).base);
}

/**
 * Keeps what lies where a new node's store will be. A node must come empty: an old store has messages that were
 * taken since, and the id of another node in its nodeid.txt.
 * @returns where it lies now; undefined where there was none
 */
export function keepStale(cluster: Cluster, name: string): Promise<string | undefined> {
  return move(cluster, name, cluster.layout.node(name).data);
}
