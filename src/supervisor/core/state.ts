import type { ProcessInfo } from '../../agents/process.js';
import type { ClusterConfig } from '../../config/schema.js';
import { isWanted, NOTHING_WANTED, type DesiredState } from '../../state/desired-state-file.js';
import type { MasterChange } from '../../state/journal/history.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { Copies } from './copies.js';
import type { CrashBackoff } from './crash-backoff.js';
import { FailoverLog } from './failover-log.js';
import { Failures } from './failures.js';
import { FaultClock } from './fault-clock.js';
import type { Fault } from '../../observe/conditions/faults.js';
import type { OwnZnode } from '../../observe/observation.js';

/** A supervised process. */
export interface SupervisedProcess {
  readonly name: string;
  readonly info: ProcessInfo;
  /** It has been a member since it was started. */
  readonly registered: boolean;
  /** Since when it serves or is attached. */
  readonly healthySince: number | undefined;
  /** The longest that it has been healthy without a break. */
  readonly healthyMs: number;
  readonly znode: OwnZnode | undefined;
  /** How its end is told, where the supervisor kills it. */
  readonly killed: string | undefined;
}

/** What is done about one process that is wanted and does not run. Times are of the steady clock. */
export type RestartState =
  | { readonly state: 'waiting'; readonly attempt: number; readonly at: number }
  | { readonly state: 'starting'; readonly attempt: number }
  /** Launched, and maybe not seen yet: a look that began before that proves nothing. */
  | { readonly state: 'launched'; readonly at: number }
  | { readonly state: 'given-up'; readonly deaths: number };

/** More copies of the messages were lost at once than a quorum bears: when (ISO time), and whose. */
export interface CopiesLost {
  readonly at: string;
  readonly nodes: readonly string[];
}

/** All that a supervisor knows. Only decide() makes another one of it; times are of the steady clock, in milliseconds. */
export interface State {
  config: ClusterConfig;
  desired: DesiredState;
  /** When a person last asked for a process, by name, as the desired state has it. */
  askedAt: Map<string, string>;
  processes: Map<string, SupervisedProcess>;
  /** Proven dead, and not examined yet. */
  ending: SupervisedProcess[];
  /** When it was known that the last process of a name has ended: what was read before says nothing of the next. */
  endedAt: Map<string, number>;
  restarts: Map<string, RestartState>;
  backoff: Map<string, CrashBackoff>;
  /** Of the last death, or failed start. */
  reasons: Map<string, string>;
  /** Given up since no other copy would do for theirs. */
  refused: Set<string>;
  /** Whether a start is under way. */
  isStarting: boolean;
  failures: Failures;
  /** Who must not go on, and why. */
  doomed: Map<string, string>;
  copies: Copies;
  copiesLost: CopiesLost | undefined;
  failovers: FailoverLog;
  /** The znode of the elected member, and of the one that has served since it was elected. */
  elected: string | undefined;
  served: string | undefined;
  /** Since when nobody serves. */
  unservedSince: number | undefined;
  zookeeperLostAt: number | undefined;
  /** Who lets no other client in, and since when. */
  full: ReadonlyMap<string, number>;
  clock: FaultClock;
  /** What is at fault at this moment. */
  faults: readonly Fault[];
}

/** What a supervisor knows of its predecessors, by the journal. */
export interface Recorded {
  /** The last change of master. */
  readonly master?: MasterChange | undefined;
  /** What the one that was killed had to tell. */
  readonly copiesLost?: CopiesLost | undefined;
}

export function initialState(config: ClusterConfig, recorded: Recorded = {}): State {
  return {
    config,
    desired: NOTHING_WANTED,
    askedAt: new Map(),
    processes: new Map(),
    ending: [],
    endedAt: new Map(),
    restarts: new Map(),
    backoff: new Map(),
    reasons: new Map(),
    refused: new Set(),
    isStarting: false,
    failures: new Failures(),
    doomed: new Map(),
    copies: new Copies(),
    copiesLost: recorded.copiesLost,
    failovers: new FailoverLog(recorded.master),
    elected: undefined,
    served: undefined,
    unservedSince: undefined,
    zookeeperLostAt: undefined,
    full: new Map(),
    clock: new FaultClock(),
    faults: [],
  };
}

/** A copy that may be changed without a change of the state. */
export function copyOf(state: State): State {
  return {
    ...state,
    askedAt: new Map(state.askedAt),
    processes: new Map(state.processes),
    ending: [...state.ending],
    endedAt: new Map(state.endedAt),
    restarts: new Map(state.restarts),
    backoff: new Map([...state.backoff].map(([name, backoff]) => [name, backoff.clone()])),
    reasons: new Map(state.reasons),
    refused: new Set(state.refused),
    failures: state.failures.clone(),
    doomed: new Map(state.doomed),
    copies: state.copies.clone(),
    failovers: state.failovers.clone(),
    clock: state.clock.clone(),
  };
}

export function isUp({ desired }: State, name: string): boolean {
  return isWanted(desired, name);
}

/** Whether a person wants any broker. */
export function isAnyUp(state: State): boolean {
  return state.config.nodes.some(({ name }) => isUp(state, name));
}

/** The supervised brokers. */
export function brokersOf({ processes }: State): SupervisedProcess[] {
  return [...processes.values()].filter(({ name }) => name !== ZOOKEEPER);
}

/** Whether a process has ended and it is not known yet why. */
export function isEnding({ ending }: State, name: string): boolean {
  return ending.some((supervised) => supervised.name === name);
}
