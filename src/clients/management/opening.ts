import { systemCode } from '../../lib/errors.js';
import { Deadline, sleep } from '../../lib/time.js';

/** How long a master that serves clients may take until its console is open as well. */
const OPENING_MS = 20_000;
const AGAIN_MS = 200;

/** What a console says that is not open yet: nothing listens, or Jetty has not deployed Jolokia. */
const NOT_OPEN = /^HTTP status (404|503)$/;

/**
 * Asks the console of a master, and again while that is not open yet: a master lets clients in a moment before.
 * @param limitMs for how long
 * @throws the error of the last question
 */
export async function onceOpen<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  limitMs = OPENING_MS,
): Promise<T> {
  const deadline = Deadline.in(limitMs);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isOpening(error) || deadline.passed || signal.aborted) throw error;
      await sleep(AGAIN_MS, signal);
    }
  }
}

function isOpening(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return systemCode(error) === 'ECONNREFUSED' || NOT_OPEN.test(error.message);
}
