import { restart, stop, switchover } from '../faults/planned-changes.js';
import { needsOthers } from './needs.js';
import type { Scenario } from './scenario.js';

export const stopMaster: Scenario = {
  name: 'stop-master',
  description: 'The master is stopped gracefully, and started again once another serves.',
  supervised: false,
  impossible: needsOthers,
  run: async (scenario) => {
    scenario.target = scenario.described(scenario.master);
    await scenario.inject(stop(scenario.master));
  },
};

export const plannedSwitchover: Scenario = {
  name: 'switchover',
  description: 'The master is changed as planned, with `mqha switchover`.',
  supervised: false,
  impossible: needsOthers,
  run: async (scenario) => {
    scenario.target = scenario.described(scenario.master);
    await scenario.inject(switchover(scenario.master));
  },
};

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  description: 'Every node is restarted, one after the other, the master last.',
  supervised: false,
  impossible: needsOthers,
  run: async (scenario) => {
    scenario.target = `all ${scenario.cluster.config.replicas} nodes`;
    await scenario.inject(restart(scenario.names));
  },
};
