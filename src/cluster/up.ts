import type { NodeConfig } from '../config/schema.js';
import type { Cluster } from './context.js';
import { startNodes, type StartResult } from './start.js';
import type { ClusterStatus } from './status.js';
import { consentToQuorumLoss, statusOf, stopNodes, type Confirm } from './stop.js';

/** Starts what is not running, and returns when a client can send and every slave is attached. */
export function up(cluster: Cluster, timeoutMs: number): Promise<StartResult> {
  return startNodes(cluster, cluster.config.nodes, { timeoutMs, whole: true });
}

/** The document of `mqha restart --json`. */
export interface RestartResult {
  readonly restarted: readonly string[];
  readonly status: ClusterStatus;
}

/**
 * Stops and starts nodes one after the other, each time until the node is in again: slaves first,
 * the master last, since each change of master is an outage. A node that does not run is started.
 * @param timeoutMs for each stop and each start
 * @throws MqhaError of stopNodes() and startNodes(); nodes that were not reached yet are untouched
 */
export async function restartNodes(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  options: { readonly timeoutMs: number; readonly confirm: Confirm },
): Promise<RestartResult> {
  const before = await statusOf(cluster);
  // One at a time is down, so it is enough to ask for the first that runs.
  const first = nodes.find((node) =>
    before.nodes.some((seen) => seen.name === node.name && seen.process === 'running'),
  );
  if (first) await consentToQuorumLoss(before, [first.name], 'restart', options.confirm);
  const rank = (node: NodeConfig) =>
    node.name === before.master ? 2 : node.name === before.elector ? 1 : 0;
  const inOrder = [...nodes].sort((a, b) => rank(a) - rank(b));
  let status = before;
  for (const node of inOrder) {
    await stopNodes(cluster, [node], { ...options, confirm: () => Promise.resolve(true) });
    ({ status } = await startNodes(cluster, [node], {
      timeoutMs: options.timeoutMs,
      whole: false,
    }));
  }
  return { restarted: inOrder.map((node) => node.name), status };
}
