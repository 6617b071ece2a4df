import { dial, openEvent, type Endpoint } from '../lib/dial.js';

/**
 * The AMQP 1.0 header of a client that will authenticate (protocol id 3, SASL), which a broker
 * sends back. ActiveMQ refuses the one without SASL (protocol id 0) and logs it.
 */
const AMQP_HEADER = Buffer.from([...Buffer.from('AMQP'), 3, 1, 0, 0]);

/** A broker with room sends its mechanisms with the header; one that is full hangs up in this time. */
const HANG_UP_MS = 100;

/**
 * What a message port says to a client.
 * - `serving`: it lets clients in.
 * - `full`: it has all the connections that it may (dev.mqha.patches.full_port.Refusal), and serves those.
 * - `refused`: it hung up without a word. A broker without that patch does so when it is full.
 * - `silent`: nothing came in time, or nobody listens.
 */
export type PortAnswer = 'serving' | 'full' | 'refused' | 'silent';

/**
 * Asks a broker's message port whether it serves clients: the AMQP header is sent and must come back.
 * A bare connect proves nothing, since the kernel accepts connections for a stopped process.
 * @param timeoutMs how long the answer may take
 */
export function askPort(endpoint: Endpoint, timeoutMs = 500): Promise<PortAnswer> {
  return new Promise((resolve) => {
    const socket = dial(endpoint);
    let answer = Buffer.alloc(0);
    let outcome: PortAnswer = 'silent';
    const end = () => socket.destroy();
    const timer = setTimeout(() => {
      outcome = 'silent';
      end();
    }, timeoutMs);
    let hangUp: NodeJS.Timeout | undefined;
    socket.on(openEvent(endpoint), () => {
      outcome = 'refused';
      socket.write(AMQP_HEADER);
    });
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < AMQP_HEADER.length) return;
      clearTimeout(timer);
      if (!answer.subarray(0, AMQP_HEADER.length).equals(AMQP_HEADER)) {
        end();
        return;
      }
      outcome = 'full';
      const serves = () => {
        outcome = 'serving';
        end();
      };
      if (answer.length > AMQP_HEADER.length) serves();
      else hangUp ??= setTimeout(serves, HANG_UP_MS);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(hangUp);
      resolve(outcome);
    });
  });
}

/** Whether a broker answers on its message port: it serves clients, and lets more of them in unless it is full. */
export async function isAccepting(endpoint: Endpoint, timeoutMs?: number): Promise<boolean> {
  const answer = await askPort(endpoint, timeoutMs);
  return answer === 'serving' || answer === 'full';
}
