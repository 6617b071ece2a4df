import { Deadline, sleep } from '../../lib/time.js';
import { lockHolder, type LockPlace } from './lock.js';

const ASK_MS = 1000;
const KILL_MS = 5000;
const LOOK_MS = 25;

/**
 * The pid of the process that holds a lock; undefined where none does.
 * It is proven: only a living process keeps the lock.
 */
export async function holderPid(place: LockPlace): Promise<number | undefined> {
  return (await lockHolder(place, Deadline.in(ASK_MS)))?.pid;
}

/**
 * Ends the process that holds a lock: SIGTERM, and SIGKILL once the deadline has passed.
 * @returns its pid and whether it has ended; undefined where nobody held the lock
 */
export async function endHolder(
  place: LockPlace,
  deadline: Deadline,
): Promise<{ readonly pid: number; readonly ended: boolean } | undefined> {
  const pid = await holderPid(place);
  if (pid === undefined) return undefined;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const limit = signal === 'SIGTERM' ? deadline : Deadline.in(KILL_MS);
    try {
      process.kill(pid, signal);
    } catch {
      return { pid, ended: true }; // It has ended meanwhile.
    }
    while (!limit.passed) {
      if ((await holderPid(place)) !== pid) return { pid, ended: true };
      await sleep(LOOK_MS);
    }
  }
  return { pid, ended: false };
}
