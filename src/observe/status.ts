import type { Operation } from '../state/unfinished.js';
import type { ProblemCode, Severity } from './problem-codes.js';

/** How the cluster as a whole does; the first that fits. */
export type ClusterState =
  'serving' | 'degraded' | 'stopped' | 'unknown' | 'no-quorum' | 'electing' | 'promoting';

export type Role = 'master' | 'slave' | 'electing' | 'promoting' | 'none';

/** Something that a person should know, with what to do about it. */
export interface StatusProblem {
  readonly severity: Severity;
  readonly code: ProblemCode;
  readonly node: string | null;
  readonly message: string;
  readonly hint: string;
}

/** One node in `mqha status --json`. Null means: could not be learned. */
export interface NodeStatus {
  readonly name: string;
  readonly host: string;
  readonly webPort: number;
  readonly messagePort: number;
  readonly replicationHost: string;
  readonly replicationPort: number;
  readonly process: 'running' | 'stopped' | 'unknown';
  readonly pid: number | null;
  /** The name of its znode. */
  readonly member: string | null;
  readonly role: Role | null;
  /** Whether its message port answers in the protocol. */
  readonly accepting: boolean;
  /** Of a slave: whether it has caught up with the master. */
  readonly attached: boolean | null;
  /** Of an attached slave: how many bytes of the master's log it lacks. */
  readonly lagBytes: number | null;
  /** What its running process was started with. */
  readonly replicas: number | null;
  /** Why its last process has ended itself, where it has and none runs. */
  readonly ended: {
    readonly at: string;
    readonly code: string;
    readonly exitCode: number;
    readonly message: string;
  } | null;
  /** What was set aside of its stores, the newest first. */
  readonly kept: readonly {
    readonly path: string;
    /** On the disk; files that the store still has are counted, too. */
    readonly bytes: number;
    readonly why: string;
  }[];
}

/** What the supervisor of the cluster on this host wants, sees and does. */
export interface SupervisorStatus {
  readonly running: boolean;
  readonly pid: number | null;
  /** Of each process of this host; empty where no supervisor runs. */
  readonly processes: readonly {
    readonly name: string;
    readonly wanted: 'up' | 'down';
    /** What it does about the process: nothing while that runs, or is not wanted. */
    readonly does: 'nothing' | 'waiting' | 'starting' | 'given-up';
    /** What is wrong with a process that lives; it is restarted when that lasts. */
    readonly fault: string | null;
    /** Why it does not run although it is wanted: how its last process ended, or why its last start failed. */
    readonly reason: string | null;
  }[];
}

/** The document of `mqha status --json`. */
export interface ClusterStatus {
  readonly cluster: string;
  /** That of the cluster, absolute. */
  readonly directory: string;
  readonly state: ClusterState;
  readonly zookeeper: {
    readonly connect: string;
    readonly path: string;
    readonly managed: boolean;
    readonly reachable: boolean;
    readonly numChildren: number | null;
  };
  /** As mqha.yaml says. */
  readonly replicas: number;
  /** The members that the running brokers need, which is what they were started with. */
  readonly quorum: number;
  readonly sync: string;
  readonly master: string | null;
  readonly elector: string | null;
  readonly failoverUrl: string;
  readonly nodes: readonly NodeStatus[];
  readonly supervisor: SupervisorStatus;
  /** How full the master is, in percent of its limits; null where it could not be asked. */
  readonly usage: {
    readonly memoryPercent: number;
    readonly storePercent: number;
    readonly tempPercent: number;
  } | null;
  readonly problems: readonly StatusProblem[];
  /** What was begun, and is neither finished nor undone. */
  readonly operations: readonly Operation[];
}
