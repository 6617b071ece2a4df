import type { Store } from '../store.js';
import { ZooKeeperCoordination } from './coordination.js';
import { ZooKeeperReader } from './zookeeper/session.js';

/** ActiveMQ's replicatedLevelDB, coordinated by ZooKeeper. */
export const replicatedLevelDb: Store = {
  kind: 'replicated-leveldb',
  coordination: (settings) =>
    new ZooKeeperCoordination(new ZooKeeperReader(settings.zookeeper.connect), settings),
};
