import type { HeldPort } from '../../../src/agents/agent.js';
import type { Launched, LaunchPlan } from '../../../src/agents/launch-plan.js';
import type { ClusterEvent } from '../../../src/state/progress.js';

/** How a process ends. */
export type End = Awaited<Launched['exited']>;

/** What a test may change of how processes behave. Names are those of nodes. */
export interface Behaviour {
  /** Ends at once, so. */
  readonly dies: Map<string, End>;
  /** Never takes part in an election. */
  readonly mute: Set<string>;
  /** Does not end at SIGTERM. */
  readonly stubborn: Set<string>;
  /** Its znode stays when it ends, as it does until the session has expired. */
  readonly stale: Set<string>;
  /** Is not attached to the master, as the master says. */
  readonly behind: Set<string>;
  /** How much of the log each slave lacks, in bytes. */
  readonly lags: Map<string, number>;
  /** Reports this position in an election, and not 5. */
  readonly positions: Map<string, number>;
  /** Ports that somebody else holds. */
  readonly held: Map<number, HeldPort['reason']>;
  /** Called before a process is launched. */
  launching: (plan: LaunchPlan) => void | Promise<void>;
  /** Called with each event. */
  told: (event: ClusterEvent) => void;
  /** Whether the server of ZooKeeper says that it serves. */
  serves: boolean;
  /** Whom a master lets in: nobody where false. */
  letsIn: boolean;
}

/** Everything goes as it should. */
export const wellBehaved = (): Behaviour => ({
  dies: new Map(),
  mute: new Set(),
  stubborn: new Set(),
  stale: new Set(),
  behind: new Set(),
  lags: new Map(),
  positions: new Map(),
  held: new Map(),
  launching: () => undefined,
  told: () => undefined,
  serves: true,
  letsIn: true,
});
