import type { NodeConfig } from '../config/schema.js';
import { MqhaError } from '../lib/errors.js';
import type { ProcessInfo } from '../agents/process.js';
import { Deadline, sleep } from '../lib/time.js';
import { ZOOKEEPER } from '../config/processes.js';
import { outOfReach, placesOf } from '../state/agents.js';
import { asServed, throwIfInterrupted, withLock, type Cluster } from '../state/cluster.js';
import { keepFoundIdentity } from '../state/found-identity.js';
import { haltChange } from '../state/halt.js';
import { statusOf } from '../observe/status-of.js';
import { quorumWithout } from '../observe/quorum.js';
import { releaseZnodes } from '../state/sessions.js';
import type { ClusterStatus } from '../observe/status.js';
import { forgetRestart } from '../state/restart-record.js';
import { endSupervisor } from './supervision.js';
import { forgetStopped } from './undo-drill.js';
import { want } from '../state/desired-state.js';
import { RecordsOfAStop } from '../state/unrecorded.js';

/**
 * Asks the user; false where the answer is no. The one rule of what is asked: whether clients may be without a master for
 * longer than one failover takes (quorum is lost), and whether data may be moved or removed. `down` says itself that
 * everything stops.
 */
export type Confirm = (question: string) => Promise<boolean>;

/** How a process ended. */
export interface Stopped {
  readonly name: string;
  readonly pid: number;
  readonly ms: number;
  /** It did not end in time and was killed. */
  readonly forced: boolean;
}

const LET_GO_MS = 1500;

/** A master without quorum leaves within this time, unless its stop hangs. */
const SETTLE_MS = 5000;
const SETTLE_AGAIN_MS = 100;

/** After the deadline of a graceful stop a process is killed; that takes effect within this time. */
const KILL_MS = 10_000;

/**
 * Asks before members are taken away that quorum needs.
 * @throws MqhaError `declined` where the user does not want that
 */
export async function confirmQuorumLoss(
  status: ClusterStatus,
  names: readonly string[],
  verb: string,
  confirm: Confirm,
): Promise<void> {
  const going = status.nodes.filter(
    (node) => names.includes(node.name) && node.process === 'running',
  );
  if (going.length === 0) return;
  const staying = status.nodes.filter(
    (node) =>
      !names.includes(node.name) &&
      (node.process === 'running' || (node.process === 'unknown' && node.member !== null)),
  );
  const quorum = quorumWithout(status, names);
  if (staying.length >= quorum) return;
  const list = going.map((node) => node.name).join(', ');
  const question = `To ${verb} ${list} leaves ${staying.length} of ${status.replicas} members and quorum is ${quorum}: no master will serve. Go on?`;
  if (await confirm(question)) return;
  throw new MqhaError('declined', `not done: to ${verb} ${list} would lose quorum`, {
    hint: 'Start other nodes first, or answer with --yes.',
  });
}

/** @throws MqhaError `node-elsewhere` where a node's process is on another machine */
export function refuseElsewhere(cluster: Cluster, nodes: readonly NodeConfig[]): void {
  const others = outOfReach(cluster, nodes, 'signal');
  if (others.length === 0) return;
  throw new MqhaError('node-elsewhere', `${placesOf(others)}, not on this machine`, {
    hint: 'Do it there; mqha signals only processes of the machine it runs on.',
  });
}

/**
 * Ends processes gracefully, side by side: TERM, the deadline, KILL. Each signal goes to a process
 * that was proven to be ours.
 * @throws MqhaError `stop-failed` where one lives on even so
 */
export async function stopProcesses(
  cluster: Cluster,
  names: readonly string[],
  timeoutMs: number,
): Promise<Stopped[]> {
  const stopped = await Promise.all(
    names.map(async (name) => {
      const ended: Stopped[] = [];
      // More than one only where an mqha was killed between a launch and its record.
      for (;;) {
        const found = await cluster.registry.find(name);
        if (!found) break;
        ended.push(await stopProcess(cluster, name, found, Deadline.in(timeoutMs)));
      }
      return ended;
    }),
  );
  return stopped.flat();
}

async function stopProcess(
  cluster: Cluster,
  name: string,
  target: ProcessInfo,
  deadline: Deadline,
): Promise<Stopped> {
  const { here, host } = cluster;
  const began = performance.now();
  host.emit({ type: 'stopping', name, pid: target.pid });
  await here.signal(target, 'SIGTERM');
  // A suspended target takes the TERM only when it is resumed.
  if (target.suspended) await here.signal(target, 'SIGCONT');
  let forced = false;
  if (!(await hasEnded(cluster, target, deadline))) {
    forced = true;
    await here.signal(target, 'SIGKILL');
    if (!(await hasEnded(cluster, target, Deadline.in(KILL_MS)))) {
      throw new MqhaError('stop-failed', `${name} (pid ${target.pid}) lives on after SIGKILL`, {
        hint: 'It may wait for a disk that does not answer; see the system log.',
      });
    }
  }
  const ms = Math.round(performance.now() - began);
  host.emit({ type: 'stopped', name, ms, forced });
  return { name, pid: target.pid, ms, forced };
}

/** Waits for a process's end; false where it still lives at the deadline. @throws MqhaError `interrupted` */
export async function hasEnded(
  cluster: Cluster,
  target: ProcessInfo,
  deadline: Deadline,
): Promise<boolean> {
  while (await cluster.registry.isAlive(target)) {
    if (deadline.passed) return false;
    throwIfInterrupted(cluster.host, `pid ${target.pid} got SIGTERM and may still be ending`);
    await sleep(Math.min(25, deadline.remaining));
  }
  return true;
}

export interface StopOptions {
  readonly timeoutMs: number;
  readonly confirm: Confirm;
  /**
   * What is done first, with the cluster's lock held; what it throws leaves everything as it is. By default a change of
   * the number of nodes is halted, since what a person stops stays down.
   */
  readonly before?: (cluster: Cluster) => Promise<void>;
}

/** For who stops a node to start it again. */
export const COMES_BACK = () => Promise.resolve();

/**
 * Stops nodes.
 * @throws MqhaError `declined`, `node-elsewhere`, `locked`, `stop-failed`
 */
export async function stopNodes(
  asked: Cluster,
  nodes: readonly NodeConfig[],
  options: StopOptions,
): Promise<{ readonly stopped: readonly Stopped[]; readonly status: ClusterStatus }> {
  refuseElsewhere(asked, nodes);
  const names = nodes.map((node) => node.name);
  await confirmQuorumLoss(await statusOf(asked), names, 'stop', options.confirm);
  const cluster = await asServed(asked);
  const { layout, host } = cluster;
  const stopped = await withLock(layout, host, Deadline.in(options.timeoutMs), async () => {
    const records = new RecordsOfAStop(host);
    // Who starts them again must be able to write that down.
    const note = options.before
      ? (write: () => Promise<void>) => write()
      : records.note.bind(records);
    await note(() => (options.before ?? haltChange)(cluster));
    await keepFoundIdentity(cluster);
    if (cluster.id !== '') await note(() => want(cluster, names, 'down'));
    const ended = await stopProcesses(cluster, names, options.timeoutMs);
    await release(cluster, names);
    await note(() => forgetStopped(cluster, names));
    await records.finish();
    return ended;
  });
  return { stopped, status: await settledStatus(asked, host.signal) };
}

/** The status once a master that has lost its quorum has closed its port, which takes it a moment. */
async function settledStatus(cluster: Cluster, signal: AbortSignal): Promise<ClusterStatus> {
  const deadline = Deadline.in(SETTLE_MS);
  for (;;) {
    const status = await statusOf(cluster);
    const living = status.nodes.filter(
      (node) => node.process === 'running' || (node.process === 'unknown' && node.member !== null),
    );
    const isLeaving =
      status.nodes.some(({ accepting }) => accepting) && living.length < status.quorum;
    if (!isLeaving || deadline.passed || signal.aborted) return status;
    await sleep(SETTLE_AGAIN_MS, signal);
  }
}

/**
 * Takes the stopped brokers out of the election. A slave that is told to stop ends without closing
 * its ZooKeeper session, and its znode would count toward quorum until that has expired.
 */
async function release(cluster: Cluster, names: readonly string[]): Promise<void> {
  try {
    await releaseZnodes(cluster, names, Deadline.in(LET_GO_MS));
  } catch {
    // ZooKeeper is away; it lets go by itself when it is back.
  }
}

/**
 * Stops every process of the cluster on this machine, also those of nodes that mqha.yaml no longer
 * names: the brokers side by side, then the managed ZooKeeper. Data stays.
 * @throws MqhaError `locked`, `stop-failed`
 */
export function downCluster(cluster: Cluster, timeoutMs: number): Promise<Stopped[]> {
  return withLock(cluster.layout, cluster.host, Deadline.in(timeoutMs), () =>
    stopEverything(cluster, timeoutMs),
  );
}

/** As downCluster(), for who holds the lock already. */
export async function stopEverything(asked: Cluster, timeoutMs: number): Promise<Stopped[]> {
  if (asked.id === '') return [];
  const cluster = await asServed(asked);
  const records = new RecordsOfAStop(cluster.host);
  await records.note(() => haltChange(cluster));
  await records.note(() => forgetRestart(cluster.layout));
  const nodes = cluster.config.nodes.map((node) => node.name);
  const names = new Set([...nodes, ...(await runningNames(cluster)), ZOOKEEPER]);
  await keepFoundIdentity(cluster);
  await records.note(() => want(cluster, [...names], 'down'));
  await endSupervisor(cluster, Deadline.in(timeoutMs));
  const brokers = (await runningNames(cluster)).filter((name) => name !== ZOOKEEPER).sort();
  const ended = await stopProcesses(cluster, brokers, timeoutMs);
  if (ended.length > 0) await release(cluster, brokers);
  const zookeeper = await stopProcesses(cluster, [ZOOKEEPER], timeoutMs);
  await records.note(() => forgetStopped(cluster, [...names], true));
  await records.finish();
  return [...ended, ...zookeeper];
}

/** Whatever runs of this cluster, also nodes that mqha.yaml does not name. */
async function runningNames({ registry }: Cluster): Promise<string[]> {
  const marker = '-Dmqha.node=';
  const names = (await registry.all()).flatMap((found) =>
    found.argv.filter((word) => word.startsWith(marker)).map((word) => word.slice(marker.length)),
  );
  return [...new Set(names)];
}
