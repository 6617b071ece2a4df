import { suspend } from '../faults/suspend-processes.js';
import { needsOthers } from './needs.js';
import type { Scenario } from './scenario.js';

export const hangMaster: Scenario = {
  name: 'hang-master',
  description:
    'The master is suspended (SIGSTOP): it holds its ports and answers no client. A supervisor has to kill it; without one it is resumed once another serves.',
  supervised: true,
  impossible: needsOthers,
  run: async (scenario) => {
    const { master, supervised } = scenario;
    scenario.target = scenario.described(master);
    await scenario.inject(suspend([master], { replaced: supervised }));
    await scenario.served();
  },
};
