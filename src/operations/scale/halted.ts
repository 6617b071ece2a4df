import type { Cluster } from '../../state/cluster.js';
import { refuseHalted } from '../../state/halt.js';

const LOOK_MS = 200;

/**
 * Does the work of a change until a person halts that: what stops nodes wins, from whichever terminal. Its waits end
 * then as they do with Ctrl-C; that its steps end as well is for refuseHalted() with the lock held.
 * @param work gets the cluster with a host whose signal is aborted then
 * @throws MqhaError `scale-unfinished`, and what the work throws
 */
export async function unlessHalted<T>(
  cluster: Cluster,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { host } = cluster;
  const halted = new AbortController();
  const timer = setInterval(() => {
    refuseHalted(cluster).catch(() => {
      halted.abort();
    });
  }, LOOK_MS);
  const signal = AbortSignal.any([host.signal, halted.signal]);
  try {
    return await work({ ...cluster, host: { ...host, signal } });
  } catch (error) {
    // A broker that was stopped while it was awaited has died for whoever waits.
    await refuseHalted(cluster);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
