import { tryOpen } from '../broker/client.js';
import { recoverStash } from '../broker/store.js';
import type { NodeConfig } from '../config/schema.js';
import { membersOf, readElection, type Election } from '../election/election.js';
import { MqhaError } from '../errors.js';
import { launch, type LaunchPlan } from '../process/launch.js';
import { Deadline, sleep } from '../time.js';
import { isOk, ZOOKEEPER } from '../zookeeper/server.js';
import { ZooKeeperReader } from '../zookeeper/session.js';
import { refuseIfMoved, throwIfInterrupted, withLock, type Cluster } from './context.js';
import { planStart, refuseHeldPorts, type StartPlan } from './plan.js';
import { ensureProcessDirectories, prepareRuntime, renderFiles } from './prepare.js';
import type { ClusterStatus } from './status.js';
import { diedError, leftRunning, markLogs, watchCluster, type Started } from './watch.js';

const ZOOKEEPER_START_MS = 30_000;
const ZOOKEEPER_ANSWER_MS = 10_000;

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
}

/**
 * Starts what does not run of these nodes (and the managed ZooKeeper) and waits until they serve.
 * Everything that can be refused is refused before the first process starts.
 * @throws MqhaError of prepareRuntime(), renderFiles(), refuseHeldPorts(), and `zookeeper-unreachable`,
 *   `strangers`, `node-elsewhere-alive`, `broker-died`, `data-in-use`, `timeout`, `interrupted`, `locked`
 */
export async function startNodes(
  asked: Cluster,
  nodes: readonly NodeConfig[],
  options: StartOptions,
): Promise<StartResult> {
  const { host } = asked;
  await refuseIfMoved(asked);
  const prepared = await prepareRuntime(host, { javaHome: asked.config.java.home });
  const deadline = Deadline.in(options.timeoutMs);
  const reader = new ZooKeeperReader(asked.config.zookeeper.connect);
  const began = performance.now();
  try {
    const { cluster, plan, started } = await withLock(asked.layout, host, deadline, async () => {
      await refuseHeldPorts(asked, nodes);
      const { cluster } = await renderFiles(asked, false);
      const plan = await planStart(cluster, prepared, nodes);
      for (const { name, process } of plan.running) {
        host.emit({ type: 'already-running', name, pid: process.pid });
      }
      await startZooKeeper(cluster, plan.zookeeper, deadline);
      await admit(cluster, reader, plan, deadline);
      return { cluster, plan, started: await startBrokers(cluster, plan) };
    });
    const alreadyRunning = plan.running.map(({ name }) => name);
    const names = [...(plan.zookeeper ? [ZOOKEEPER] : []), ...started.map(({ name }) => name)];
    const wanted = new Set(nodes.map((node) => node.name));
    const status = await watchCluster(cluster, reader, {
      deadline,
      started,
      running: [...alreadyRunning, ...names],
      until: (now) => (options.whole ? now.state === 'serving' : areIn(now, wanted)),
    });
    if (status.nodes.some((node) => node.accepting)) await letsClientsIn(cluster, status, deadline);
    return {
      started: names,
      alreadyRunning,
      readyMs: names.length === 0 ? 0 : Math.round(performance.now() - began),
      status,
    };
  } finally {
    await reader.close(Deadline.in(500));
  }
}

/** Whether these nodes have come as far as they can: serving, attached, or registered without quorum. */
function areIn(status: ClusterStatus, names: ReadonlySet<string>): boolean {
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

async function startZooKeeper(
  cluster: Cluster,
  plan: LaunchPlan | undefined,
  deadline: Deadline,
): Promise<void> {
  const { host, layout, registry, config } = cluster;
  if (!config.zookeeper.managed) return;
  const began = performance.now();
  let started: Started | undefined;
  if (plan) {
    await ensureProcessDirectories(layout.zookeeper);
    const logs = await markLogs(layout.zookeeper);
    const launched = await launch(plan);
    await registry.remember(ZOOKEEPER, launched.pid);
    host.emit({ type: 'process-started', name: ZOOKEEPER, pid: launched.pid });
    started = { name: ZOOKEEPER, launched, logs };
  }
  const [server] = config.zookeeper.servers;
  const ready = deadline.within(ZOOKEEPER_START_MS);
  while (server && !(await isOk(server.host, server.port, ready.within(1000)))) {
    throwIfInterrupted(host, leftRunning([ZOOKEEPER]));
    if (!(await registry.find(ZOOKEEPER))) {
      throw await diedError(ZOOKEEPER, started, 'no broker was started');
    }
    if (ready.passed) {
      throw new MqhaError(
        'zookeeper-unreachable',
        `the managed ZooKeeper at ${config.zookeeper.connect} runs and does not answer`,
        { hint: 'See `mqha logs zookeeper`; no broker was started.' },
      );
    }
    await sleep(50, host.signal);
  }
  if (plan) {
    host.emit({
      type: 'zookeeper-ready',
      connect: config.zookeeper.connect,
      ms: performance.now() - began,
    });
  }
}

/**
 * Refuses where others use our brokerName, and waits until the znodes of our dead processes are
 * gone: a node with two znodes counts twice toward quorum, and the stale one can veto.
 */
async function admit(
  cluster: Cluster,
  reader: ZooKeeperReader,
  plan: StartPlan,
  deadline: Deadline,
): Promise<void> {
  const { config, host } = cluster;
  if (plan.brokers.length === 0) return;
  const names = new Set(config.nodes.map((node) => node.name));
  const starting = plan.brokers.map(({ node }) => node.name);
  const limit = deadline.within(Math.max(15_000, 3 * config.zookeeper.sessionTimeoutMs));
  const told = new Set<string>();
  for (;;) {
    throwIfInterrupted(host, 'no broker was started');
    const { znodes } = await reader.group(
      config.zookeeper.path,
      deadline.within(ZOOKEEPER_ANSWER_MS),
    );
    const election = readElection(znodes, config.name);
    refuseStrangers(cluster, election, names);
    const stale = starting.flatMap((name) => membersOf(election, name));
    if (stale.length === 0) return;
    for (const { container, znode } of stale) {
      if (!told.has(znode)) {
        host.emit({ type: 'waiting-for-znode', node: container ?? '', znode });
      }
      told.add(znode);
    }
    if (limit.passed) {
      throw new MqhaError(
        'node-elsewhere-alive',
        `${stale.map(({ container, znode }) => `${container ?? ''} (znode ${znode})`).join(', ')} is registered in ZooKeeper by a living process that is not ours`,
        {
          hint: `Stop that broker, or give this cluster another name or zookeeper.path; no broker was started.`,
        },
      );
    }
    await sleep(100, host.signal);
  }
}

function refuseStrangers(cluster: Cluster, election: Election, names: ReadonlySet<string>): void {
  const strangers = election.members.filter(
    ({ container }) => container === null || !names.has(container),
  );
  if (strangers.length === 0) return;
  const list = strangers.map(
    ({ container, znode }) => `${container ?? 'unnamed'} (znode ${znode})`,
  );
  const { name, zookeeper } = cluster.config;
  throw new MqhaError(
    'strangers',
    `brokers that are no nodes of this cluster use its name ${name} under ${zookeeper.path}: ${list.join(', ')}`,
    {
      hint: 'They would replicate into one another. Stop them, or give this cluster another name or zookeeper.path; no broker was started.',
    },
  );
}

/** Starts the brokers side by side. */
async function startBrokers(cluster: Cluster, plan: StartPlan): Promise<Started[]> {
  const { host, layout, registry } = cluster;
  for (const { node } of plan.brokers) {
    const directories = layout.node(node.name);
    await ensureProcessDirectories(directories);
    const outcome = await recoverStash(directories.data, host.now());
    if (outcome.action === 'restored') {
      host.emit({ type: 'stash-restored', node: node.name, kept: outcome.kept });
    }
  }
  return Promise.all(
    plan.brokers.map(async ({ node, launch: command }): Promise<Started> => {
      const logs = await markLogs(layout.node(node.name));
      const launched = await launch(command);
      await registry.remember(node.name, launched.pid);
      host.emit({ type: 'process-started', name: node.name, pid: launched.pid });
      return { name: node.name, launched, logs };
    }),
  );
}

/** The last step to "a client can send": a connection opened with the account, as a client opens it. */
async function letsClientsIn(
  cluster: Cluster,
  status: ClusterStatus,
  deadline: Deadline,
): Promise<void> {
  const master = status.nodes.find((node) => node.accepting);
  if (!master) return;
  for (;;) {
    const opened = await tryOpen(
      master.host,
      master.messagePort,
      cluster.account,
      deadline.within(5000),
    );
    if (opened.open) return;
    if (deadline.passed) {
      throw new MqhaError(
        'client-refused',
        `${master.name} answers but lets no client in: ${opened.reason}`,
        {
          hint: `See \`mqha logs ${master.name}\`; the brokers were left running.`,
        },
      );
    }
    await sleep(100, cluster.host.signal);
  }
}
