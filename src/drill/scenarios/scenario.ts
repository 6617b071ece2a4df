import type { ClusterConfig } from '../../config/schema.js';
import type { ScenarioContext } from './scenario-context.js';

/** What can be done to a cluster in a round, and what must follow. It is made of faults (`faults/`). */
export interface Scenario {
  readonly name: string;
  /** One sentence: what is done. */
  readonly description: string;
  /** Whether what follows is another thing under a supervisor; then it is measured both ways. */
  readonly supervised: boolean;
  /** Why it cannot be done to this cluster; undefined where it can. */
  readonly impossible?: (config: ClusterConfig) => string | undefined;
  /** Brings about what the fault needs, with clients of its own whose outages do not count. */
  readonly prepare?: (scenario: ScenarioContext) => Promise<void>;
  /** Injects its faults. Those that it has not recovered from itself are recovered from afterwards, the last one first. */
  readonly run: (scenario: ScenarioContext) => Promise<void>;
}
