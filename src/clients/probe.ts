import { certificateError, dial, openEvent, type Endpoint } from '../lib/dial.js';
import type { MqhaError } from '../lib/errors.js';

/**
 * The AMQP 1.0 header of a client that will authenticate (protocol id 3, SASL), which a broker
 * sends back. ActiveMQ refuses the one without SASL (protocol id 0) and logs it.
 */
const AMQP_HEADER = Buffer.from([...Buffer.from('AMQP'), 3, 1, 0, 0]);

/** A broker with room sends its mechanisms with the header; one that is full hangs up in this time. */
const HANG_UP_MS = 100;

/** A handshake may take this long beside the answer: it costs a busy machine more than that does. */
const HANDSHAKE_MS = 500;

/**
 * What a message port says to a client.
 * - `serving`: it lets clients in.
 * - `full`: it has all the connections that it may (dev.mqha.patches.full_port.Refusal), and serves those.
 * - `refused`: it hung up without a word. A broker without that patch does so when it is full, and over TLS every one.
 * - `silent`: nothing came in time, or nobody listens.
 */
export type PortAnswer = 'serving' | 'full' | 'refused' | 'silent';

/**
 * Asks a broker's message port whether it serves clients: the AMQP header is sent and must come back.
 * A bare connect proves nothing, since the kernel accepts connections for a stopped process.
 * @param timeoutMs how long the answer may take, once there is a connection
 * @throws MqhaError `certificates-missing`, `certificate-refused`: whether it serves is not known then
 */
export function askPort(endpoint: Endpoint, timeoutMs = 500): Promise<PortAnswer> {
  return new Promise((resolve, reject) => {
    const socket = dial(endpoint);
    let answer = Buffer.alloc(0);
    let outcome: PortAnswer = 'silent';
    let fault: MqhaError | undefined;
    const end = () => socket.destroy();
    const timer = setTimeout(
      () => {
        outcome = 'silent';
        end();
      },
      timeoutMs + (endpoint.tls ? HANDSHAKE_MS : 0),
    );
    let hangUp: NodeJS.Timeout | undefined;
    socket.on('connect', () => {
      outcome = 'refused';
    });
    socket.on(openEvent(endpoint), () => {
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
    socket.on('error', (error) => {
      fault = certificateError(endpoint, socket, error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(hangUp);
      if (fault) reject(fault);
      else resolve(outcome);
    });
  });
}

/**
 * Whether a broker answers on its message port: it serves clients, and lets more of them in unless it is full.
 * @throws MqhaError `certificates-missing`, `certificate-refused`
 */
export async function isAccepting(endpoint: Endpoint, timeoutMs?: number): Promise<boolean> {
  const answer = await askPort(endpoint, timeoutMs);
  return answer === 'serving' || answer === 'full';
}
