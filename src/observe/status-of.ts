import type { Cluster } from '../state/cluster.js';
import { ZooKeeperReader } from '../stores/replicated-leveldb/zookeeper/session.js';
import { observe } from './observation.js';
import type { ClusterStatus } from './status.js';
import { toStatus } from './to-status.js';

/** Looks at the cluster once. */
export async function statusOf(cluster: Cluster): Promise<ClusterStatus> {
  const reader = new ZooKeeperReader(cluster.config.zookeeper.connect);
  try {
    return toStatus(cluster, await observe(cluster, reader));
  } finally {
    reader.close();
  }
}
