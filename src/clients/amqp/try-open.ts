import type { Account } from '../brokers.js';
import { AmqpConnection } from './connection.js';
import type { Endpoint } from '../../lib/dial.js';
import { before, type Deadline } from '../../lib/time.js';

export type OpenResult =
  | { readonly open: true }
  | {
      readonly open: false;
      readonly reason: string;
      /** The broker said nothing: it may be about to. */
      readonly unanswered?: true;
    };

/** The broker's answer to the close is not waited for; it gets this long to come. */
const CLOSE_MS = 50;

/**
 * Opens and closes an AMQP 1.0 connection as a client does, with its account: the broker is ready
 * for clients when this succeeds.
 * @throws MqhaError `certificates-missing`, `certificate-refused`
 */
export async function tryOpen(
  endpoint: Endpoint,
  account: Account | undefined,
  deadline: Deadline,
): Promise<OpenResult> {
  const opening = AmqpConnection.open({ name: endpoint.host, ...endpoint }, account);
  const wire = await before(deadline, opening);
  if (!wire) {
    void opening.then(
      (late) => late?.drop(),
      () => undefined,
    );
    const reason = deadline.passed ? 'no answer' : 'the connection was refused';
    return { open: false, reason, unanswered: true };
  }
  const result = await before<OpenResult>(
    deadline,
    Promise.race([
      wire.opened.then(() => ({ open: true }) as const),
      wire.closed.then(() => ({ open: false, reason: wire.reason ?? '' }) as const),
    ]),
  );
  void wire.end(CLOSE_MS);
  return result ?? { open: false, reason: 'no answer', unanswered: true };
}
