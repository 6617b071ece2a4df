// A client that reads a queue to its end and counts what it is given.
import { QueueReceiver } from '../../src/clients/amqp/receiver.js';
import type { ClientOptions } from '../../src/clients/brokers.js';

const LIMIT_MS = 600_000;

/**
 * Takes everything off a queue, acknowledging each message: until all that is expected has come and
 * nothing more does, or until the queue has been silent for long.
 * @param expected how many bodies
 * @returns how often each body was delivered
 */
export async function drain(
  clients: ClientOptions,
  queue: string,
  expected: number,
): Promise<Map<string, number>> {
  const deliveries = new Map<string, number>();
  const end = Date.now() + LIMIT_MS;
  const receiver = new QueueReceiver(queue, { ...clients, credit: 500 });
  for (;;) {
    const silence = deliveries.size >= expected ? 2000 : 20_000;
    const message = await receiver.next(Math.min(silence, end - Date.now()));
    if (!message) break;
    const body = String(message.body);
    deliveries.set(body, (deliveries.get(body) ?? 0) + 1);
  }
  await receiver.close();
  return deliveries;
}
