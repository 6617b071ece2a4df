import { faultOf, type Fault } from './fault.js';
import { allDead, allReplaced, running, signalled } from './target-processes.js';

/**
 * Processes are killed at the same moment, with SIGKILL.
 * @param names nodes, or `zookeeper`
 * @param how what the time line says of it
 */
export function kill(names: readonly string[], how = 'killed'): Fault {
  return faultOf({
    name: `kill ${names.join(', ')}`,
    find: (context) => running(context, names),
    undo: () => ({ killed: [...names] }),
    inject: async (context, found) => {
      for (const each of found) await signalled(context, each, 'SIGKILL', how);
    },
    hasPropagated: allDead,
    // A person would start them once others serve in their place, where they can.
    recover: async (context) => {
      if (context.canServeWithout(names)) await context.served();
      if (!context.supervised) await context.operations.start();
    },
    hasRecovered: allReplaced,
  });
}
