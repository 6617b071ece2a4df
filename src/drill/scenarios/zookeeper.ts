import { ZOOKEEPER } from '../../stores/replicated-leveldb/zookeeper/server.js';
import type { Scenario } from './scenario-context.js';

/** Without a supervisor ZooKeeper stays away for so long. */
const AWAY_MS = 3000;

export const zookeeperOutage: Scenario = {
  name: 'zookeeper-outage',
  description:
    'ZooKeeper is killed; a supervisor brings it back, without one it stays away for three seconds.',
  supervised: true,
  impossible: ({ zookeeper }) =>
    zookeeper.managed ? undefined : 'ZooKeeper is not managed by mqha, so it cannot be killed',
  run: async (scene) => {
    scene.target = ZOOKEEPER;
    await scene.hands.kill([ZOOKEEPER]);
    if (scene.side === 'alone') await scene.pause(AWAY_MS);
    await scene.revive();
    await scene.served();
  },
};
