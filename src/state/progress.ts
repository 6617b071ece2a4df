import type { InstallEvent } from '../distribution/index.js';
import type { LockHolder } from '../agents/local/lock.js';

/** What a use case has to tell while it works. The core emits these; `src/cli/output` renders them. */
export type ClusterEvent =
  | { readonly type: 'install'; readonly event: InstallEvent }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'waiting-for-lock'; readonly holder: LockHolder | undefined }
  | { readonly type: 'rendered'; readonly written: number; readonly kept: readonly string[] }
  | { readonly type: 'process-started'; readonly name: string; readonly pid: number }
  | { readonly type: 'already-running'; readonly name: string; readonly pid: number }
  | { readonly type: 'zookeeper-ready'; readonly connect: string; readonly ms: number }
  | { readonly type: 'waiting-for-znode'; readonly node: string; readonly znode: string }
  | { readonly type: 'stash-restored'; readonly node: string; readonly kept: string | undefined }
  | {
      readonly type: 'store-set-aside';
      readonly node: string;
      readonly kept: string;
      readonly why: string;
    }
  | { readonly type: 'node-phase'; readonly node: string; readonly phase: NodePhase }
  | { readonly type: 'stopping'; readonly name: string; readonly pid: number }
  | {
      readonly type: 'stopped';
      readonly name: string;
      readonly ms: number;
      /** It did not end within the time it had, and was killed. */
      readonly forced: boolean;
    }
  | { readonly type: 'supervisor-started'; readonly pid: number }
  | { readonly type: 'scale-step'; readonly text: string }
  | { readonly type: 'account-step'; readonly text: string }
  | { readonly type: 'certificate-step'; readonly text: string }
  /** Whose certificates: names of nodes, `zookeeper`, `mqha`, `cluster authority`, `client authority`. */
  | { readonly type: 'certificates-made'; readonly made: readonly string[] }
  | { readonly type: 'restart-resumed'; readonly done: readonly string[] }
  | { readonly type: 'supervising'; readonly pid: number }
  | { readonly type: 'supervisor-ended'; readonly pid: number }
  | { readonly type: 'killed'; readonly name: string; readonly pid: number }
  | { readonly type: 'removed'; readonly what: string }
  | {
      readonly type: 'sending';
      readonly queue: string;
      readonly acknowledged: number;
      /** Of how many; undefined where that is not known. */
      readonly total: number | undefined;
      readonly sentAgain: number;
      /** Of all that were acknowledged, since the first was sent. */
      readonly perSecond: number;
      /** How long the message under way has been waiting for its acknowledgement. */
      readonly waitingMs: number;
      /** What holds it back, where the master says so. */
      readonly why: string | undefined;
      /** Worth a line also where lines stay. */
      readonly plain: boolean;
    }
  | { readonly type: 'receiving'; readonly queue: string; readonly count: number }
  | {
      readonly type: 'received';
      readonly queue: string;
      readonly count: number;
      /** They were looked at, and are still there. */
      readonly browse: boolean;
      readonly brokers: readonly string[];
    }
  | DrillEvent;

/** Where a drill stands: the round of a scenario. */
export interface DrillPlace {
  readonly scenario: string;
  readonly workload: string;
  readonly side: 'supervisor' | 'alone';
  readonly round: number;
  /** How many rounds it will be. */
  readonly rounds: number;
}

/** What a drill tells while it works. */
export type DrillEvent =
  | ({ readonly type: 'drill-phase'; readonly phase: string } & DrillPlace)
  | ({
      readonly type: 'drill-progress';
      readonly phase: string;
      /** Acknowledgements in the last second. */
      readonly rate: number;
      readonly acknowledged: number;
      /** How long a client has had no acknowledgement by now; 0 where all are served. */
      readonly outageMs: number;
    } & DrillPlace)
  | ({ readonly type: 'drill-round'; readonly passed: boolean; readonly text: string } & DrillPlace)
  | { readonly type: 'drill-step'; readonly text: string };

/** A node's way to service, as far as it can be seen from outside. */
export type NodePhase =
  | 'launched'
  | 'registered'
  | 'electing'
  | 'promoting'
  | 'waiting for slaves'
  | 'serving'
  | 'attaching'
  | 'attached'
  | 'stopped';

export type Emit = (event: ClusterEvent) => void;
