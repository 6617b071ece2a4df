import type { Scenario } from './scenario-context.js';
import { needsOthers } from './needs.js';

export const hangMaster: Scenario = {
  name: 'hang-master',
  description:
    'The master is suspended (SIGSTOP): it holds its ports and answers nobody. A supervisor has to end it; without one it is resumed once another serves.',
  supervised: true,
  impossible: needsOthers,
  run: async (scene) => {
    const { master, hands } = scene;
    scene.target = scene.described(master);
    if (scene.side === 'supervisor') await hands.mustBeReplaced(master);
    await hands.suspend([master]);
    try {
      await scene.served();
    } finally {
      // A supervisor has killed it by now.
      await hands.resume();
    }
  },
};
