import type { Cluster } from '../state/cluster.js';
import { forgetRestart } from '../state/restart-record.js';
import { startNodes, type StartResult } from './start/start.js';

export interface UpOptions {
  readonly timeoutMs: number;
  /**
   * `ensure` leaves a supervisor where mqha.yaml does not say otherwise, `end` does without one, and
   * `keep` is for a supervisor that calls this itself.
   */
  readonly supervisor: 'ensure' | 'end' | 'keep';
}

/** Starts what is not running, and returns when a client can send and every slave is attached. */
export async function up(cluster: Cluster, options: UpOptions): Promise<StartResult> {
  const { timeoutMs } = options;
  const wanted =
    options.supervisor === 'ensure' && !cluster.config.supervisor.enabled
      ? 'end'
      : options.supervisor;
  const result = await startNodes(cluster, cluster.config.nodes, {
    timeoutMs,
    whole: true,
    ...(wanted === 'keep' ? {} : { supervisor: wanted }),
  });
  // What it has started would count as restarted.
  if (result.started.length > 0) await forgetRestart(cluster.layout);
  return result;
}
