import { asStarted } from '../../stores/settings.js';
import { tryOpen } from '../../clients/amqp/try-open.js';
import { messageEndpoint } from '../../config/endpoints.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import { Deadline, sleep } from '../../lib/time.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { accountOf } from '../../state/account.js';
import { leaveArchiver, recordsClasses } from './class-data.js';
import {
  openCluster,
  refuseIfMoved,
  throwIfInterrupted,
  withLock,
  type Cluster,
} from '../../state/cluster.js';
import { noteCopies } from '../../state/copies.js';
import { toStatus } from '../../observe/to-status.js';
import { refuseNameChanged } from './name-changed.js';
import { isForSupervisor } from './handover.js';
import { launchNodes } from './launch.js';
import { observe } from '../../observe/observe.js';
import { prepareRuntime } from './prepare.js';
import { refuseSizeChange } from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { closeZnodesNow, endSupervisor, ensureSupervisor } from '../supervision.js';
import { want, wantSupervisor } from '../../state/desired-state.js';
import { launchesIn } from './steps.js';
import { watchStart } from './watch-start.js';

const LOOKS = 3;

/** The znodes are closed to others within this time, or by the next command, or the supervisor. */
const CLOSE_MS = 5000;

/** What `up`, `start` and `restart` answer. */
export interface StartResult {
  readonly started: readonly string[];
  readonly alreadyRunning: readonly string[];
  /** From the first process started until the cluster was as wanted; 0 where nothing had to start. */
  readonly readyMs: number;
  readonly status: ClusterStatus;
}

export interface StartOptions {
  readonly timeoutMs: number;
  /** Without it the wait ends when these nodes are in; with it when every node of the cluster is. */
  readonly whole: boolean;
  /** Whether a supervisor is left, or ended; without it all stays as it is. */
  readonly supervisor?: 'ensure' | 'end';
  /** What is done first, with the cluster's lock held; what it throws leaves everything as it is. */
  readonly before?: (cluster: Cluster) => Promise<void>;
}

/**
 * Starts what does not run of these nodes (and the managed ZooKeeper) and waits until they serve.
 * Everything that can be refused is refused before the first process starts.
 * @throws MqhaError of refuseSizeChange(), refuseNameChanged(), prepareRuntime() and launchNodes(), and `broker-died`, `data-in-use`, `timeout`,
 *   `interrupted`, `locked`
 */
export async function startNodes(
  asked: Cluster,
  nodes: readonly NodeConfig[],
  options: StartOptions,
): Promise<StartResult> {
  const { host } = asked;
  await refuseIfMoved(asked);
  await refuseSizeChange(asked);
  await refuseNameChanged(asked);
  const prepared = await prepareRuntime(host, { javaHome: asked.config.java.home });
  const deadline = Deadline.in(options.timeoutMs);
  const began = performance.now();
  const { cluster, plan, started } = await withLock(asked.layout, host, deadline, async () => {
    await options.before?.(asked);
    const names = [ZOOKEEPER, ...nodes.map((node) => node.name)];
    const before = await asked.registry.findAll(names);
    let launched;
    try {
      launched = await launchNodes(asked, nodes, prepared, deadline);
    } catch (error) {
      // What was refused is not wanted, or a supervisor would try it again; what was started before that is.
      // A cluster that was never rendered has its id only now.
      const now = asked.id === '' ? await openCluster(asked.layout.directory, host) : asked;
      const running = [...(await now.registry.findAll(names)).keys()];
      const begun = running.filter((name) => !before.has(name));
      await want(now, begun, 'up');
      throw error;
    }
    await want(asked, names, 'up');
    if (options.supervisor) {
      await wantSupervisor(asked.layout, options.supervisor === 'ensure');
    }
    return launched;
  });
  const alreadyRunning = plan.running.map(({ name }) => name);
  const launches = launchesIn(plan.steps);
  const zookeeper = launches.some(({ name }) => name === ZOOKEEPER) ? [ZOOKEEPER] : [];
  const names = [...zookeeper, ...started.map(({ name }) => name)];
  const wanted = new Set(nodes.map((node) => node.name));
  const isIn = (now: ClusterStatus) =>
    options.whole ? now.state === 'serving' : areIn(now, wanted);
  let supervisor: Promise<unknown> | undefined;
  const until = (now: ClusterStatus) => {
    if (isForSupervisor(now, performance.now() - began)) {
      supervisor ??= begun(settleSupervisor(cluster, options.supervisor, deadline));
    }
    return isIn(now);
  };
  let status: ClusterStatus;
  let readyMs: number;
  try {
    status = await watchStart(
      { cluster, deadline, running: [...alreadyRunning, ...names], until },
      started,
      async () => {
        const launch = () => launchNodes(cluster, nodes, prepared, deadline);
        return (await withLock(cluster.layout, host, deadline, launch)).started;
      },
    );
    if (status.nodes.some((node) => node.accepting)) {
      await letsClientsIn(cluster, status, deadline);
    }
    await noteCopies(cluster.layout, copiesIn(status));
    readyMs = names.length === 0 ? 0 : Math.round(performance.now() - began);
  } finally {
    // Also for what did not come up.
    await (supervisor ?? settleSupervisor(cluster, options.supervisor, deadline));
  }
  await closeZnodesNow(cluster, Deadline.in(CLOSE_MS));
  const wasOpen = status.problems.some(({ code }) => code === 'zookeeper-open');
  if (options.supervisor || wasOpen) status = await lookAgain(cluster, isIn);
  if (recordsClasses(launches)) await leaveArchiver(cluster);
  return { started: names, alreadyRunning, readyMs, status };
}

/** It is waited for later; until then nobody hears of its failure. */
function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** How it all is now that a supervisor is there, or gone; a single look may miss something. */
async function lookAgain(
  cluster: Cluster,
  until: (status: ClusterStatus) => boolean,
): Promise<ClusterStatus> {
  for (let look = 1; ; look++) {
    const status = toStatus(cluster, await observe(cluster));
    if (until(status) || look === LOOKS) return status;
  }
}

async function settleSupervisor(
  cluster: Cluster,
  supervisor: StartOptions['supervisor'],
  deadline: Deadline,
): Promise<void> {
  if (supervisor === 'ensure') await ensureSupervisor(cluster);
  if (supervisor === 'end') await endSupervisor(cluster, deadline);
}

/** Who has a copy of the messages now. */
function copiesIn(status: ClusterStatus): string[] {
  return status.nodes
    .filter(
      ({ role, accepting, attached }) => (role === 'master' && accepting) || attached === true,
    )
    .map(({ name }) => name);
}

/** Whether these nodes have come as far as they can: serving, attached, or registered without quorum. */
export function areIn(status: ClusterStatus, names: ReadonlySet<string>): boolean {
  return status.nodes
    .filter((node) => names.has(node.name))
    .every(
      (node) =>
        node.member !== null &&
        (status.state === 'no-quorum' ||
          (node.role === 'master' && node.accepting) ||
          (node.role === 'slave' && node.attached === true)),
    );
}

/** The last step to "a client can send": a connection opened with the account, as a client opens it. */
async function letsClientsIn(
  cluster: Cluster,
  status: ClusterStatus,
  deadline: Deadline,
): Promise<void> {
  const master = status.nodes.find(({ accepting }) => accepting);
  const node = cluster.config.nodes.find(({ name }) => name === master?.name);
  // One that is full serves those that it has, and status says so.
  if (!master || !node || status.problems.some(({ code }) => code === 'connections-full')) return;
  for (;;) {
    throwIfInterrupted(cluster.host, 'the brokers were left running');
    const found = await cluster.registry.find(master.name);
    const argv = found?.argv ?? [];
    const account = await accountOf(cluster, argv);
    const opened = await tryOpen(
      messageEndpoint(asStarted(node, argv), cluster.tls),
      account,
      deadline.within(5000),
    );
    if (opened.open) return;
    if (deadline.passed) {
      throw new MqhaError(
        'client-refused',
        `${master.name} answers but refuses clients: ${opened.reason}`,
        {
          hint: `See \`mqha logs ${master.name}\`; the brokers were left running.`,
        },
      );
    }
    await sleep(100, cluster.host.signal);
  }
}
