import type { ProcessInfo } from '../../agents/process.js';
import { MqhaError } from '../../lib/errors.js';
import type { FaultContext } from './fault.js';

/** A process that a fault is done to, as it was found. */
export interface FoundProcess {
  readonly name: string;
  readonly process: ProcessInfo;
}

/**
 * The processes of these nodes. All are known before the first is touched, so that two at once are two at once.
 * @throws MqhaError `drill-failed` where one does not run
 */
export function running(
  { processes }: Pick<FaultContext, 'processes'>,
  names: readonly string[],
): Promise<FoundProcess[]> {
  return Promise.all(
    names.map(async (name) => {
      const process = await processes.find(name);
      if (!process) throw notRunning(name);
      return { name, process };
    }),
  );
}

/**
 * Sends a signal, and marks it as a fault. By signals alone: a supervisor must not be told that it is meant.
 * @throws MqhaError `drill-failed` where the process has ended meanwhile
 */
export async function signalled(
  { processes, timeline }: FaultContext,
  { name, process }: FoundProcess,
  signal: NodeJS.Signals,
  what: string,
): Promise<void> {
  if (!(await processes.signal(process, signal))) throw notRunning(name);
  timeline.mark('fault', name, `${name} (pid ${process.pid}) ${what}`);
}

export async function allDead(
  { processes }: FaultContext,
  found: readonly FoundProcess[],
): Promise<boolean> {
  const alive = await Promise.all(found.map(({ process }) => processes.isAlive(process)));
  return !alive.includes(true);
}

/** Whether others run in the place of these processes. */
export async function allReplaced(
  { processes }: FaultContext,
  found: readonly FoundProcess[],
): Promise<boolean> {
  const replaced = await Promise.all(
    found.map(async ({ name, process }) => {
      const now = await processes.recorded(name);
      return now !== undefined && now.pid !== process.pid;
    }),
  );
  return !replaced.includes(false);
}

function notRunning(name: string): MqhaError {
  return new MqhaError('drill-failed', `${name} does not run, so nothing can happen to it`, {
    hint: 'See `mqha status`, and drill a cluster that nobody else works on.',
  });
}
