import type { KillCode } from '../../state/journal/entries.js';
import type { OwnZnode } from '../../observe/observation.js';
import type { ProcessId } from '../../agents/process.js';

/** One start of a process that is wanted. */
export interface Attempt {
  readonly name: string;
  readonly attempt: number;
}

/** What a supervisor does about what it has learned; what comes of it is an event. */
export type Action =
  /** Takes a dead process out of the election; before anything else, since the others wait for it. */
  | ({ readonly type: 'release'; readonly name: string } & OwnZnode)
  /** Takes those out that died while nobody looked, by the sessions that were noted. */
  | { readonly type: 'release-noted'; readonly names: readonly string[] }
  /** Learns why a process has ended. */
  | ({ readonly type: 'examine'; readonly name: string } & ProcessId)
  /** Gives a master that seems to hang more time to answer. */
  | ({ readonly type: 'ask'; readonly name: string } & ProcessId)
  | ({
      readonly type: 'kill';
      readonly name: string;
      readonly code: KillCode;
      readonly reason: string;
    } & ProcessId)
  | {
      readonly type: 'start';
      readonly attempts: readonly Attempt[];
      /** How many brokers may be launched although their disk is short of room. */
      readonly room: number;
    };
