import type { StatusProblem } from '../observe/status.js';

/**
 * The counts of a total-queue check: what is put into a queue must come out of it. A message is one
 * number, sent once; sends are counted by what the client was told, deliveries by what it received.
 */
export interface QueueCounts {
  /** Sends that were begun. */
  readonly attempted: number;
  /** Sends that the broker has acknowledged. */
  readonly acknowledged: number;
  /** Different numbers that were received. */
  readonly delivered: number;
  /** Acknowledged and never delivered. */
  readonly lost: number;
  /** Never acknowledged, and delivered. */
  readonly recovered: number;
  /** Deliveries of a number beyond its first. */
  readonly duplicated: number;
  /** Delivered, and never attempted. */
  readonly unexpected: number;
  /** Deliveries while faults were done that a consumer has acknowledged. */
  readonly consumed: number;
  /** Deliveries of a number after the broker had dealt with a consumer's acknowledgement of it. */
  readonly consumedAgain: number;
}

/** What a check can find beside the counts; grows only. */
export type FindingCode =
  | 'lost'
  | 'unexpected'
  | 'depth-differs'
  | 'duplicated'
  | 'consumed-again'
  | 'half-unit'
  | 'out-of-order'
  | 'in-doubt';

/** Something that a check has found. */
export interface Finding {
  readonly code: FindingCode;
  /** How many messages, or units of work, it is about. */
  readonly count: number;
  readonly text: string;
  /** Whether the round fails for it; else it is told, and no more. */
  readonly fails: boolean;
}

/** Three ways to tell how many messages are in a queue, after the faults and without any client. */
export interface DepthCheck {
  readonly queue: string;
  /** QueueSize, as the master's console says; null where it could not be asked. */
  readonly counted: number | null;
  /** How many a browser was shown; null where that was not tried. */
  readonly browsed: number | null;
  /** How many deliveries came until nothing more did. */
  readonly drained: number;
  /** How many of the counted ones were counted, and not given, before this round. */
  readonly knownBefore: number;
}

/** The check of one part of a workload: a queue, a subscription, the units of work. */
export interface PartResult {
  readonly name: string;
  readonly counts: QueueCounts;
}

/** What the injected fault left, and what followed: marks on the time line of a round. */
export type MarkKind =
  'fault' | 'process-ended' | 'election' | 'promotion' | 'service' | 'whole' | 'repair';

export interface Mark {
  /** Milliseconds since the round began. */
  readonly at: number;
  readonly kind: MarkKind;
  /** The node it is about; null where it is about the cluster. */
  readonly node: string | null;
  readonly text: string;
}

/** A time without an acknowledged send, as one client saw it. */
export interface Outage {
  /** Which client: 1, 2, 3 … of those that send the numbered messages. */
  readonly client: number;
  /** When the first send that failed (or was answered late) began; milliseconds since the round began. */
  readonly from: number;
  /** From then to the next acknowledgement; null where none came before the round ended. */
  readonly ms: number | null;
}

/** A line of a broker's log that explains what happened. */
export interface LogLine {
  /** Milliseconds since the round began. */
  readonly at: number;
  readonly node: string;
  readonly text: string;
}

/** Whether the round ran with the supervisor, or with it put aside. */
export type Side = 'supervisor' | 'alone';

export interface RoundResult {
  readonly scenario: string;
  /** What was sent and taken while faults were done: `queue`, `transactions` … */
  readonly workload: string;
  readonly side: Side;
  /** 1, 2, 3 … within scenario and side. */
  readonly round: number;
  /** ISO time. */
  readonly startedAt: string;
  readonly ms: number;
  /** Whom the fault met: `mq02 (master)`. */
  readonly target: string;
  readonly masterBefore: string | null;
  readonly masterAfter: string | null;
  /** Of all parts together. */
  readonly counts: QueueCounts;
  readonly parts: readonly PartResult[];
  readonly findings: readonly Finding[];
  readonly depths: readonly DepthCheck[];
  /** Of all clients, the longest first. */
  readonly outages: readonly Outage[];
  /** The longest of them, in milliseconds: 0 where no client noticed; null where service did not recover. */
  readonly outageMs: number | null;
  /**
   * From the fault until the longest outage after it ended (of several faults, from the last one before
   * that); where no client noticed, to the first acknowledgement of a send begun after the fault. Null
   * where there was none any more.
   */
  readonly sinceFaultMs: number | null;
  /** Acknowledged sends for each 100 ms since the round began. */
  readonly acknowledgedPer100ms: readonly number[];
  readonly marks: readonly Mark[];
  readonly log: readonly LogLine[];
  /** Whether the cluster was whole again, with every slave attached, within the limit. */
  readonly back: boolean;
  /** What was not as it must be: of the findings, and of what the scenario promises (`lose-quorum` must refuse service). */
  readonly faults: readonly string[];
  /** What could not be told, and why; left out where everything could. */
  readonly unknown?: readonly string[];
}

export interface Spread {
  readonly median: number;
  readonly worst: number;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly workload: string;
  readonly side: Side;
  readonly description: string;
  readonly rounds: number;
  readonly counts: QueueCounts;
  /** Null where no round came back. */
  readonly outageMs: Spread | null;
  readonly sinceFaultMs: Spread | null;
  readonly verdict: Verdict;
  /** Why the verdict is `unknown`; left out where it is not. */
  readonly reason?: string;
}

/** `passed`: nothing lost and service back; `failed`: not so; `unknown`: could not tell. */
export type Verdict = 'passed' | 'failed' | 'unknown';

/** What was drilled: the set-up of the cluster. */
export interface DrillSetup {
  readonly cluster: string;
  readonly mqha: string;
  readonly activemq: string;
  readonly zookeeper: string;
  readonly java: string | null;
  readonly node: string;
  /** Operating system, cores and memory. */
  readonly machine: string;
  readonly nodes: number;
  readonly replicas: number;
  readonly quorum: number;
  readonly sync: string;
  readonly sessionTimeoutMs: number;
  readonly supervised: boolean;
  readonly managedZooKeeper: boolean;
  readonly clients: number;
  /** Messages per second, of all clients; null for as fast as they are acknowledged. */
  readonly rate: number | null;
  readonly queue: string;
  readonly seed: number;
}

/** The version of the documents of a drill. */
export const DRILL_SCHEMA = 1;

/** The document of `mqha drill --json` and of the report. */
export interface DrillResult {
  /** Of this document; it grows with every change that is more than another field. */
  readonly schema: 1;
  readonly verdict: Verdict;
  /** One sentence. */
  readonly summary: string;
  /** Ended by Ctrl-C; what is known until then. */
  readonly interrupted: boolean;
  readonly startedAt: string;
  readonly ms: number;
  readonly setup: DrillSetup;
  readonly counts: QueueCounts;
  readonly scenarios: readonly ScenarioResult[];
  readonly rounds: readonly RoundResult[];
  /** What `status` said at the end. */
  readonly problems: readonly StatusProblem[];
}
