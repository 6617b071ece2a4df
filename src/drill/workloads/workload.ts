import type { DrillContext } from '../drill-context.js';
import type { DepthCheck } from '../result.js';
import type { PartCheck } from './checks.js';

/** What clients do while faults are done to a cluster, beside the numbered sends of every drill. */
export interface Workload {
  readonly name: string;
  /** One sentence: what they do, and what must be so in the end. */
  readonly description: string;
  /**
   * Begins its clients, and returns once they are served.
   * @throws MqhaError `drill-failed`
   */
  readonly begin?: (context: DrillContext) => Promise<Work>;
}

/** Clients at work. */
export interface Work {
  /** Ends them after what is under way. */
  stop(): Promise<void>;
  /** Reads what there is in the end; the cluster is whole, and they have been stopped. */
  check(say: (phase: string) => void): Promise<readonly Part[]>;
  /** Ends everything that was begun, also where the rest has failed. */
  close(): Promise<void>;
}

/** The outcome of a queue, a subscription, or the units of work. */
export interface Part {
  readonly name: string;
  readonly check: PartCheck;
  readonly depths: readonly DepthCheck[];
  /** Why it could not be told. */
  readonly unknown: readonly string[];
}
