import type { Replication } from '../clients/management/jolokia.js';
import { isAccepting } from '../clients/probe.js';
import { attachedByLog } from '../stores/replicated-leveldb/master-log.js';
import { asStarted } from '../stores/settings.js';
import { endOfLast, type EndRecord } from '../stores/replicated-leveldb/end-record.js';
import { keptStores, type KeptStore } from '../stores/replicated-leveldb/data/kept.js';
import { lookAtStore } from '../stores/replicated-leveldb/data/store-look.js';
import { nodeId } from '../stores/replicated-leveldb/data/store.js';
import { readMaster, type Usage } from '../clients/management/usage.js';
import { messageEndpoint, replicationEndpoint, webEndpoint } from '../config/endpoints.js';
import type { NodeConfig } from '../config/schema.js';
import { type Election } from '../stores/election.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { holderPid } from '../agents/local/end-holder.js';
import type { HeldPort } from '../agents/agent.js';
import type { ProcessInfo } from '../agents/process.js';
import { before, Deadline } from '../lib/time.js';
import { ZOOKEEPER } from '../config/processes.js';
import { accountOf } from '../state/account.js';
import { agentOf, withinReach } from '../state/agents.js';
import type { Cluster } from '../state/cluster.js';
import { inForceOf, readInForce, type InForce } from '../state/sizes.js';
import { missingPatches, type MissingPatch } from '../distribution/patches.js';
import { unfinishedOperations, type Operation } from '../state/unfinished.js';
import { diskRoom, type DiskRoom } from './disk.js';
import { supervisorPid } from '../state/supervisor-lock.js';
import { readSupervisorState, type SupervisorState } from '../state/supervisor-state.js';
import {
  allWanted,
  isWanted,
  readDesiredState,
  wantedDamage,
} from '../state/desired-state-file.js';

/** All probes run side by side under this deadline. */
export const OBSERVE_MS = 1500;

const ACCEPT_MS = 500;

/** What was seen of one node; `undefined` where it could not be learned. */
export interface NodeObservation {
  /** With the addresses that a running process was started with. */
  readonly node: NodeConfig;
  /** False where the node is on another host, whose processes are out of reach. */
  readonly local: boolean;
  readonly process: ProcessInfo | undefined;
  readonly accepting: boolean;
  /** Of a node without a process: the ports that somebody else listens on. */
  readonly held: readonly HeldPort[];
  readonly nodeId: string | undefined;
  /** What its store can still grow by, in bytes. */
  readonly freeBytes: number | undefined;
  /** The disk under it, and what the store takes of it. */
  readonly disk: DiskRoom | undefined;
  /** Of a node without a process: why that has ended itself. */
  readonly ended?: EndRecord | undefined;
  /** Of a node without a process: what is wrong with its store, in words. */
  readonly damage?: readonly string[] | undefined;
  /** Of a node without a process: why its store cannot be read, which says nothing of what it holds. */
  readonly unreadable?: { readonly message: string; readonly hint: string } | undefined;
  /** What was set aside of its stores, the newest first. */
  readonly kept?: readonly KeptStore[] | undefined;
  /** Of a running one: the patches of ActiveMQ that it lacks. */
  readonly patches?: readonly MissingPatch[] | undefined;
}

/** The console of the master could not be asked; it opens a moment after the master serves. */
export interface SilentConsole {
  readonly error: string;
  /** The node ids of the slaves that the master's log says are attached; undefined where it does not tell. */
  readonly attached?: ReadonlySet<string> | undefined;
}

/** One look at a cluster: facts, from which the conditions follow. */
export interface Observation {
  readonly zookeeper: {
    /** Of a managed one on this host. */
    readonly process: ProcessInfo | undefined;
    readonly error: string | undefined;
  };
  readonly election: Election | undefined;
  readonly nodes: readonly NodeObservation[];
  /** What the master says of its slaves, or why it could not be asked. */
  readonly replication: Replication | SilentConsole | undefined;
  /** Which nodes take part in elections; undefined where that is damaged. */
  readonly inForce?: InForce | undefined;
  /** Why that could not be read. */
  readonly inForceError?: string;
  /** How full the master is, and whom it holds back; undefined where that was not learned. */
  readonly usage: Usage | undefined;
  readonly supervisor: {
    /** Undefined where none runs. */
    readonly pid: number | undefined;
    /** What a running one wrote last. */
    readonly state: SupervisorState | undefined;
    /** Whether one is wanted: it is not after `up --no-supervisor` or `down`. */
    readonly wanted: boolean;
    /** What is wrong with the file that says what is wanted; undefined where nothing is. */
    readonly damage?: string | undefined;
  };
  /** What was begun, and is neither finished nor undone. */
  readonly operations?: readonly Operation[];
}

/** Looks at processes, ZooKeeper, message ports and, once the master is known, at its Jolokia. */
export async function observe(cluster: Cluster): Promise<Observation> {
  const deadline = Deadline.in(OBSERVE_MS);
  const { config } = cluster;
  const operations = unfinishedOperations(cluster);
  const processes = findProcesses(cluster);
  const nodes = Promise.all(
    config.nodes.map((node) => observeNode(cluster, node, processes, deadline)),
  );
  const coordination = readElection(cluster, processes, deadline);
  const master = coordination.then(({ election }) => askMaster(cluster, election, nodes, deadline));
  const [running, { election, error }, seen, { replication, usage }, supervisor, inForce] =
    await Promise.all([
      processes,
      coordination,
      nodes,
      master,
      findSupervisor(cluster, processes),
      findInForce(cluster).catch((error: unknown) => ({ error: messageOf(error) })),
    ]);
  return {
    zookeeper: { process: running.get(ZOOKEEPER), error },
    election,
    nodes: seen,
    replication,
    usage,
    ...('error' in inForce ? { inForceError: inForce.error } : { inForce }),
    supervisor,
    operations: await operations,
  };
}

type Processes = Promise<ReadonlyMap<string, ProcessInfo>>;

async function findInForce(cluster: Cluster): Promise<InForce> {
  return (await readInForce(cluster.layout)) ?? inForceOf(cluster);
}

/** What runs of the nodes of this machine, and of the managed ZooKeeper. */
function findProcesses(cluster: Cluster): Processes {
  const { config, registry } = cluster;
  const names = withinReach(cluster, config.nodes, 'processes').map((node) => node.name);
  return registry.findAll(config.zookeeper.managed ? [ZOOKEEPER, ...names] : names);
}

async function findSupervisor(
  cluster: Cluster,
  processes: Processes,
): Promise<Observation['supervisor']> {
  const { config, layout, host } = cluster;
  // Looked at before the file: the first start writes that while it holds the lock, after its launches.
  const [pid, atWork] = await Promise.all([supervisorPid(cluster), holderPid(layout.directory)]);
  const [read, running] = await Promise.all([readDesiredState(layout), processes]);
  const written = pid === undefined ? undefined : await readSupervisorState(layout);
  const state = written?.pid === pid ? written : undefined;
  const wanted =
    read.state === 'read'
      ? read.wanted
      : { processes: allWanted(running.keys(), host.now().toISOString()), supervisor: true };
  const isMissed =
    (running.size > 0 && atWork === undefined) ||
    Object.values(state?.processes ?? {}).some((process) => process.wanted === 'up');
  const isDamaged = read.state === 'damaged' || (read.state === 'absent' && isMissed);
  const somethingIsWanted = config.nodes.some((node) => isWanted(wanted, node.name));
  return {
    pid,
    state,
    wanted: config.supervisor.enabled && wanted.supervisor && somethingIsWanted,
    ...(isDamaged ? { damage: wantedDamage(layout, read) } : {}),
  };
}

async function observeNode(
  cluster: Cluster,
  configured: NodeConfig,
  processes: Processes,
  deadline: Deadline,
): Promise<NodeObservation> {
  const agent = agentOf(cluster, configured);
  const local = agent.can.has('processes');
  const readable = agent.can.has('files');
  const { data, log } = cluster.layout.node(configured.name);
  const process = (await processes).get(configured.name);
  const node = asStarted(configured, process?.argv ?? []);
  const [accepting, id, disk, kept, patches] = await Promise.all([
    isAccepting(messageEndpoint(node), Math.min(ACCEPT_MS, deadline.remaining)),
    readable ? nodeId(data).catch(() => undefined) : undefined,
    readable ? before(deadline, diskRoom(data)) : undefined,
    readable ? before(deadline, keptStores(data)) : undefined,
    process ? before(deadline, missingPatches(process.argv)) : undefined,
  ]);
  const held =
    local && process === undefined
      ? ((await before(deadline, agent.heldPorts(portsOf(node)))) ?? [])
      : [];
  const seen = {
    node,
    local,
    process,
    accepting,
    held,
    nodeId: id,
    freeBytes: disk?.freeBytes,
    disk,
    kept,
    patches,
  };
  if (!readable || process !== undefined) return seen;
  const [ended, look] = await Promise.all([
    endOf(cluster, node, log),
    before(deadline, lookAtStore(data)).catch(unreadable),
  ]);
  if (look && 'message' in look) return { ...seen, ended, unreadable: look };
  const found = ended?.code === 'store-damaged' ? [ended.message] : [];
  return { ...seen, ended, damage: look?.state === 'damaged' ? look.damage : found };
}

function unreadable(error: unknown): NonNullable<NodeObservation['unreadable']> {
  const hint = error instanceof MqhaError ? error.hint : undefined;
  return { message: messageOf(error), hint: hint ?? 'Look again in a moment.' };
}

/** Why the last process of a node has ended itself; an earlier one's reason says nothing of it. */
async function endOf(
  { registry }: Cluster,
  node: NodeConfig,
  logDirectory: string,
): Promise<EndRecord | undefined> {
  const pid = await registry.lastPid(node.name);
  return pid === undefined ? undefined : endOfLast(logDirectory, pid);
}

/** The addresses that a node listens on. */
export function portsOf(node: NodeConfig): { key: string; host: string; port: number }[] {
  return [
    { key: 'webPort', ...webEndpoint(node) },
    { key: 'messagePort', ...messageEndpoint(node) },
    { key: 'replicationPort', ...replicationEndpoint(node) },
  ];
}

async function readElection(
  cluster: Cluster,
  processes: Processes,
  deadline: Deadline,
): Promise<{ election: Election | undefined; error: string | undefined }> {
  const { managed, servers } = cluster.config.zookeeper;
  const seen = withinReach(cluster, servers, 'processes').length > 0;
  if (managed && seen && !(await processes).has(ZOOKEEPER)) {
    return { election: undefined, error: undefined };
  }
  try {
    return { election: await cluster.coordination.snapshot(deadline), error: undefined };
  } catch (error) {
    return { election: undefined, error: messageOf(error) };
  }
}

/** Lag, attachment and usage are not in ZooKeeper: only the master knows them. */
async function askMaster(
  cluster: Cluster,
  election: Election | undefined,
  nodes: Promise<readonly NodeObservation[]>,
  deadline: Deadline,
): Promise<Pick<Observation, 'replication' | 'usage'>> {
  const { config } = cluster;
  const name = election?.master?.container;
  const seen = (await nodes).find(({ node }) => node.name === name);
  if (seen?.accepting !== true) return { replication: undefined, usage: undefined };
  const { node, process } = seen;
  try {
    const account = await accountOf(cluster, process?.argv ?? []);
    const console = { ...webEndpoint(node), account };
    const { replication, usage } = await readMaster(console, config.name, deadline);
    // Alone it has no slaves to tell of.
    return { replication: config.nodes.length === 1 ? undefined : replication, usage };
  } catch (error) {
    const mark = process && (await cluster.registry.logMark(node.name, process));
    const { log } = cluster.layout.node(node.name);
    const attached = mark === undefined ? undefined : await attachedByLog(log, mark);
    return { replication: { error: messageOf(error), attached }, usage: undefined };
  }
}
