import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import rhea, {
  type Connection,
  type Delivery,
  type EventContext,
  type Message,
  type Sender,
} from 'rhea';
import { onTestFinished } from 'vitest';
import type { Broker } from '../../../src/clients/brokers.js';

/** A broker made of the AMQP library's own server side: what it does with messages is up to a test. */
export interface Peer {
  readonly broker: Broker;
  /** What was sent to it. */
  readonly received: Message[];
  /** How many messages it has given away. */
  readonly given: () => number;
  /** Bodies of what it gave away and was told that it was taken. */
  readonly accepted: string[];
  readonly connections: Connection[];
  /** Of these, those that have ended. */
  readonly ended: Connection[];
  /** Ends it, and every connection to it, without a word. */
  close(): void;
}

export type Answer = (context: EventContext) => void;

export interface PeerOptions {
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
  /** The answer to a message that was sent; by default it is accepted. */
  readonly answer?: Answer;
  /** What it has in its queue. */
  readonly queue?: readonly (string | Message)[];
  /** Lets in nobody else. */
  readonly account?: { readonly username: string; readonly password: string };
}

const accept: Answer = ({ delivery }) => {
  delivery?.accept();
};

export async function peer(options: PeerOptions = {}): Promise<Peer> {
  const container = rhea.create_container();
  const { account, answer = accept } = options;
  if (account) {
    const mechanisms = container.sasl_server_mechanisms as {
      enable_plain(isKnown: (username: string, password: string) => boolean): void;
    };
    mechanisms.enable_plain(
      (username, password) => username === account.username && password === account.password,
    );
  }
  const received: Message[] = [];
  const accepted: string[] = [];
  const connections: Connection[] = [];
  const ended: Connection[] = [];
  const queue = (options.queue ?? []).map((message) =>
    typeof message === 'string' ? { body: message } : message,
  );
  const bodies = new Map<Delivery, string>();
  const give = (sender: Sender | undefined) => {
    if (!sender) return;
    const { credit } = sender as unknown as { credit: number };
    for (const message of queue.splice(0, credit)) {
      bodies.set(sender.send(message), String(message.body));
    }
  };
  container.on('connection_open', ({ connection }: EventContext) => connections.push(connection));
  container.on('message', (context: EventContext) => {
    if (context.message) received.push(context.message);
    answer(context);
  });
  container.on('sendable', ({ sender }: EventContext) => {
    give(sender);
  });
  container.on('sender_draining', ({ sender }: EventContext) => {
    give(sender);
    sender?.set_drained(true);
  });
  container.on('accepted', ({ delivery }: EventContext) => {
    if (delivery) accepted.push(bodies.get(delivery) ?? '');
  });
  for (const event of ['connection_close', 'disconnected']) {
    container.on(event, ({ connection }: EventContext) => {
      if (!ended.includes(connection)) ended.push(connection);
    });
  }
  container.on('error', () => undefined);
  const server = container.listen({
    port: options.port ?? 0,
    host: options.host ?? HOST,
    receiver_options: { autoaccept: false },
  } as never);
  const close = track(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    broker: brokerOf(server, options.name),
    received,
    given: () => bodies.size,
    accepted,
    connections,
    ended,
    close,
  };
}

/**
 * An address of its own for each process of tests: a port that is closed here is not opened by a test
 * beside this one.
 */
const HOST =
  process.platform === 'linux'
    ? `127.${64 + ((process.pid >> 8) & 63)}.${process.pid & 255}.1`
    : '127.0.0.1';

/** Ends a connection as a process does that is killed. */
export function cut({ connection }: EventContext): void {
  (connection as unknown as { socket: Socket }).socket.destroy();
}

/** A machine that takes connections and says nothing, as a suspended process's kernel does. */
export async function silent(name = 'silent'): Promise<Broker> {
  const server = createServer();
  track(server);
  await new Promise<void>((resolve) => {
    server.listen(0, HOST, resolve);
  });
  return brokerOf(server, name);
}

/** Nobody listens there. */
export async function closed(name = 'closed'): Promise<Broker> {
  const former = await peer({ name });
  former.close();
  return former.broker;
}

/** @returns ends the server and its connections, which also happens when the test has finished */
function track(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(close);
  return close;
}

function brokerOf(server: Server, name = 'peer'): Broker {
  const { address, port } = server.address() as AddressInfo;
  return { name, host: address, port };
}

/** Waits until something has become so. */
export async function become(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it did not become so: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
