import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatus } from '../../src/observe/status.js';
import type { Entry, EntryType } from '../../src/state/journal/entries.js';
import { markOf, sinceMark } from '../../src/agents/local/log.js';
import { eventually, TestCluster } from './cluster.js';

/** Limits short enough for a test; a pause of the machine may still be longer than the shortest. */
const LIMITS = [
  'hung: 6s',
  'promotion: 5s',
  'attach: 4s',
  'veto: 3s',
  'absent: 5s',
  'zookeeper: 4s',
  'restarts: 3',
];

/**
 * A three-node cluster with a supervisor that is less patient than by default.
 * @param prepare done before its first start
 */
export async function watchedCluster(
  prepare: (cluster: TestCluster) => void | Promise<void> = () => undefined,
): Promise<TestCluster> {
  const cluster = await TestCluster.make();
  const limits = LIMITS.map((line) => `  ${line}\n`).join('');
  await cluster.edit((text) => text.replace('supervisor:\n', `supervisor:\n${limits}`));
  await prepare(cluster);
  await cluster.json('up');
  return cluster;
}

/**
 * Longer than a process must have been of use for its earlier deaths to be forgotten: a second,
 * counted from a look of the supervisor that may come a second late.
 */
const OF_USE_MS = 2500;

/** Since when a cluster was seen whole with the processes that it has. */
const wholeSince = new WeakMap<TestCluster, { readonly processes: string; readonly at: number }>();

/** Waits until the cluster is whole again without a hand, and returns how it looks then. */
export async function healed(cluster: TestCluster): Promise<ClusterStatus> {
  const status = await eventually(
    () => cluster.status(),
    ({ state, problems }) => state === 'serving' && problems.length === 0,
    120_000,
  ).catch(async (error: unknown) => {
    const { stdout } = await cluster.run('events', '--lines', '60');
    throw new Error(`it did not heal:\n${stdout}`, { cause: error });
  });
  const { nodes, supervisor } = status;
  const zookeeper = await (await cluster.open()).registry.find('zookeeper');
  const pids = [...nodes.map(({ pid }) => pid), supervisor.pid, zookeeper?.pid];
  const [processes, now] = [pids.join(), performance.now()];
  const known = wholeSince.get(cluster);
  const at = known?.processes === processes ? known.at : now;
  wholeSince.set(cluster, { processes, at });
  // Else what one test kills would count as dying again of what the test before had killed.
  await sleep(Math.max(0, at + OF_USE_MS - now));
  return status;
}

/** The pid of a node as a status says it. */
export function pidIn(status: ClusterStatus, name: string | null): number {
  const pid = status.nodes.find((node) => node.name === name)?.pid;
  if (typeof pid !== 'number') throw new Error(`${name ?? 'nobody'} does not run`);
  return pid;
}

/** A slave, not the elector. */
export function slaveIn(status: ClusterStatus): string {
  const slave = status.nodes.find(
    (node) => node.role === 'slave' && node.name !== status.elector,
  )?.name;
  if (slave === undefined) throw new Error('there is no slave');
  return slave;
}

/** Entries of one type. */
export function ofType<T extends EntryType>(entries: readonly Entry[], type: T): Entry<T>[] {
  return entries.filter((entry) => entry.type === type) as unknown as Entry<T>[];
}

/** Waits for a line in a node's log, written after a mark, and returns at once when it is there. */
export async function lineIn(cluster: TestCluster, node: string, text: string, mark: number) {
  const file = cluster.log(node);
  const end = performance.now() + 60_000;
  while (!(await sinceMark(file, mark)).includes(text)) {
    if (performance.now() > end)
      throw new Error(`"${text}" did not come: ${await readFile(file, 'utf8')}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Where a node's log ends now. */
export function logMark(cluster: TestCluster, node: string): Promise<number> {
  return markOf(cluster.log(node));
}
