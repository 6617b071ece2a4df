import { kill } from '../faults/kill-processes.js';
import { needsSlave } from './needs.js';
import type { Scenario } from './scenario.js';

export const killMaster: Scenario = {
  name: 'kill-master',
  description: 'The master is killed (SIGKILL).',
  supervised: true,
  run: async (scenario) => {
    scenario.target = scenario.described(scenario.master);
    await scenario.inject(kill([scenario.master]));
  },
};

export const killSlave: Scenario = {
  name: 'kill-slave',
  description: 'A slave is killed (SIGKILL).',
  supervised: true,
  impossible: needsSlave,
  run: async (scenario) => {
    const slave = scenario.anySlave();
    scenario.target = scenario.described(slave);
    await scenario.inject(kill([slave]));
  },
};
