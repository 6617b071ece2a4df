import { quorumOf } from '../../config/checks.js';
import type { NodeConfig } from '../../config/schema.js';
import { membersOf, type Election } from '../../stores/election.js';
import { dropHeapDumps, writesHeap } from '../../stores/heap-dumps.js';
import { MqhaError } from '../../lib/errors.js';
import { type LaunchPlan } from '../../agents/launch-plan.js';
import { sleep, type Deadline } from '../../lib/time.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { throwIfInterrupted, type Cluster } from '../../state/cluster.js';
import { refuseNameChanged } from './name-changed.js';
import { planStart, refuseHeldPorts, type StartPlan } from './plan.js';
import {
  ensureProcessDirectories,
  settleCluster,
  writeRendered,
  type Prepared,
} from './prepare.js';
import type { StartStep } from './steps.js';
import { closeZnodes } from '../close-znodes.js';
import { releaseZnodes } from '../../state/sessions.js';
import { admitToElections } from '../../state/sizes.js';
import { resumeLeftOver } from '../undo-drill.js';
import { settleStores, type SettledStores } from './stores.js';
import { diedError, leftRunning, markLogs, type Started } from './watch.js';

const ZOOKEEPER_START_MS = 30_000;
const ZOOKEEPER_ANSWER_MS = 10_000;
const FIRST_ELECTION_MS = 30_000;

/** What was launched. */
export interface LaunchResult {
  /** With its id and account. */
  readonly cluster: Cluster;
  readonly plan: StartPlan;
  readonly started: readonly Started[];
  /** The nodes that had a copy of the messages and came without it. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Launches what does not run of these nodes, and the managed ZooKeeper, without waiting until they
 * serve. Everything that can be refused is refused before the first process starts. Call it with
 * the cluster's lock held.
 * @throws MqhaError of settleCluster(), planStart(), writeRendered(), refuseHeldPorts(), refuseNameChanged(), admitToElections() and settleStores(), and `zookeeper-unreachable`, `strangers`,
 *   `node-elsewhere-alive`, `broker-died`, `launch-failed`, `interrupted`
 */
export async function launchNodes(
  asked: Cluster,
  nodes: readonly NodeConfig[],
  prepared: Prepared,
  deadline: Deadline,
): Promise<LaunchResult> {
  await resumeLeftOver(asked);
  await refuseNameChanged(asked);
  await refuseHeldPorts(asked, nodes);
  await admitToElections(
    asked,
    nodes.map((node) => node.name),
  );
  const cluster = await settleCluster(asked, false);
  const plan = await planStart(cluster, prepared, nodes);
  for (const { name, process: found } of plan.running) {
    cluster.host.emit({ type: 'already-running', name, pid: found.pid });
  }
  const run: Run = {
    cluster,
    deadline,
    stores: { later: new Set(), lost: new Set() },
    started: [],
  };
  for (const step of plan.steps) await execute(step, run);
  return { cluster, plan, started: run.started, lost: run.stores.lost };
}

/** What the steps of a start work on, and tell one another. */
interface Run {
  readonly cluster: Cluster;
  readonly deadline: Deadline;
  stores: SettledStores;
  readonly started: Started[];
}

async function execute(step: StartStep, run: Run): Promise<void> {
  const { cluster, deadline, started } = run;
  switch (step.kind) {
    case 'render':
      await writeRendered(cluster, step.files);
      return;
    case 'stores':
      run.stores = await settleStores(cluster, step.nodes);
      return;
    case 'zookeeper':
      await startZooKeeper(cluster, step.launch, deadline);
      return;
    case 'brokers': {
      const { later } = run.stores;
      await admit(cluster, step.brokers, deadline);
      const first = step.brokers.filter(({ node }) => !later.has(node.name));
      started.push(...(await startBrokers(cluster, first)));
      if (later.size > 0 && (await electionWithout(cluster, later, started, deadline))) {
        const rest = step.brokers.filter(({ node }) => later.has(node.name));
        started.push(...(await startBrokers(cluster, rest)));
      }
    }
  }
}

type Brokers = Extract<StartStep, { kind: 'brokers' }>['brokers'];

async function startZooKeeper(
  cluster: Cluster,
  plan: LaunchPlan | undefined,
  deadline: Deadline,
): Promise<void> {
  const { host, layout, registry, here, store, config } = cluster;
  const began = performance.now();
  let started: Started | undefined;
  if (plan) {
    await ensureProcessDirectories(layout.zookeeper);
    const logs = await markLogs(layout.zookeeper);
    const launched = await here.launch(plan);
    await registry.remember(ZOOKEEPER, launched.pid);
    host.emit({ type: 'process-started', name: ZOOKEEPER, pid: launched.pid });
    started = { name: ZOOKEEPER, launched, logs };
  }
  const ready = deadline.within(ZOOKEEPER_START_MS);
  while (!(await store.isCoordinatorServing(config, cluster.tls, ready.within(1000)))) {
    throwIfInterrupted(host, leftRunning([ZOOKEEPER]));
    if (!(await registry.find(ZOOKEEPER))) {
      throw await diedError(ZOOKEEPER, started, 'no broker was started');
    }
    if (ready.passed) {
      throw new MqhaError(
        'zookeeper-unreachable',
        `the managed ZooKeeper at ${config.zookeeper.connect} runs and does not answer`,
        {
          hint: 'See `mqha logs zookeeper`; no broker was started. Where `tls` of mqha.yaml was changed since it was started: `mqha down`, and then `mqha up`.',
        },
      );
    }
    await sleep(20, host.signal);
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
 * gone: a node with two znodes counts twice toward quorum, and the stale one can veto. The znodes are closed to others
 * before the first broker looks at them: of a managed server at once, since whoever has made something there is none of
 * us.
 */
async function admit(cluster: Cluster, brokers: Brokers, deadline: Deadline): Promise<void> {
  const { config, host } = cluster;
  const names = new Set(config.nodes.map((node) => node.name));
  const starting = brokers.map(({ node }) => node.name);
  const limit = deadline.within(Math.max(15_000, 3 * config.zookeeper.sessionTimeoutMs));
  const told = new Set<string>();
  const close = () => closeZnodes(cluster, deadline.within(ZOOKEEPER_ANSWER_MS));
  if (config.zookeeper.managed) await close();
  await releaseZnodes(cluster, starting, deadline.within(ZOOKEEPER_ANSWER_MS));
  for (;;) {
    throwIfInterrupted(host, 'no broker was started');
    const election = await cluster.coordination.snapshot(deadline.within(ZOOKEEPER_ANSWER_MS));
    refuseStrangers(cluster, election, names);
    const stale = starting.flatMap((name) => membersOf(election, name));
    if (stale.length === 0) {
      if (!config.zookeeper.managed) await close();
      return;
    }
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
  const foreign = election.members.filter(
    ({ container }) => container === null || !names.has(container),
  );
  if (foreign.length === 0) return;
  const list = foreign.map(({ container, znode }) => `${container ?? 'unnamed'} (znode ${znode})`);
  const { name, zookeeper } = cluster.config;
  throw new MqhaError(
    'strangers',
    `brokers that are no nodes of this cluster use its name ${name} under ${zookeeper.path}: ${list.join(', ')}`,
    {
      hint: 'They would replicate into one another. Stop them, or give this cluster another name or zookeeper.path; no broker was started.',
    },
  );
}

/**
 * Waits until the nodes whose logs go furthest have elected a master, or all of them take part and are too few to. Those
 * that have less could elect one of themselves, whose log all others would take.
 * @returns false where one of those has ended: what is left may be without its messages
 * @throws MqhaError `interrupted`; `timeout` where no election comes
 */
async function electionWithout(
  cluster: Cluster,
  later: ReadonlySet<string>,
  first: readonly Started[],
  deadline: Deadline,
): Promise<boolean> {
  const { config, host, registry } = cluster;
  const names = config.nodes.map(({ name }) => name).filter((name) => !later.has(name));
  const limit = deadline.within(FIRST_ELECTION_MS);
  const expected = new Set((await registry.findAll(names)).keys());
  for (const { name } of first) expected.add(name);
  for (;;) {
    throwIfInterrupted(host, leftRunning(names));
    const living = await registry.findAll(names);
    if (living.size === 0 || ![...expected].every((name) => living.has(name))) return false;
    const election = await cluster.coordination
      .snapshot(deadline.within(ZOOKEEPER_ANSWER_MS))
      .catch(() => undefined);
    if (election?.master !== undefined) return true;
    const told = [...living.keys()].filter(
      (name) => election && membersOf(election, name).some(({ position }) => position >= 0),
    );
    if (told.length === living.size && told.length < quorumOf(config.replicas)) return true;
    if (limit.passed) {
      throw new MqhaError(
        'timeout',
        `${[...living.keys()].join(', ')} did not elect a master, and ${[...later].join(', ')}, which has fewer messages, must not before`,
        { hint: `See \`mqha logs\`; \`mqha up\` starts ${[...later].join(', ')} as well.` },
      );
    }
    await sleep(100, host.signal);
  }
}

/** Starts brokers side by side. */
async function startBrokers(cluster: Cluster, brokers: Brokers): Promise<Started[]> {
  const { host, layout, registry, here } = cluster;
  return Promise.all(
    brokers.map(async ({ node, launch: command }): Promise<Started> => {
      const directories = layout.node(node.name);
      // What cannot be removed keeps nobody from being served; status names it.
      await dropHeapDumps(directories.log, writesHeap(command.argv)).catch(() => undefined);
      const logs = await markLogs(directories);
      const launched = await here.launch(command);
      await registry.remember(node.name, launched.pid, logs.marks['activemq.log']);
      host.emit({ type: 'process-started', name: node.name, pid: launched.pid });
      return { name: node.name, launched, logs };
    }),
  );
}
