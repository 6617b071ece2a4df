// A client that reads a queue to its end and counts what it is given.
import { setTimeout as sleep } from 'node:timers/promises';
import { accepted, amqp } from './link.js';

const LIMIT_MS = 600_000;

/**
 * Takes everything off a queue, acknowledging each message: until all that is expected has come and
 * nothing more does, or until the queue has been silent for long.
 * @param {Awaited<ReturnType<import('./cluster.js').BenchCluster['clients']>>} clients
 * @param {string} queue
 * @param {number} expected the bodies 0 to this, without it
 * @returns {Promise<Map<string, number>>} how often each body was delivered
 */
export async function drain(clients, queue, expected) {
  /** @type {Map<string, number>} */
  const deliveries = new Map();
  const end = Date.now() + LIMIT_MS;
  let heardAt = Date.now();
  const heard = (/** @type {string} */ body) => {
    heardAt = Date.now();
    deliveries.set(body, (deliveries.get(body) ?? 0) + 1);
  };
  const finished = () => {
    const silence = Date.now() - heardAt;
    return silence > (deliveries.size >= expected ? 2000 : 20_000) || Date.now() > end;
  };
  while (!finished()) {
    for (const broker of clients.brokers) {
      const socket = await accepted(broker);
      if (!socket) continue;
      const { connection, closed } = amqp(socket, broker, clients.account);
      const receiver = connection.open_receiver({ source: queue, credit_window: 500 });
      receiver.on('message', ({ message }) => {
        heard(String(message?.body));
      });
      let lost = false;
      void closed.then(() => (lost = true));
      while (!lost && !finished()) await sleep(100);
      connection.close();
      await Promise.race([closed, sleep(1000)]);
      socket.destroy();
    }
    await sleep(100);
  }
  return deliveries;
}
