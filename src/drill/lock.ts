import type { Cluster } from '../state/cluster.js';
import type { Lock } from '../agents/local/lock.js';
import { tryLockOperation } from '../state/operations-log.js';

/** One drill at a time; undefined where another one is at work. */
export function lockDrill(cluster: Cluster): Promise<Lock | undefined> {
  return tryLockOperation(cluster, 'drill');
}
