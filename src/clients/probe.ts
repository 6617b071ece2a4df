import { dial, type Endpoint } from '../lib/dial.js';

/**
 * The AMQP 1.0 header of a client that will authenticate (protocol id 3, SASL), which a serving
 * broker sends back. ActiveMQ refuses the one without SASL (protocol id 0) and logs it.
 */
const AMQP_HEADER = Buffer.from([...Buffer.from('AMQP'), 3, 1, 0, 0]);

/**
 * Whether a broker serves clients on its message port: the AMQP header is sent and must come back.
 * A bare connect proves nothing, since the kernel accepts connections for a stopped process.
 * @param timeoutMs how long the answer may take
 */
export function isAccepting(endpoint: Endpoint, timeoutMs = 500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(endpoint);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    let answer = Buffer.alloc(0);
    let accepting = false;
    socket.on('connect', () => socket.write(AMQP_HEADER));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < AMQP_HEADER.length) return;
      accepting = answer.subarray(0, AMQP_HEADER.length).equals(AMQP_HEADER);
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(accepting);
    });
  });
}
