import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { renderedConfig } from '../config/kept.js';
import { MqhaError, systemCode, withHint } from '../lib/errors.js';
import { fileError } from '../lib/files.js';
import { Deadline } from '../lib/time.js';
import { endArchiver } from './start/class-data.js';
import { withLock, type Cluster } from '../state/cluster.js';
import { REMOVED } from '../state/sizes.js';
import { stopEverything, type Confirm, type Stopped } from './stop.js';

/** The document of `mqha destroy --json`. */
export interface DestroyResult {
  readonly stopped: readonly Stopped[];
  /** Paths below the cluster directory, and znodes of an external ensemble. */
  readonly removed: readonly string[];
}

/**
 * Stops the cluster and removes what mqha made, after asking; mqha.yaml goes last, so that a
 * destroy that was interrupted can be repeated. What others put beside it stays.
 * @throws MqhaError `declined`, `locked`, `stop-failed`, `no-permission`, `zookeeper-unreachable`
 */
export async function destroyCluster(
  cluster: Cluster,
  options: { readonly timeoutMs: number; readonly confirm: Confirm; readonly keepZnodes: boolean },
): Promise<DestroyResult> {
  const { layout, config, host } = cluster;
  const question = `Stop cluster ${config.name} in ${layout.directory} and remove its brokers' data, messages included?`;
  if (!(await options.confirm(question))) {
    throw new MqhaError('declined', 'not done: the cluster was not removed', {
      hint: 'Answer with --yes to remove it.',
    });
  }
  const { managed, path, connect } = config.zookeeper;
  const znodes =
    !managed &&
    !options.keepZnodes &&
    (await options.confirm(`Remove the znode ${path} from the ensemble ${connect} as well?`));
  // mqha.yaml may have been edited since they were put there.
  const isOwn = [config, await renderedConfig(layout)].some(
    (one) => one?.tls?.certificates === 'own',
  );
  return withLock(layout, host, Deadline.in(options.timeoutMs), async () => {
    const stopped = await stopEverything(cluster, options.timeoutMs);
    await endArchiver(cluster);
    const limit = Deadline.in(Math.max(15_000, 3 * config.zookeeper.sessionTimeoutMs));
    const removed = znodes ? await erased(cluster, limit) : [];
    const bases = config.nodes.map((node) => layout.node(node.name).base);
    for (const base of [...bases, ...(managed ? [layout.zookeeper.base] : [])]) {
      for (const part of ['conf', 'data', 'log', 'tmp']) await remove(join(base, part));
      await removeIfEmpty(base);
    }
    await removeIfEmpty(join(layout.directory, 'nodes'));
    await remove(join(layout.directory, REMOVED));
    // A person's own certificates are not what mqha made.
    const pki = !isOwn && existsSync(layout.pki) ? [layout.pki] : [];
    for (const path of pki) await remove(path);
    await remove(layout.state);
    await remove(layout.file);
    const base = managed ? [layout.zookeeper.base] : [];
    removed.push(...bases, ...base, ...pki, layout.state, layout.file);
    for (const what of removed) host.emit({ type: 'removed', what });
    return { stopped, removed };
  });
}

/** @throws MqhaError as Coordination.erase(), with how to do without */
async function erased({ coordination }: Cluster, limit: Deadline): Promise<string[]> {
  try {
    return await coordination.erase(limit);
  } catch (error) {
    if (!(error instanceof MqhaError) || !error.code.startsWith('zookeeper-')) throw error;
    throw withHint(
      error,
      'The brokers are stopped, and nothing is removed yet. `mqha destroy --keep-znodes` leaves the znodes and removes the rest.',
    );
  }
}

async function remove(path: string): Promise<void> {
  // A command that waits for the lock may make a file in between.
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(
    (error: unknown) => {
      throw fileError(error, path);
    },
  );
}

async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) {
      throw fileError(error, path);
    }
  });
}
