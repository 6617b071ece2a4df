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
import { MqhaError } from '../../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { meetingKeysDiffering, settingsFor, settingsOf, TLS_KEYS } from '../../stores/settings.js';
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
 * @throws MqhaError of prepareRuntime(), and `edited-file`, `cluster-moved`, `render-mismatch`
 */
export async function refuseUnprepared(cluster: Cluster): Promise<void> {
  await refuseIfMoved(cluster);
  await prepareRuntime(cluster.host, { javaHome: cluster.config.java.home });
  await refuseUnrenderable(cluster);
}

/**
 * Refuses what rendering would be refused for, before something else is changed.
 * @throws MqhaError `edited-file`, `insecure-network`, `password-file`, `credentials-missing`, `render-mismatch`
 */
export async function refuseUnrenderable(cluster: Cluster): Promise<void> {
  const refused = editedError(await compare(cluster));
  if (refused) throw refused;
}

/**
 * Refuses what a start would be refused for, before something is stopped to be started again.
 * @throws MqhaError of prepareRuntime(), and `size-changed`, `name-changed`, `edited-file`, `cluster-moved`, `render-mismatch`
 */
export async function refuseUnstartable(cluster: Cluster): Promise<void> {
  await refuseSizeChange(cluster);
  await refuseElsewhere(cluster);
  await refuseUnprepared(cluster);
}

/**
 * A broker that is started under another name, or path, than those that run is no member of theirs: it would take a
 * node from them, and two of its kind would elect a master beside theirs.
 * @param keys of mqha.yaml that are asked for; by default all by which brokers find one another
 * @throws MqhaError `name-changed`
 */
export async function refuseElsewhere(
  { config, registry }: Cluster,
  keys?: readonly string[],
): Promise<void> {
  const names = config.nodes.map(({ name }) => name);
  for (const [name, { argv }] of await registry.findAll(names)) {
    const [key] = meetingKeysDiffering(config, name, argv).filter(
      (one) => keys === undefined || keys.includes(one),
    );
    if (key === undefined) continue;
    const has = settingsOf(argv).keys?.get(key) ?? '';
    const wanted = settingsFor(config, name).get(key) ?? '';
    throw new MqhaError(
      'name-changed',
      `${name} runs with ${key} ${has}, and mqha.yaml says ${wanted}: a broker that is started now would be no member of its cluster`,
      {
        hint: `Set \`${key}\` to ${has} again, or run \`mqha down\` and then \`mqha up\`. Nothing was stopped or started.`,
      },
    );
  }
}

/**
 * Refuses also where nobody has to start: with another word on TLS than brokers which run, ZooKeeper and their ports are
 * out of reach, and a ZooKeeper that is started would be out of theirs.
 * @throws MqhaError `name-changed`
 */
export async function refuseOtherTls(cluster: Cluster): Promise<void> {
  await refuseElsewhere(cluster, TLS_KEYS);
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
 * @throws MqhaError `edited-file`, `cluster-moved`, `render-mismatch`, `disk-full`, `no-permission`
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
 * @throws MqhaError `cluster-moved`, `credentials-missing`
 */
export async function settleCluster(cluster: Cluster, accept: boolean): Promise<Cluster> {
  await settleIdentity(cluster, accept);
  await keepInForce(cluster);
  await refuseLostCredentials(cluster);
  await makeCredentials(cluster);
  return openCluster(cluster.layout.directory, cluster.host);
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
  await keepConfig(layout);
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

async function settleIdentity(cluster: Cluster, accept: boolean): Promise<void> {
  const { layout } = cluster;
  const found = await findIdentity(layout, cluster.host.processes);
  await keepIdentity(layout, found);
  const { identity } = found;
  if (!identity) {
    await writeIdentity(layout, newIdentity(layout));
    return;
  }
  const moved = movedError(layout, identity);
  if (!moved) return;
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
