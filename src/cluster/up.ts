import type { Cluster } from './context.js';
import { startNodes, type StartResult } from './start.js';

export interface UpOptions {
  readonly timeoutMs: number;
  /**
   * `ensure` leaves a supervisor where mqha.yaml does not say otherwise, `end` does without one, and
   * `keep` is for a supervisor that calls this itself.
   */
  readonly supervisor: 'ensure' | 'end' | 'keep';
}

/** Starts what is not running, and returns when a client can send and every slave is attached. */
export function up(cluster: Cluster, options: UpOptions): Promise<StartResult> {
  const { timeoutMs } = options;
  const wanted =
    options.supervisor === 'ensure' && !cluster.config.supervisor.enabled
      ? 'end'
      : options.supervisor;
  return startNodes(cluster, cluster.config.nodes, {
    timeoutMs,
    whole: true,
    ...(wanted === 'keep' ? {} : { supervisor: wanted }),
  });
}
