import type { Attachment } from '../../stores/replicated-leveldb/attachment.js';
import type { Election } from '../../stores/election.js';
import type { ProcessId, ProcessInfo } from '../../agents/process.js';

/** A znode that is known to be a living process's. */
export interface OwnZnode {
  readonly znode: string;
  readonly session: string;
}

/** How far a slave has attached, by its log; `progress` changes with every line of it. */
export interface AttachmentReading extends ProcessId {
  readonly state: Attachment | 'unknown';
  readonly progress: number;
}

/** What a supervisor sees in one look. Names are those of nodes, and `zookeeper`. */
export interface Look {
  /** When the look began, in milliseconds of the steady clock: what it says may be as old. */
  readonly began: number;
  /** The nodes of this machine, whose processes can be seen. */
  readonly local: ReadonlySet<string>;
  /** The living processes. */
  readonly processes: ReadonlyMap<string, ProcessInfo>;
  /** Which of those that were looked after are proven dead. */
  readonly ended: readonly (ProcessId & { readonly name: string })[];
  /** Undefined while ZooKeeper does not answer. */
  readonly election: Election | undefined;
  /** Whose znode is whose; undefined where the election was not read just now. */
  readonly znodes: ReadonlyMap<string, OwnZnode & ProcessId> | undefined;
  /** The node whose message port answers in the protocol. */
  readonly serving: string | undefined;
  readonly attachments: ReadonlyMap<string, AttachmentReading>;
  /** Whether a managed ZooKeeper lives and does not say that it is well. */
  readonly zookeeperSilent: boolean;
}
