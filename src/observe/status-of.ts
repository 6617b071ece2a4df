import { Deadline, sleep } from '../lib/time.js';
import type { Cluster } from '../state/cluster.js';
import { observe } from './observe.js';
import type { ClusterStatus } from './status.js';
import { toStatus } from './to-status.js';

/** Looks at the cluster once. */
export async function statusOf(cluster: Cluster): Promise<ClusterStatus> {
  return toStatus(cluster, await observe(cluster));
}

/** How long a master that serves clients may take until its console is open, which alone knows the lags. */
const LAGS_MS = 20_000;
const AGAIN_MS = 200;

/** Looks at the cluster, and again while the lag of an attached slave is not known yet. */
export async function statusWithLags(cluster: Cluster, limitMs = LAGS_MS): Promise<ClusterStatus> {
  const deadline = Deadline.in(limitMs);
  for (;;) {
    const status = await statusOf(cluster);
    const isKnown = status.nodes.every((node) => node.attached !== true || node.lagBytes !== null);
    if (isKnown || deadline.passed || cluster.host.signal.aborted) return status;
    await sleep(AGAIN_MS, cluster.host.signal);
  }
}
