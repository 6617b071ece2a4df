import { faultOf, type Fault, type FaultContext } from './fault.js';
import { allReplaced, running, signalled, type FoundProcess } from './target-processes.js';

/**
 * Processes are suspended with SIGSTOP: they hold their ports and answer nobody.
 * @param options.replaced whether somebody has to end them, and to start others in their place
 */
export function suspend(
  names: readonly string[],
  { replaced = false }: { readonly replaced?: boolean } = {},
): Fault {
  return faultOf({
    name: `suspend ${names.join(', ')}`,
    find: (context) => running(context, names),
    undo: (found) => ({
      suspended: found.map(({ name, process: { pid, startTime } }) => ({ name, pid, startTime })),
    }),
    inject: async (context, found) => {
      for (const each of found) await signalled(context, each, 'SIGSTOP', 'suspended');
    },
    hasPropagated: async (context, found) =>
      !(await suspendedAmong(context, found)).includes(false),
    recover: async ({ operations, timeline }) => {
      for (const name of await operations.resume())
        timeline.mark('repair', name, `${name} resumed`);
    },
    hasRecovered: async (context, found) =>
      replaced
        ? allReplaced(context, found)
        : !(await suspendedAmong(context, found)).includes(true),
  });
}

/** Of each process whether it is suspended; undefined of one that has ended. */
function suspendedAmong({ processes }: FaultContext, found: readonly FoundProcess[]) {
  return Promise.all(found.map(async (each) => (await processes.look(each.process))?.suspended));
}
