import { ZOOKEEPER } from '../../config/processes.js';
import { kill } from '../faults/kill-processes.js';
import type { Scenario } from './scenario.js';

/** Without a supervisor ZooKeeper stays away for so long. */
const AWAY_MS = 3000;

export const zookeeperOutage: Scenario = {
  name: 'zookeeper-outage',
  description:
    'ZooKeeper is killed; a supervisor starts it again; without one it is down for three seconds.',
  supervised: true,
  impossible: ({ zookeeper }) =>
    zookeeper.managed ? undefined : 'ZooKeeper is not managed by mqha, so it cannot be killed',
  run: async (scenario) => {
    scenario.target = ZOOKEEPER;
    await scenario.inject(kill([ZOOKEEPER]));
    if (!scenario.supervised) await scenario.pause(AWAY_MS);
    await scenario.recoverAll();
    await scenario.served();
  },
};
