import type { Socket } from 'node:net';
import type { Connection, EventContext } from 'rhea';
import type rhea from 'rhea';
import { messageOf } from '../../lib/errors.js';
import { certificateError, dial, openEvent, type Endpoint } from '../../lib/dial.js';
import { before, Deadline } from '../../lib/time.js';
import type { Account, Broker } from '../brokers.js';

/** What ends a connection of ours: each has one link, so the end of that is the end of all. */
const ENDINGS = [
  'connection_error',
  'connection_close',
  'session_error',
  'session_close',
  'sender_error',
  'sender_close',
  'receiver_error',
  'receiver_close',
  'protocol_error',
  'disconnected',
  'error',
];

/** Between machines: the kernel alone would try for minutes. */
const CONNECT_MS = 5000;

/** The AMQP library, loaded when the first client connects. */
export async function amqp(): Promise<typeof rhea> {
  return (await import('rhea')).default;
}

/** One AMQP connection to one broker; the times are Date.now(), the clock of the brokers' logs. */
export class AmqpConnection {
  readonly broker: Broker;
  readonly connection: Connection;
  readonly acceptedAt = Date.now();
  /** When the broker has let the client in; undefined until then. */
  openAt: number | undefined;
  /** Resolves then; need never. */
  readonly opened: Promise<void>;
  lostAt: number | undefined;
  /** Why it was lost, in the broker's words where it said something. */
  reason: string | undefined;
  /** Resolves when it is lost. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  private constructor(broker: Broker, connection: Connection, socket: Socket) {
    this.broker = broker;
    this.connection = connection;
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#lost('the connection was closed');
        resolve();
      });
    });
    this.opened = new Promise((resolve) => {
      connection.once('connection_open', () => {
        this.openAt = Date.now();
        resolve();
      });
    });
    for (const event of ENDINGS) {
      connection.on(event, (context: unknown) => {
        this.#lost(reasonOf(context, connection) ?? event);
        socket.destroy();
      });
    }
    connection.container.on('error', (error) => {
      this.#lost(messageOf(error));
      socket.destroy();
    });
  }

  /**
   * Connects and says who the client is; whether the broker lets it in is not waited for.
   * @param idleMs a broker that says nothing for about twice this time is given up; by default none is
   * @returns undefined where the connection was refused, which a closed port does at once
   * @throws MqhaError `certificates-missing`, `certificate-refused`
   */
  static async open(
    broker: Broker,
    account: Account | undefined,
    idleMs?: number,
  ): Promise<AmqpConnection | undefined> {
    const rhea = await amqp();
    const socket = await accepted(broker);
    if (!socket) return undefined;
    const { host, port } = broker;
    const connection = rhea.create_container().create_connection({
      ...(account ?? { username: 'anonymous' }),
      ...(idleMs === undefined ? {} : { idle_time_out: idleMs }),
      host,
      port,
      reconnect: false,
      // On a socket that is connected already, so that a closed port costs a refused connect and no more.
      connection_details: () => ({
        host,
        port,
        connect: (_port: number, _host: string, _options: unknown, connected: () => void) => {
          setImmediate(connected);
          return socket;
        },
      }),
    });
    const wire = new AmqpConnection(broker, connection, socket);
    connection.connect();
    return wire;
  }

  /** Ends the connection now, also one to a broker that answers nobody. */
  drop(): void {
    this.#lost('given up');
    this.connection.close();
    // The frame that says so is written first, and no answer is waited for.
    setImmediate(() => this.#socket.destroy());
  }

  /**
   * Ends the connection after the broker has dealt with everything that was written before: it
   * answers in order.
   */
  async end(limitMs: number): Promise<void> {
    this.connection.close();
    await before(Deadline.in(limitMs), this.closed);
    this.drop();
  }

  #lost(reason: string): void {
    this.lostAt ??= Date.now();
    this.reason ??= reason;
  }
}

/** What the broker, or the socket, said when it ended a connection, session or link. */
function reasonOf(context: unknown, connection: Connection): string | undefined {
  const { sender, receiver, session, error } = (context ?? {}) as Partial<EventContext>;
  for (const said of [
    sender?.error,
    receiver?.error,
    session?.error,
    error,
    connection.get_error(),
  ]) {
    if (said instanceof Error) return said.message;
    if (said) return said.description ?? said.condition;
  }
  return context instanceof Error ? context.message : undefined;
}

/**
 * A connected socket; undefined where it was refused, or the machine does not answer.
 * @throws MqhaError `certificates-missing`, `certificate-refused`
 */
function accepted(endpoint: Endpoint): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = dial(endpoint).setNoDelay(true);
    const timer = setTimeout(() => socket.destroy(), CONNECT_MS);
    socket.on('error', (error) => {
      const fault = certificateError(endpoint, socket, error);
      if (fault) reject(fault);
    });
    socket.once('connect', () => {
      if (isConnectedToItself(socket)) socket.resetAndDestroy();
    });
    socket.once(openEvent(endpoint), () => {
      clearTimeout(timer);
      if (!socket.destroyed) resolve(socket);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/**
 * Whether a socket is its own peer. The kernel chooses our end's port, and once in some ten thousand
 * attempts it is the closed port that we connect to: the socket would hold what the broker is to open.
 */
export function isConnectedToItself(socket: Socket): boolean {
  const { localPort, remotePort, localAddress, remoteAddress } = socket;
  return localPort === remotePort && localAddress === remoteAddress;
}
