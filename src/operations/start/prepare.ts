import { rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { warningsOf } from '../../config/checks.js';
import {
  ensureDistribution,
  findJava,
  type Distribution,
  type JavaRuntime,
} from '../../distribution/index.js';
import { keepConfig } from '../../config/kept.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { editedError, writeFiles, type FileComparison } from '../../stores/sync.js';
import { agentOf } from '../../state/agents.js';
import {
  openCluster,
  refuseIfMoved,
  withLock,
  type Cluster,
  type Host,
} from '../../state/cluster.js';
import { isCopied, movedError, newIdentity, writeIdentity } from '../../state/identity.js';
import { findIdentity, keepIdentity } from '../../state/found-identity.js';
import { keepInForce, readInForce, refuseSizeChange } from '../../state/sizes.js';
import type { ProcessDirectories } from '../../config/layout.js';
import type { Deadline } from '../../lib/time.js';
import { refuseUnusable } from './certificates.js';
import { refuseNameChanged } from './name-changed.js';
import { compare, comparedFiles, makeCredentials, refuseLostCredentials } from './compare-files.js';

/** What a cluster's processes run on. */
export interface Prepared {
  readonly java: JavaRuntime;
  readonly distribution: Pick<Distribution, 'home' | 'classPath' | 'zookeeperClassPath'>;
}

/**
 * Java and the pinned distribution, fetched where the cache lacks them.
 * @throws MqhaError of findJava() and ensureDistribution()
 */
export async function prepareRuntime(
  host: Host,
  options: {
    readonly javaHome?: string | undefined;
    readonly full?: boolean;
    readonly from?: string | undefined;
  },
): Promise<{ readonly java: JavaRuntime; readonly distribution: Distribution }> {
  const java = await findJava(host.env, options.javaHome);
  if (java.warning !== undefined) host.emit({ type: 'warning', message: java.warning });
  const distribution = await ensureDistribution({
    java,
    env: host.env,
    signal: host.signal,
    verify: options.full === true ? 'full' : 'quick',
    from: options.from,
    onEvent: (event) => {
      host.emit({ type: 'install', event });
    },
  });
  return { java, distribution };
}

/**
 * As refuseUnstartable(), whatever the number of nodes is.
 * @throws MqhaError of prepareRuntime(), and `name-changed`, `edited-file`, `cluster-moved`, `render-mismatch`
 */
export async function refuseUnprepared(cluster: Cluster): Promise<void> {
  await refuseIfMoved(cluster);
  await refuseNameChanged(cluster);
  await prepareRuntime(cluster.host, { javaHome: cluster.config.java.home });
  await refuseUnrenderable(cluster);
}

/**
 * Refuses what rendering would be refused for, before something else is changed.
 * @throws MqhaError `name-changed`, `edited-file`, `insecure-network`, `password-file`, `credentials-missing`, `render-mismatch`
 */
export async function refuseUnrenderable(cluster: Cluster): Promise<void> {
  await refuseNameChanged(cluster);
  const refused = editedError(await compare(cluster));
  if (refused) throw refused;
}

/**
 * Refuses what a start would be refused for, before something is stopped to be started again.
 * @throws MqhaError of prepareRuntime(), and `size-changed`, `name-changed`, `edited-file`, `cluster-moved`, `render-mismatch`
 */
export async function refuseUnstartable(cluster: Cluster): Promise<void> {
  await refuseSizeChange(cluster);
  await refuseUnprepared(cluster);
}

/** What `mqha render --check` answers; writes nothing. */
export async function checkRendered(cluster: Cluster): Promise<FileComparison[]> {
  await refuseIfMoved(cluster);
  await refuseUnusable(cluster);
  const files = await comparedFiles(cluster, (await readInForce(cluster.layout))?.sizes);
  return files.filter((comparison) => comparison.state !== 'same');
}

/**
 * Brings the rendered files in line with `mqha.yaml`, and gives a cluster without one its identity.
 * Call it with the lock held.
 * @param overwrite render edited files again as well (a copy is kept), and accept a moved directory
 * @returns the cluster, with its id and account
 * @throws MqhaError `edited-file`, `cluster-moved`, `name-changed`, `render-mismatch`, `disk-full`, `no-permission`
 */
export async function renderFiles(
  cluster: Cluster,
  overwrite: boolean,
): Promise<{ readonly cluster: Cluster; readonly written: string[]; readonly kept: string[] }> {
  const settled = await settleCluster(cluster, overwrite);
  const comparisons = await compare(settled);
  const refused = overwrite ? undefined : editedError(comparisons);
  if (refused) throw refused;
  const result = await writeRendered(settled, comparisons);
  return { cluster: settled, ...result };
}

/**
 * Gives a cluster without one its identity and its account, and notes who is in force. Call it with the lock held.
 * @param accept a moved directory as well
 * @returns the cluster, with its id and account
 * @throws MqhaError `cluster-moved`, `name-changed`, `credentials-missing`
 */
export async function settleCluster(cluster: Cluster, accept: boolean): Promise<Cluster> {
  const isNew = await settleIdentity(cluster, accept);
  // What runs is that of the directory which was copied.
  if (!isNew) await refuseNameChanged(cluster);
  await keepInForce(cluster);
  await refuseLostCredentials(cluster);
  await makeCredentials(cluster);
  const rendered = cluster.isAsRendered ? cluster.config : undefined;
  return openCluster(cluster.layout.directory, cluster.host, { rendered });
}

/** Writes what differs, and tells of it. @throws MqhaError `disk-full`, `no-permission` */
export async function writeRendered(
  cluster: Cluster,
  comparisons: readonly FileComparison[],
): Promise<{ readonly written: string[]; readonly kept: string[] }> {
  const { layout, host } = cluster;
  for (const message of [...warningsOf(cluster.config), ...heapWarnings(cluster)]) {
    host.emit({ type: 'warning', message });
  }
  const result = await writeFiles(layout, comparisons, host.now());
  if (result.written.length > 0) {
    host.emit({ type: 'rendered', written: result.written.length, kept: result.kept });
  }
  if (!cluster.isAsRendered) await keepConfig(layout);
  return result;
}

/** Heaps that cannot all be filled: the system ends a broker then, or the machine stands still. */
function heapWarnings(cluster: Cluster): string[] {
  const { nodes, java } = cluster.config;
  const here = nodes.filter((node) => agentOf(cluster, node) === cluster.here).length;
  const memoryMb = Math.floor(totalmem() / (1024 * 1024));
  if (here * java.heapMb <= memoryMb) return [];
  return [
    `java.heap is ${java.heapMb}m for each of ${here} brokers on this machine, which has ${memoryMb} MB of memory: brokers that fill their heaps are ended by the system; set a smaller java.heap`,
  ];
}

/** @returns whether it is a cluster of its own from now on: none of its processes can run */
async function settleIdentity(cluster: Cluster, accept: boolean): Promise<boolean> {
  const { layout } = cluster;
  const found = await findIdentity(layout, cluster.host.processes);
  await keepIdentity(layout, found);
  const { identity } = found;
  if (!identity) {
    await writeIdentity(layout, newIdentity(layout));
    return true;
  }
  const moved = movedError(layout, identity);
  if (!moved) return false;
  if (!accept) throw moved;
  const copied = isCopied(layout, identity);
  if (copied) {
    // Two clusters with one id would take each other's brokers for their own, and two stores with
    // one nodeid.txt would evict each other from the master.
    for (const node of cluster.config.nodes) {
      await cluster.store.files.forgetNodeId(layout.node(node.name).data);
    }
  }
  await writeIdentity(layout, {
    id: copied ? newIdentity(layout).id : identity.id,
    directory: layout.directory,
  });
  return copied;
}

/** As renderFiles(), with the cluster's lock. */
export function render(cluster: Cluster, overwrite: boolean, deadline: Deadline) {
  return withLock(cluster.layout, cluster.host, deadline, () => renderFiles(cluster, overwrite));
}

/** The directories that a process needs before it starts; call it only while that process is dead. */
export async function ensureProcessDirectories(directories: ProcessDirectories): Promise<void> {
  await ensureDirectory(directories.conf, SECRET_DIRECTORY);
  await ensureDirectory(directories.data, SECRET_DIRECTORY);
  await ensureDirectory(directories.log);
  // A killed broker leaves the native library there that it had unpacked.
  await rm(directories.tmp, { recursive: true, force: true });
  await ensureDirectory(directories.tmp);
}
