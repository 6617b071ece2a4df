import { faultOf, type Fault } from './fault.js';
import { allDead, allReplaced, running } from './target-processes.js';

/** A node loses its store and comes back with an empty one, as a new node would. */
export function emptyStore(name: string): Fault {
  return faultOf({
    name: `empty the store of ${name}`,
    find: (context) => running(context, [name]),
    undo: () => ({ killed: [name], keptDown: [name], aside: [name] }),
    inject: async ({ operations, timeline }) => {
      await operations.stop([name]);
      await operations.emptyStore(name);
      timeline.mark('repair', name, `${name} is started again without its store`);
    },
    hasPropagated: allDead,
    recover: ({ operations }) => operations.start(),
    hasRecovered: allReplaced,
  });
}

/** Queues of the drill are deleted; there is nothing to undo. */
export function deleteQueues(names: readonly string[]): Fault {
  return faultOf({
    name: `delete ${names.join(', ')}`,
    find: () => Promise.resolve(),
    undo: () => ({}),
    inject: async ({ operations, timeline }) => {
      await operations.deleteQueues(names);
      for (const name of names) timeline.mark('fault', null, `${name} deleted`);
    },
    hasPropagated: () => Promise.resolve(true),
    recover: () => Promise.resolve(),
    hasRecovered: () => Promise.resolve(true),
  });
}
