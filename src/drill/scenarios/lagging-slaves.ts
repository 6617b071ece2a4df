import { loseMachine } from '../faults/lose-machine.js';
import { suspend } from '../faults/suspend-processes.js';
import { needsSlave } from './needs.js';
import type { Scenario } from './scenario.js';

/** So much of the load no slave has read when the master is lost. */
const LAG_MS = 1000;

export const laggingSlaves: Scenario = {
  name: 'lagging-slaves',
  description:
    'Every slave is paused for a second under load, then the machine of the master is lost, with all that it had sent and no slave had read.',
  supervised: true,
  impossible: needsSlave,
  run: async (scenario) => {
    const { slaves, master } = scenario;
    scenario.target = `${scenario.described(master)}, while ${slaves.join(' and ')} were paused`;
    await scenario.inject(suspend(slaves));
    await scenario.pause(LAG_MS);
    await scenario.inject(loseMachine(master, slaves));
  },
};
