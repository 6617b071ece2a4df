import { faultOf, type Fault } from './fault.js';
import { allDead, allReplaced, running, signalled } from './target-processes.js';

/**
 * The machine of a node is lost while its peers lag behind it, and with it what it had sent and they had not
 * read. On one machine the kernel would keep that in the buffers of the sockets and hand it over after the
 * sender's death; it drops it once the reader is gone. So the peers, which must be suspended, are killed as
 * well, a moment before, and come back with the stores they had. The lost machine comes back last: nobody
 * starts anything on it until the others serve.
 * @param name the node whose machine is lost
 * @param peers the nodes that are connected to it, all of them suspended
 */
export function loseMachine(name: string, peers: readonly string[]): Fault {
  return faultOf({
    name: `lose the machine of ${name}`,
    find: (context) => running(context, [...peers, name]),
    undo: () => ({ killed: [...peers, name], keptDown: [name] }),
    inject: async (context, found) => {
      await context.operations.keepDown([name]);
      for (const each of found) {
        const what = each.name === name ? 'killed, and its machine lost' : 'cut off from it';
        await signalled(context, each, 'SIGKILL', what);
      }
    },
    hasPropagated: allDead,
    recover: async (context) => {
      if (context.canServeWithout([name])) {
        if (!context.supervised) await context.operations.start(peers);
        await context.served();
      }
      await context.operations.start();
    },
    hasRecovered: allReplaced,
  });
}
