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
      const found = await processes.find(name);
      if (!found) throw notRunning(name);
      return { name, process: found };
    }),
  );
}

/**
 * Sends a signal, and marks it as a fault. By signals alone: a supervisor must not be told that it is meant.
 * @throws MqhaError `drill-failed` where the process has ended meanwhile
 */
export async function signalled(
  { processes, timeline }: FaultContext,
  { name, process: target }: FoundProcess,
  signal: NodeJS.Signals,
  what: string,
): Promise<void> {
  if (!(await processes.signal(target, signal))) throw notRunning(name);
  timeline.mark('fault', name, `${name} (pid ${target.pid}) ${what}`);
}

export async function allDead(
  { processes }: FaultContext,
  found: readonly FoundProcess[],
): Promise<boolean> {
  const alive = await Promise.all(found.map((each) => processes.isAlive(each.process)));
  return !alive.includes(true);
}

/** Whether others run in the place of these processes. */
export async function allReplaced(
  { processes }: FaultContext,
  found: readonly FoundProcess[],
): Promise<boolean> {
  const replaced = await Promise.all(
    found.map(async ({ name, process: former }) => {
      const now = await processes.recorded(name);
      return now !== undefined && now.pid !== former.pid;
    }),
  );
  return !replaced.includes(false);
}

function notRunning(name: string): MqhaError {
  return new MqhaError('drill-failed', `${name} does not run, so no fault can be injected`, {
    hint: 'See `mqha status`, and drill a cluster that nobody else works on.',
  });
}
