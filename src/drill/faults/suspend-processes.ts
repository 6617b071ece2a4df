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
    recover: async ({ undoLog, processes, timeline }) => {
      const resumed = await resumeSuspended({ record: undoLog, calm: { registry: processes } });
      for (const name of resumed) timeline.mark('repair', name, `${name} resumed`);
    },
    hasRecovered: async (context, found) =>
      replaced
        ? allReplaced(context, found)
        : !(await suspendedAmong(context, found)).includes(true),
  });
}

/** Of each process whether it is suspended; undefined of one that has ended. */
function suspendedAmong({ processes }: FaultContext, found: readonly FoundProcess[]) {
  return Promise.all(found.map(async ({ process }) => (await processes.look(process))?.suspended));
}

/**
 * Resumes what the undo log says was suspended, where that is still the same process.
 * @returns the names of those that were resumed
 */
export async function resumeSuspended({
  record,
  calm,
}: {
  readonly record: Pick<FaultContext['undoLog'], 'undone' | 'settle'>;
  readonly calm: { readonly registry: Pick<FaultContext['processes'], 'look' | 'signal'> };
}): Promise<string[]> {
  const resumed: string[] = [];
  for (const { name, pid, startTime } of record.undone.suspended) {
    const process = await calm.registry.look({ pid, startTime, argv: [], suspended: true });
    if (process && (await calm.registry.signal(process, 'SIGCONT'))) resumed.push(name);
  }
  await record.settle('suspended');
  return resumed;
}
