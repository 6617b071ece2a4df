import { certificateEnds } from '../certificates/ends.js';
import { holderPid } from '../agents/local/end-holder.js';
import type { ProcessInfo } from '../agents/process.js';
import type { Replication } from '../clients/management/jolokia.js';
import { readMaster, type MasterView } from '../clients/management/usage.js';
import { webEndpoint } from '../config/endpoints.js';
import { messageOf } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import { accountOf } from '../state/account.js';
import { withinReach } from '../state/agents.js';
import { asRunning, clusterLock, type Cluster } from '../state/cluster.js';
import {
  allWanted,
  isWanted,
  readDesiredState,
  wantedDamage,
} from '../state/desired-state-file.js';
import { inForceOf, readInForce } from '../state/sizes.js';
import { supervisorPid } from '../state/supervisor-lock.js';
import { readSupervisorState } from '../state/supervisor-state.js';
import { unfinishedOperations } from '../state/unfinished.js';
import type { Election } from '../stores/election.js';
import { editedFiles } from '../stores/rendered-record.js';
import { ZOOKEEPER } from '../config/processes.js';
import { readElectionNow } from './election-watch.js';
import {
  isServing,
  processOf,
  type AttachmentFound,
  type NodeObservation,
  type Observation,
  type SizesFound,
  type SupervisorFound,
} from './observation.js';
import { observeNode } from './observe-node.js';
import { found, read, unknown, valueOf, type Reading } from './reading.js';

/** All probes run side by side under this deadline. */
export const OBSERVE_MS = 1500;

type Processes = Promise<ReadonlyMap<string, ProcessInfo>>;

/** Looks at processes, ZooKeeper, message ports and, once the master is known, at its Jolokia. */
export async function observe(cluster: Cluster): Promise<Observation> {
  const deadline = Deadline.in(OBSERVE_MS);
  const { config } = cluster;
  const at = performance.now();
  const operations = unfinishedOperations(cluster);
  const processes = findProcesses(cluster);
  const nodes = Promise.all(
    config.nodes.map((node) => {
      const reading = processes.then((running) => found(running.get(node.name), at));
      return observeNode(cluster, node, reading, deadline);
    }),
  );
  const met = processes.then((running) => asRunning(cluster, running.values()));
  const election = met.then((found) => electionOf(found, processes, deadline));
  const protection = protectionOf(met, election, deadline);
  const master = met.then((found) => askMaster(found, election, nodes, deadline));
  const edited = read(() => editedFiles(cluster.layout), deadline);
  const [running, elected, access, seen, { view, attached }, supervisor, sizes, certificates] =
    await Promise.all([
      processes,
      election,
      protection,
      nodes,
      master,
      findSupervisor(cluster, processes),
      findSizes(cluster),
      met.then((found) => read(() => certificateEnds(found), deadline)),
    ]);
  return {
    zookeeper: {
      process: zookeeperIn(cluster, running, at),
      serves: found('value' in elected, elected.at),
    },
    election: elected,
    protection: access,
    nodes: seen.map((node) => ({ ...node, attachment: attachmentBy(view, attached, node) })),
    master: view,
    sizes: found(sizes, at),
    supervisor: found(supervisor, at),
    certificates,
    operations: found(await operations, at),
    edited: await edited,
  };
}

/** What runs of the nodes of this machine, and of the managed ZooKeeper. */
function findProcesses(cluster: Cluster): Processes {
  const { config, registry } = cluster;
  const names = withinReach(cluster, config.nodes, 'processes').map((node) => node.name);
  return registry.findAll(config.zookeeper.managed ? [ZOOKEEPER, ...names] : names);
}

/** Whether there is a managed ZooKeeper whose process can be seen. */
function seesZooKeeper(cluster: Cluster): boolean {
  const { managed, servers } = cluster.config.zookeeper;
  return managed && withinReach(cluster, servers, 'processes').length > 0;
}

function zookeeperIn(
  cluster: Cluster,
  running: ReadonlyMap<string, ProcessInfo>,
  at: number,
): Observation['zookeeper']['process'] {
  const server = running.get(ZOOKEEPER);
  return server || seesZooKeeper(cluster)
    ? found(server, at)
    : unknown('it is not of this host', at);
}

async function findSizes(cluster: Cluster): Promise<SizesFound> {
  try {
    return (await readInForce(cluster.layout)) ?? (await inForceOf(cluster));
  } catch (error) {
    return { damage: messageOf(error) };
  }
}

async function findSupervisor(cluster: Cluster, processes: Processes): Promise<SupervisorFound> {
  const { config, layout, host } = cluster;
  // Looked at before the file: the first start writes that while it holds the lock, after its launches.
  const [pid, atWork] = await Promise.all([supervisorPid(cluster), holderPid(clusterLock(layout))]);
  const [desired, running] = await Promise.all([readDesiredState(layout), processes]);
  const written = pid === undefined ? undefined : await readSupervisorState(layout);
  const state = written?.pid === pid ? written : undefined;
  const wanted =
    desired.state === 'read'
      ? desired.wanted
      : { processes: allWanted(running.keys(), host.now().toISOString()), supervisor: true };
  const isMissed =
    (running.size > 0 && atWork === undefined) ||
    Object.values(state?.processes ?? {}).some((found) => found.wanted === 'up');
  const isDamaged = desired.state === 'damaged' || (desired.state === 'absent' && isMissed);
  const somethingIsWanted = config.nodes.some((node) => isWanted(wanted, node.name));
  return {
    pid,
    state,
    wanted: config.supervisor.enabled && wanted.supervisor && somethingIsWanted,
    ...(isDamaged ? { damage: wantedDamage(layout, desired) } : {}),
  };
}

async function electionOf(
  cluster: Cluster,
  processes: Processes,
  deadline: Deadline,
): Promise<Reading<Election>> {
  if (seesZooKeeper(cluster) && !(await processes).has(ZOOKEEPER)) {
    return unknown('the managed ZooKeeper does not run', performance.now());
  }
  return readElectionNow(cluster.coordination, deadline);
}

/** Who may take part in the election, where that could be read. */
async function protectionOf(
  cluster: Promise<Cluster>,
  election: Promise<Reading<Election>>,
  deadline: Deadline,
): Promise<Observation['protection']> {
  const { config, coordination } = await cluster;
  if ('unknown' in (await election)) return unknown('the election is unknown', performance.now());
  if (config.zookeeper.authentication === 'none') return found(undefined, performance.now());
  return read(() => coordination.protection(deadline), deadline);
}

interface MasterAsked {
  readonly view: Reading<MasterView | undefined>;
  /** The node ids of the slaves that the log of a master with a silent console says are attached. */
  readonly attached?: ReadonlySet<string> | undefined;
}

/** Lag, attachment and usage are not in ZooKeeper: only the master knows them. */
async function askMaster(
  cluster: Cluster,
  election: Promise<Reading<Election>>,
  nodes: Promise<readonly NodeObservation[]>,
  deadline: Deadline,
): Promise<MasterAsked> {
  const name = valueOf(await election)?.master?.container;
  const seen = (await nodes).find(({ node }) => node.name === name);
  if (!seen || !isServing(seen)) return { view: found(undefined, performance.now()) };
  const { node } = seen;
  const owner = processOf(seen);
  const view = await read(async () => {
    const account = await accountOf(cluster, owner?.argv ?? []);
    return readMaster(
      { ...webEndpoint(node, cluster.tls), account },
      cluster.config.name,
      deadline,
    );
  });
  if ('value' in view) return { view };
  const mark = owner && (await cluster.registry.logMark(node.name, owner));
  const { log } = cluster.layout.node(node.name);
  return {
    view,
    attached: mark === undefined ? undefined : await cluster.store.attachedByLog(log, mark),
  };
}

/**
 * How a slave stands, as its master says; the console of that opens a moment after it serves, and its log has to do
 * before.
 * @param attached the node ids that the log names
 */
export function attachmentBy(
  view: Reading<MasterView | undefined>,
  attached: ReadonlySet<string> | undefined,
  node: Pick<NodeObservation, 'nodeId'>,
): Reading<AttachmentFound> {
  const { at } = view;
  const id = valueOf(node.nodeId);
  if (id === undefined) return unknown('it has no node id yet', at);
  if ('value' in view) {
    const { replication } = view.value ?? {};
    return replication ? found(attachmentIn(replication, id), at) : unknown('nobody serves', at);
  }
  // Whom the log does not name may have attached a moment ago.
  return attached?.has(id) === true
    ? found({ state: 'attached', progress: 0, lagBytes: undefined }, at)
    : unknown(view.unknown, at);
}

function attachmentIn({ slaves, position }: Replication, id: string): AttachmentFound {
  const slave = slaves.find(({ nodeId }) => nodeId === id);
  const progress = slave?.position ?? 0;
  if (slave?.attached !== true) return { state: 'attaching', progress, lagBytes: undefined };
  // Both positions are read one after the other, so the slave may seem to be ahead.
  return { state: 'attached', progress, lagBytes: Math.max(0, position - progress) };
}
