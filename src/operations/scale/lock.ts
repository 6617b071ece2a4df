import type { Cluster } from '../../state/cluster.js';
import { lockOperation } from '../../state/operations-log.js';

/** One that a person has halted gives way within this time. */
const LOCK_MS = 3000;

/**
 * Lets one process at a time carry out a change of the number of nodes: a step follows from what is in force,
 * and two that each take one bring sizes together that are not safe.
 * @throws MqhaError `locked`, which names who is at work
 */
export async function aloneAtScale<T>(cluster: Cluster, work: () => Promise<T>): Promise<T> {
  const lock = await lockOperation(cluster, 'scale', LOCK_MS);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
