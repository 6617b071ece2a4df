import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A packet of ZooKeeper's protocol: its length, and what is in it. */
function packet(...parts: Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const body = Buffer.concat(parts);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The answer to a client that connects; the numbers of its session are no error codes. */
export function greeting(): Buffer {
  const fixed = Buffer.alloc(20, 0x75);
  fixed.writeInt32BE(0, 0);
  fixed.writeInt32BE(6000, 4);
  fixed.writeInt32BE(16, 16);
  return packet(fixed, Buffer.alloc(16, 1), Buffer.alloc(1));
}

/** The answer to a question for children: none, and the statistics of the znode. */
export function noChildren(request: Buffer): Buffer {
  const header = Buffer.alloc(16);
  request.copy(header, 0, 4, 8);
  return packet(header, Buffer.alloc(4), Buffer.alloc(68));
}

/** The answer to a question about a znode that is absent. */
export const noNode = (request: Buffer) => refusal(request, -101);

/** The answer to a question about a znode that belongs to others. */
export const denied = (request: Buffer) => refusal(request, -102);

function refusal(request: Buffer, code: number): Buffer {
  const header = Buffer.alloc(16);
  request.copy(header, 0, 4, 8);
  header.writeInt32BE(code, 12);
  return packet(header);
}

/** What a server says to whoever watches a path that is created. */
export function created(path: string): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32BE(-1, 0);
  const event = Buffer.alloc(12);
  event.writeInt32BE(1, 0);
  event.writeInt32BE(3, 4);
  event.writeInt32BE(path.length, 8);
  return packet(header, event, Buffer.from(path));
}

/** A server that does something with whatever the nth connection sends. */
export async function server(
  port: number,
  onData: (socket: Socket, data: Buffer, connection: number) => void,
): Promise<string> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      onData(socket, data, connection);
    });
  }).listen(port, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** What a request is, after its length and number: 12 asks for children, 6 for rights, 3 whether a znode is there, -11 closes. */
export const kindOf = (request: Buffer) => request.readInt32BE(8);

/** Whether it is the first thing that a client says. */
export const isHello = (data: Buffer) => data.length > 40 && data.readInt32BE(4) === 0;

/** An ensemble without a member. @returns how to connect to it, and how many sessions were opened so far */
export async function emptyEnsemble(): Promise<{ connect: string; sessions: () => number }> {
  let sessions = 0;
  const connect = await server(0, (socket, data) => {
    if (isHello(data)) {
      sessions++;
      socket.write(greeting());
      return;
    }
    // Several questions may come at once.
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      const request = data.subarray(at);
      // Children, and rights: there are none, and then come the statistics of the znode.
      if ([12, 6].includes(kindOf(request))) socket.write(noChildren(request));
    }
  });
  return { connect, sessions: () => sessions };
}
