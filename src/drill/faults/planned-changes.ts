import { faultOf, type Fault } from './fault.js';
import { allDead, allReplaced, running } from './target-processes.js';

/** A node is stopped gracefully, and started once others serve. */
export function stop(name: string): Fault {
  return faultOf({
    name: `stop ${name}`,
    find: (context) => running(context, [name]),
    undo: () => ({ killed: [name], keptDown: [name] }),
    inject: ({ operations }) => operations.stop([name]),
    hasPropagated: allDead,
    recover: async (context) => {
      if (context.canServeWithout([name])) await context.served();
      await context.operations.start();
    },
    hasRecovered: allReplaced,
  });
}

/** Nodes are restarted, one after the other; it ends by itself. */
export function restart(names: readonly string[]): Fault {
  return faultOf({
    name: `restart ${names.join(', ')}`,
    find: (context) => running(context, names),
    undo: () => ({ killed: [...names] }),
    inject: ({ operations }) => operations.restart(names),
    hasPropagated: allDead,
    recover: () => Promise.resolve(),
    hasRecovered: allReplaced,
  });
}

/** The master is changed as planned; it ends by itself. */
export function switchover(master: string): Fault {
  return faultOf({
    name: `switch over from ${master}`,
    find: (context) => running(context, [master]),
    undo: () => ({ killed: [master] }),
    inject: ({ operations }) => operations.switchover(),
    hasPropagated: allDead,
    recover: () => Promise.resolve(),
    hasRecovered: allReplaced,
  });
}
