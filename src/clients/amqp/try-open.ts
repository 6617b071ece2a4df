import type { Account } from '../brokers.js';
import { Wire } from './connection.js';
import { before, type Deadline } from '../../lib/time.js';

export type OpenResult =
  { readonly open: true } | { readonly open: false; readonly reason: string };

/** The farewell to a broker is not waited for; it gets this long to answer it. */
const FAREWELL_MS = 50;

/**
 * Opens and closes an AMQP 1.0 connection as a client does, with its account: the broker is ready
 * for clients when this succeeds.
 */
export async function tryOpen(
  host: string,
  port: number,
  account: Account | undefined,
  deadline: Deadline,
): Promise<OpenResult> {
  const opening = Wire.open({ name: host, host, port }, account);
  const wire = await before(deadline, opening);
  if (!wire) {
    void opening.then((late) => late?.drop());
    return { open: false, reason: deadline.passed ? 'no answer' : 'the connection was refused' };
  }
  const result = await before<OpenResult>(
    deadline,
    Promise.race([
      wire.opened.then(() => ({ open: true }) as const),
      wire.closed.then(() => ({ open: false, reason: wire.reason ?? '' }) as const),
    ]),
  );
  void wire.end(FAREWELL_MS);
  return result ?? { open: false, reason: 'no answer' };
}
