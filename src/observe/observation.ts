import type { CertificateEnd } from '../certificates/ends.js';
import type { HeldPort } from '../agents/agent.js';
import type { ProcessInfo } from '../agents/process.js';
import type { MasterView } from '../clients/management/usage.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import type { MissingPatch } from '../distribution/patches.js';
import type { InForce } from '../state/sizes.js';
import type { SupervisorState } from '../state/supervisor-state.js';
import type { Operation } from '../state/unfinished.js';
import type { Attachment } from '../stores/attachment.js';
import type { KeptStore } from '../stores/store-files.js';
import type { HeapDump } from '../stores/heap-dumps.js';
import type { Election } from '../stores/election.js';
import type { Protection } from '../stores/coordination.js';
import type { EndRecord } from '../stores/end-record.js';
import type { DiskRoom } from './disk.js';
import { ZOOKEEPER } from '../config/processes.js';
import { unknown, valueOf, type Reading } from './reading.js';

/** How a slave stands to its master: as the master says, or a log. */
export interface AttachmentFound {
  readonly state: Attachment;
  /** Changes where there is progress. */
  readonly progress: number;
  /** What it lacks of the master's log, in bytes; undefined where only a log was asked. */
  readonly lagBytes: number | undefined;
}

/** What a look from outside says of the store of a node without a process. */
export type StoreFound =
  | { readonly state: 'sound' }
  /** What is wrong with it, in words. */
  | { readonly state: 'damaged'; readonly damage: readonly string[] }
  /** That says nothing of what it holds. */
  | { readonly state: 'unreadable'; readonly message: string; readonly hint: string };

/** The sizes in force, or what is wrong with the file that has them. */
export type SizesFound = InForce | { readonly damage: string };

/** What is seen of a supervisor of this host. */
export interface SupervisorFound {
  /** Undefined where none runs. */
  readonly pid: number | undefined;
  /** What a running one wrote last. */
  readonly state: SupervisorState | undefined;
  /** Whether one is wanted: it is not after `up --no-supervisor` or `down`. */
  readonly wanted: boolean;
  /** What is wrong with the file that says what is wanted; undefined where nothing is. */
  readonly damage?: string | undefined;
}

/** The znode of a process. */
export interface OwnZnode {
  readonly znode: string;
  readonly session: string;
}

/** Which process there is; undefined where none runs. */
export type ProcessReading = Reading<ProcessInfo | undefined>;

/** What can be read of one node. */
export interface NodeReadings {
  readonly process: ProcessReading;
  /** Whether its message port answers in the protocol. */
  readonly accepting: Reading<boolean>;
  /** Whether that has all the connections that it may. */
  readonly full: Reading<boolean>;
  /** Means nothing of a master. */
  readonly attachment: Reading<AttachmentFound>;
  /** The one znode that is proven to be its living process's. */
  readonly znode: Reading<OwnZnode>;
  /** By which the master names it. */
  readonly nodeId: Reading<string | undefined>;
  /** The disk under its store; undefined where that cannot be looked at. */
  readonly disk: Reading<DiskRoom | undefined>;
  /** What was set aside of its stores, the newest first. */
  readonly kept: Reading<readonly KeptStore[]>;
  /** The heaps that its processes have left on the disk. */
  readonly dumps: Reading<readonly HeapDump[]>;
  /** Of a running one: the patches of ActiveMQ that it lacks. */
  readonly patches: Reading<readonly MissingPatch[]>;
  /** Why its process cannot use its certificate, in words that follow the file's name; undefined where it can, or needs none. */
  readonly certificate: Reading<string | undefined>;
  /** Of one without a process: the ports that somebody else listens on. */
  readonly held: Reading<readonly HeldPort[]>;
  /** Of one without a process: why that has ended itself; undefined where it did not. */
  readonly ended: Reading<EndRecord | undefined>;
  /** Of one without a process. */
  readonly store: Reading<StoreFound>;
}

/** One node, and what was read of it. */
export interface NodeObservation extends NodeReadings {
  /** With the addresses that a running process was started with. */
  readonly node: NodeConfig;
  /** False where the node is on another host, whose processes are out of reach. */
  readonly local: boolean;
}

/**
 * One look at a cluster: readings, from which conditions, status and decisions follow. Observers differ in what they read
 * and how often; what one has left out is unknown.
 */
export interface Observation {
  readonly zookeeper: {
    /** Of the managed one of this host. */
    readonly process: ProcessReading;
    /** Whether it says that it serves, or has answered. */
    readonly serves: Reading<boolean>;
  };
  readonly election: Reading<Election>;
  /** Who may take part in it; undefined where mqha.yaml leaves that to everybody. */
  readonly protection: Reading<Protection | undefined>;
  readonly nodes: readonly NodeObservation[];
  /** What the master says of its slaves and of itself; undefined where nobody serves. */
  readonly master: Reading<MasterView | undefined>;
  /** Which nodes take part in elections. */
  readonly sizes: Reading<SizesFound>;
  readonly supervisor: Reading<SupervisorFound>;
  /** When certificates of this machine end, as the files say that processes are started with; none without TLS. */
  readonly certificates: Reading<readonly CertificateEnd[]>;
  /** What was begun, and is neither finished nor undone. */
  readonly operations: Reading<readonly Operation[]>;
  /** The rendered files that a person has edited, relative to the cluster directory. */
  readonly edited: Reading<readonly string[]>;
}

const NOT_READ = 'it was not looked at';

/** Nothing was read of this node. @param at in milliseconds of the steady clock */
export function unseenNode(node: NodeConfig, local: boolean, at: number): NodeObservation {
  const nothing = unknown(NOT_READ, at);
  return {
    node,
    local,
    process: local ? nothing : unknown(`${node.host} is another host`, at),
    accepting: nothing,
    full: nothing,
    attachment: nothing,
    znode: nothing,
    nodeId: nothing,
    disk: nothing,
    kept: nothing,
    dumps: nothing,
    patches: nothing,
    certificate: nothing,
    held: nothing,
    ended: nothing,
    store: nothing,
  };
}

/**
 * Nothing was read of this cluster.
 * @param isLocal whether a node is on this host
 * @param at in milliseconds of the steady clock
 */
export function unseen(
  { nodes }: Pick<ClusterConfig, 'nodes'>,
  isLocal: (node: NodeConfig) => boolean,
  at: number,
): Observation {
  const nothing = unknown(NOT_READ, at);
  return {
    zookeeper: { process: nothing, serves: nothing },
    election: nothing,
    protection: nothing,
    nodes: nodes.map((node) => unseenNode(node, isLocal(node), at)),
    master: nothing,
    sizes: nothing,
    supervisor: nothing,
    certificates: nothing,
    operations: nothing,
    edited: nothing,
  };
}

/** The same look with these processes, by name. */
export function withProcesses(
  seen: Observation,
  processes: ReadonlyMap<string, ProcessReading>,
): Observation {
  const { zookeeper } = seen;
  return {
    ...seen,
    zookeeper: { ...zookeeper, process: processes.get(ZOOKEEPER) ?? zookeeper.process },
    nodes: seen.nodes.map((node) => ({
      ...node,
      process: processes.get(node.node.name) ?? node.process,
    })),
  };
}

/** The process of a node; undefined where none runs, or that is unknown. */
export function processOf({ process: found }: NodeReadings): ProcessInfo | undefined {
  return valueOf(found);
}

/** Whether a node lets clients in: its port answers, and no other process has it. */
export function isServing(seen: NodeObservation): boolean {
  return valueOf(seen.accepting) === true && (!seen.local || processOf(seen) !== undefined);
}

/** The processes of the nodes, by name. */
export function processesOf({ nodes }: Observation): Map<string, ProcessInfo> {
  return new Map(
    nodes.flatMap((seen) => {
      const found = processOf(seen);
      return found ? [[seen.node.name, found] as const] : [];
    }),
  );
}

/** Of each node, and of ZooKeeper where it is managed: which process it has. */
export function processReadings({ nodes, zookeeper }: Observation): Map<string, ProcessReading> {
  return new Map([
    [ZOOKEEPER, zookeeper.process],
    ...nodes.map(({ node, process: found }) => [node.name, found] as const),
  ]);
}

/**
 * The node whose message port answers, the elected one first: an old master may answer for a moment beside the new one.
 * Undefined where none does.
 */
export function servingIn({ nodes, election }: Observation): string | undefined {
  const serving = nodes.filter(isServing).map(({ node }) => node.name);
  const elected = valueOf(election)?.master?.container;
  return serving.find((name) => name === elected) ?? serving[0];
}

/**
 * The same look without what was read of the process of a node before that had ended.
 * @param ends when it was known of whom, in milliseconds of the steady clock
 */
export function withoutTheEnded(seen: Observation, ends: ReadonlyMap<string, number>): Observation {
  const since = <T>(reading: Reading<T>, name: string): Reading<T> =>
    reading.at < (ends.get(name) ?? -Infinity)
      ? unknown('its process has ended since', reading.at)
      : reading;
  const { process: found, serves } = seen.zookeeper;
  return {
    ...seen,
    zookeeper: { process: since(found, ZOOKEEPER), serves: since(serves, ZOOKEEPER) },
    nodes: seen.nodes.map((read) => {
      const { name } = read.node;
      return {
        ...read,
        process: since(read.process, name),
        accepting: since(read.accepting, name),
        full: since(read.full, name),
        attachment: since(read.attachment, name),
        znode: since(read.znode, name),
        patches: since(read.patches, name),
        held: since(read.held, name),
        ended: since(read.ended, name),
        store: since(read.store, name),
      };
    }),
  };
}

/** The sizes in force; undefined where they are unknown or damaged. */
export function inForceIn({ sizes }: Observation): InForce | undefined {
  const read = valueOf(sizes);
  return read && 'damage' in read ? undefined : read;
}
