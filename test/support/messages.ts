import rhea, { type Connection, type EventContext } from 'rhea';
import type { ClientSettings } from '../../src/cluster/client-settings.js';

const LIMIT_MS = 30_000;

/** A connection to whichever broker serves; an AMQP client tries the message ports in turn. */
async function connect(settings: ClientSettings, limitMs = LIMIT_MS): Promise<Connection> {
  const end = performance.now() + limitMs;
  for (;;) {
    for (const { url } of settings.brokers) {
      const { hostname, port } = new URL(url.replace('tcp:', 'http:'));
      const connection = rhea.create_container().connect({
        host: hostname,
        port: Number(port),
        reconnect: false,
        username: settings.username ?? 'anonymous',
        ...(settings.password === null ? {} : { password: settings.password }),
      });
      const open = await new Promise<boolean>((resolve) => {
        connection.once('connection_open', () => {
          resolve(true);
        });
        for (const event of ['disconnected', 'connection_error', 'error']) {
          connection.on(event, () => {
            resolve(false);
          });
        }
      });
      if (open) return connection;
    }
    if (performance.now() > end) throw new Error('no broker lets a client in');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends persistent messages and returns when the broker has acknowledged every one of them. */
export async function send(
  settings: ClientSettings,
  queue: string,
  bodies: readonly string[],
  limitMs?: number,
): Promise<void> {
  const connection = await connect(settings, limitMs);
  try {
    await new Promise<void>((resolve, reject) => {
      const sender = connection.open_sender(queue);
      let next = 0;
      let accepted = 0;
      sender.on('sendable', () => {
        while (next < bodies.length && sender.sendable()) {
          sender.send({ durable: true, body: bodies[next] });
          next += 1;
        }
      });
      sender.on('accepted', () => {
        accepted += 1;
        if (accepted === bodies.length) resolve();
      });
      for (const event of ['rejected', 'sender_error']) {
        sender.on(event, () => {
          reject(new Error(`${queue}: ${event}`));
        });
      }
      connection.once('disconnected', () => {
        reject(new Error('the connection was lost'));
      });
      setTimeout(() => {
        reject(new Error('not acknowledged in time'));
      }, LIMIT_MS).unref();
    });
  } finally {
    connection.close();
  }
}

/** Takes this many messages off a queue, acknowledging each. */
export async function receive(
  settings: ClientSettings,
  queue: string,
  count: number,
): Promise<string[]> {
  const connection = await connect(settings);
  const bodies: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const receiver = connection.open_receiver({ source: queue, autoaccept: false });
      receiver.on('message', (context: EventContext) => {
        bodies.push(String(context.message?.body));
        context.delivery?.accept();
        // Closing the link sends the acknowledgement of the last message ahead of it.
        if (bodies.length === count) receiver.close();
      });
      receiver.once('receiver_close', () => {
        resolve();
      });
      setTimeout(() => {
        reject(new Error(`${bodies.length} of ${count} messages came in time`));
      }, LIMIT_MS).unref();
    });
  } finally {
    connection.close();
  }
  return bodies;
}
