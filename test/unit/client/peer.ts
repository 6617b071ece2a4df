import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import rhea, { type Connection, type EventContext, type Sender } from 'rhea';
import { onTestFinished } from 'vitest';
import type { Broker } from '../../../src/client/brokers.js';

/** A broker made of the AMQP library's own server side: what it does with messages is up to a test. */
export interface Peer {
  readonly broker: Broker;
  /** Bodies that were sent to it. */
  readonly received: string[];
  /** Bodies that it gave away and was told that they were taken. */
  readonly accepted: string[];
  readonly connections: Connection[];
  /** Ends it, and every connection to it, without a word. */
  close(): void;
}

export interface PeerOptions {
  readonly name?: string;
  /** The answer to a message that was sent; none leaves it open. */
  readonly answer?: (context: EventContext) => void;
  /** What it has in its queue. */
  readonly queue?: readonly string[];
  /** Refuses whoever does not have this account. */
  readonly account?: { readonly username: string; readonly password: string };
  readonly port?: number;
}

const accept = ({ delivery }: EventContext) => delivery?.accept();

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
  const received: string[] = [];
  const accepted: string[] = [];
  const connections: Connection[] = [];
  const queue = [...(options.queue ?? [])];
  container.on('connection_open', ({ connection }: EventContext) => connections.push(connection));
  container.on('receiver_open', ({ receiver }: EventContext) =>
    receiver?.set_target({ address: 'q' }),
  );
  container.on('message', (context: EventContext) => {
    received.push(String(context.message?.body));
    answer(context);
  });
  const give = (sender: Sender | undefined) => {
    while (sender?.sendable() === true && queue.length > 0) sender.send({ body: queue.shift() });
  };
  container.on('sendable', ({ sender }: EventContext) => {
    give(sender);
  });
  const bodies = new Map<unknown, string>();
  container.on('accepted', ({ delivery }: EventContext) => {
    accepted.push(bodies.get(delivery?.id) ?? String(delivery?.id));
  });
  for (const event of ['disconnected', 'error', 'connection_close', 'sender_close']) {
    container.on(event, () => undefined);
  }
  const server: Server = container.listen({
    port: options.port ?? 0,
    host: '127.0.0.1',
    receiver_options: { autoaccept: false },
  } as never);
  await new Promise((resolve) => server.once('listening', resolve));
  const sockets = track(server);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(close);
  return { broker: brokerOf(server, options.name), received, accepted, connections, close };
}

/** A machine that takes connections and says nothing, as a suspended process's kernel does. */
export async function silent(name = 'silent'): Promise<Broker> {
  const server = createServer();
  const sockets = track(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return brokerOf(server, name);
}

function track(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  return sockets;
}

function brokerOf(server: Server, name = 'peer'): Broker {
  return { name, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
