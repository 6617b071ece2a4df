import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ClientOptions } from '../../src/clients/brokers.js';
import { QueueReceiver } from '../../src/clients/amqp/receiver.js';
import { QueueSender } from '../../src/clients/amqp/sender.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';

const LIMIT_MS = 30_000;

/** An application that has what `mqha env` prints. */
export function clientOf({ brokers, username, password, tls }: ClientSettings): ClientOptions {
  const context =
    tls &&
    createSecureContext({
      ca: readFileSync(tls.authority),
      ...(tls.certificate === null ? {} : { cert: readFileSync(tls.certificate) }),
      ...(tls.key === null ? {} : { key: readFileSync(tls.key) }),
    });
  const identity = context ? { tls: { context: () => context } } : {};
  return {
    brokers: brokers.map(({ name, url }) => {
      const { hostname, port } = new URL(url.replace(/^\w+:/, 'http:'));
      return { name, host: hostname, port: Number(port), ...identity };
    }),
    account: username === null || password === null ? undefined : { username, password },
  };
}

/** Sends persistent messages and returns when the broker has acknowledged every one of them. */
export async function send(
  settings: ClientSettings,
  queue: string,
  bodies: readonly string[],
  limitMs = LIMIT_MS,
): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const sender = new QueueSender(queue, { ...clientOf(settings), signal });
  try {
    for (const body of bodies) {
      const { outcome, reason } = await sender.send(body);
      if (outcome === 'failed') throw new Error(`${queue}: ${reason ?? ''}`);
    }
  } finally {
    await sender.close();
  }
}

/** Takes this many messages off a queue, acknowledging each. */
export async function receive(
  settings: ClientSettings,
  queue: string,
  count: number,
): Promise<string[]> {
  const receiver = new QueueReceiver(queue, clientOf(settings));
  const bodies: string[] = [];
  try {
    while (bodies.length < count) {
      const message = await receiver.next(LIMIT_MS);
      if (!message) throw new Error(`${bodies.length} of ${count} messages came in time`);
      bodies.push(String(message.body));
    }
  } finally {
    await receiver.close();
  }
  return bodies;
}

/** Takes messages off a queue up to this one, also those that were stored and not acknowledged to their sender. */
export async function receiveUntil(
  settings: ClientSettings,
  queue: string,
  last: string,
): Promise<string[]> {
  const receiver = new QueueReceiver(queue, clientOf(settings));
  const bodies: string[] = [];
  try {
    while (bodies.at(-1) !== last) {
      const message = await receiver.next(LIMIT_MS);
      if (!message) throw new Error(`${last} did not come in time`);
      bodies.push(String(message.body));
    }
  } finally {
    await receiver.close();
  }
  return bodies;
}
