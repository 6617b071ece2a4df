import type { ClusterConfig } from '../../config/schema.js';
import type { DesiredState } from '../../state/desired-state-file.js';
import type { KillCode } from '../../state/journal/entries.js';
import type { EndRecord } from '../../stores/end-record.js';
import type { Observation } from '../../observe/observation.js';
import type { ProcessId } from '../../agents/process.js';

/** How a start went, of one process. */
export type StartResult =
  | { readonly name: string; readonly outcome: 'launched' }
  /** It waits for an election of the others, or another command does what was to be done. */
  | { readonly name: string; readonly outcome: 'deferred' }
  /** It waits for room on its disk, which is no failure. */
  | { readonly name: string; readonly outcome: 'no-room' }
  | {
      readonly name: string;
      readonly outcome: 'failed';
      readonly message: string;
      /** The code of the error; undefined where it was none of ours. */
      readonly code: string | undefined;
      /** It runs even so. */
      readonly alive: boolean;
    };

/** What a supervisor learns, in the order in which it does. */
export type SupervisorEvent =
  /** mqha.yaml has changed. */
  | { readonly type: 'configured'; readonly config: ClusterConfig }
  | { readonly type: 'desired'; readonly desired: DesiredState }
  | { readonly type: 'observed'; readonly seen: Observation }
  /** A process is proven dead. */
  | ({ readonly type: 'exited'; readonly name: string } & ProcessId)
  /** What it left behind, and what is wanted by now. */
  | ({
      readonly type: 'examined';
      readonly name: string;
      readonly end: EndRecord | undefined;
      readonly diskFull: boolean;
      /** The last lines of its log. */
      readonly last: readonly string[];
      readonly desired: DesiredState;
      /** ISO time. */
      readonly at: string;
    } & ProcessId)
  /** The znode of a dead process was removed. */
  | {
      readonly type: 'released';
      readonly node: string;
      readonly znode: string;
      readonly session: string;
    }
  /** Whether a master that seems to hang has answered when it was given more time. */
  | ({ readonly type: 'asked'; readonly name: string; readonly answers: boolean } & ProcessId)
  | ({
      readonly type: 'killed';
      readonly name: string;
      readonly code: KillCode;
      readonly reason: string;
    } & ProcessId)
  /** It could not be killed. */
  | ({ readonly type: 'not-killed'; readonly name: string } & ProcessId)
  | {
      readonly type: 'started';
      readonly results: readonly StartResult[];
      /** The nodes that had a copy of the messages and were found without it. */
      readonly lost: readonly string[];
      /** ISO time. */
      readonly at: string;
    }
  /** Why the last process of a node has ended, while no supervisor was there. */
  | { readonly type: 'recalled'; readonly name: string; readonly end: EndRecord };
