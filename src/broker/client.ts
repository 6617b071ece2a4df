import { messageOf } from '../errors.js';
import type { Deadline } from '../time.js';

/** An account of the message port; undefined for an anonymous cluster. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

export type OpenResult =
  { readonly open: true } | { readonly open: false; readonly reason: string };

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
  const { default: rhea } = await import('rhea');
  const container = rhea.create_container();
  return new Promise((resolve) => {
    const connection = container.connect({
      host,
      port,
      reconnect: false,
      ...(account ?? { username: 'anonymous' }),
    });
    const finish = (result: OpenResult) => {
      clearTimeout(timer);
      connection.removeAllListeners();
      connection.on('error', () => undefined);
      connection.on('disconnected', () => undefined);
      if (result.open) connection.close();
      else connection.get_error();
      const socket = (connection as unknown as { socket?: { destroy(): void } }).socket;
      setTimeout(() => socket?.destroy(), result.open ? 50 : 0);
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish({ open: false, reason: 'no answer' });
    }, deadline.remaining);
    connection.once('connection_open', () => {
      finish({ open: true });
    });
    for (const event of ['connection_error', 'connection_close', 'disconnected', 'error']) {
      connection.once(event, (context: { error?: unknown } | undefined) => {
        const error = connection.get_error() ?? context?.error ?? event;
        finish({
          open: false,
          reason:
            typeof error === 'object' && 'description' in error
              ? String(error.description)
              : messageOf(error),
        });
      });
    }
  });
}
