import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cachedDistribution,
  cacheRoot,
  classArchive,
  classDataOptions,
  findJava,
  makeClassArchive,
  type ClassArchive,
  type Distribution,
  type JavaRuntime,
} from '../../distribution/index.js';
import type { Layout } from '../../config/layout.js';
import { ensureDirectory } from '../../lib/files.js';
import { packageRoot } from '../../lib/package.js';
import { endHolder } from '../../agents/local/end-holder.js';
import { type LaunchPlan } from '../../agents/launch-plan.js';
import { ownEnvironment } from '../../agents/local/environment.js';
import { acquireLock, lockIn, type Lock, type LockPlace } from '../../agents/local/lock.js';
import { Deadline, sleep } from '../../lib/time.js';
import type { Cluster } from '../../state/cluster.js';
import type { Prepared } from './prepare.js';

/** Where a process lists what it has loaded, seen from its own directory. */
const RECORDED = join('tmp', 'classes');

/** An attached slave rehearses a takeover; its classes belong into the archive as well. */
const REHEARSED_MS = 12_000;
const GROWING_MS = 3000;
const LOOK_MS = 1000;
const RECORDING_MS = 60_000;
const END_MS = 10_000;

/** The JVM options by which brokers, and the managed ZooKeeper, share the data of their classes. */
export async function classDataOf(
  cluster: Cluster,
  { java, distribution }: Prepared,
): Promise<{ readonly broker: readonly string[]; readonly zookeeper: readonly string[] }> {
  const { broker, zookeeper } = await archivesFor(cluster, java, distribution);
  return {
    broker: classDataOptions(broker, RECORDED, cluster.config.java.options),
    zookeeper: classDataOptions(zookeeper, RECORDED),
  };
}

/** Whether the archives of this cluster's processes are there. */
export async function recordedArchives(cluster: Cluster): Promise<boolean> {
  const archives = await archivesOf(cluster);
  return archives.length > 0 && archives.every(({ file }) => existsSync(file));
}

/** The archives for the Java and the distribution of a cluster; none where that is not installed. */
async function archivesOf({ config, host }: Cluster): Promise<ClassArchive[]> {
  const java = await findJava(host.env, config.java.home);
  const distribution = await cachedDistribution({ env: host.env });
  if (!distribution) return [];
  const { broker, zookeeper } = await archivesFor({ config, host }, java, distribution);
  return [zookeeper, broker];
}

/** The archives for a Java and a distribution. */
async function archivesFor(
  { config, host: { env } }: Pick<Cluster, 'config' | 'host'>,
  java: JavaRuntime,
  distribution: Pick<Distribution, 'classPath' | 'zookeeperClassPath'>,
): Promise<{ readonly broker: ClassArchive; readonly zookeeper: ClassArchive }> {
  const tls = { tls: Boolean(config.tls) || config.zookeeper.tls };
  const [broker, zookeeper] = await Promise.all([
    classArchive(env, 'broker', java, distribution.classPath(config.console), tls),
    classArchive(env, 'zookeeper', java, distribution.zookeeperClassPath(), tls),
  ]);
  return { broker, zookeeper };
}

/** Whether one of these processes records what it loads, since there is no archive yet. */
export function recordsClasses(launches: readonly (LaunchPlan | undefined)[]): boolean {
  return launches.some((plan) =>
    plan?.argv.some((option) => option.startsWith('-XX:DumpLoadedClassList=')),
  );
}

/** The archiver's own directory: its lock and what it prints. */
function archiverDirectory(layout: Layout): string {
  return join(layout.state, 'archiver');
}

/**
 * Ends the archiver, with its JVM; what it had not finished is made after a later start. Call it where nobody will have
 * use of the archives.
 */
export async function endArchiver({ layout }: Cluster): Promise<void> {
  await endHolder(lockIn(archiverDirectory(layout)), Deadline.in(END_MS));
}

/**
 * Leaves a process in the background that makes the archives of what this cluster's processes load.
 * What goes wrong with it costs only time at the next start.
 */
export async function leaveArchiver(cluster: Cluster): Promise<void> {
  const { layout, host } = cluster;
  await cluster.here
    .launch({
      name: 'the archiver',
      command: process.execPath,
      argv: [join(packageRoot(), 'bin', 'mqha.js'), '-C', layout.directory, 'archive-classes'],
      env: { ...ownEnvironment(host.env), MQHA_CACHE: cacheRoot(host.env) },
      cwd: layout.directory,
      logDirectory: archiverDirectory(layout),
    })
    .catch(() => undefined);
}

/**
 * Makes the archives that are missing of what the processes of this cluster have loaded. Another one that does so already
 * is left to it.
 */
export async function archiveClasses(cluster: Cluster): Promise<void> {
  const { host, layout, config } = cluster;
  const missing = (await archivesOf(cluster)).filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  const root = cacheRoot(host.env);
  const locks: Lock[] = [];
  try {
    await ensureDirectory(root);
    // The first lock says which process works for this cluster, the second keeps it the only one of the cache.
    const ofCache = { at: join(root, 'archiver.lock'), of: root };
    for (const place of [lockIn(archiverDirectory(layout)), ofCache]) {
      const lock = await tryLock(place, host.command);
      if (!lock) return;
      locks.push(lock);
    }
    const lists = {
      zookeeper: [join(layout.zookeeper.base, RECORDED)],
      broker: config.nodes.map((node) => join(layout.node(node.name).base, RECORDED)),
    };
    await recorded(cluster, lists.broker);
    for (const archive of missing) {
      await makeClassArchive(archive, lists[archive.kind], host.env, host.signal);
    }
  } finally {
    for (const lock of locks) await lock.release();
  }
}

function tryLock(place: LockPlace, command: string): Promise<Lock | undefined> {
  return acquireLock(place, { command, deadline: Deadline.in(0) }).catch(() => undefined);
}

/**
 * Waits until the lists have what a start and a rehearsal load, and grow no more; not longer than
 * the cluster runs.
 */
async function recorded(cluster: Cluster, lists: readonly string[]): Promise<void> {
  const { signal } = cluster.host;
  const limit = Deadline.in(RECORDING_MS);
  const sizes = async () =>
    (
      await Promise.all(lists.map(async (list) => (await stat(list).catch(() => undefined))?.size))
    ).join();
  const rehearsed = Deadline.in(REHEARSED_MS);
  let grown = { sizes: await sizes(), at: performance.now() };
  while (!limit.passed && !signal.aborted && (await cluster.registry.all()).length > 0) {
    await sleep(LOOK_MS, signal);
    const now = await sizes();
    if (now !== grown.sizes) grown = { sizes: now, at: performance.now() };
    else if (rehearsed.passed && performance.now() - grown.at > GROWING_MS) return;
  }
}
