import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '../../src/agents/local/ports.js';
import { Deadline } from '../../src/lib/time.js';
import { ZooKeeperReader } from '../../src/stores/replicated-leveldb/zookeeper/session.js';

const PATH = '/activemq/mqstores';

/** A packet of ZooKeeper's protocol: its length, and what is in it. */
function packet(...parts: Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const body = Buffer.concat(parts);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The answer to a client that connects; the numbers of its session are no error codes. */
function greeting(): Buffer {
  const fixed = Buffer.alloc(20, 0x75);
  fixed.writeInt32BE(0, 0);
  fixed.writeInt32BE(6000, 4);
  fixed.writeInt32BE(16, 16);
  return packet(fixed, Buffer.alloc(16, 1), Buffer.alloc(1));
}

/** The answer to a question for children: none, and the statistics of the znode. */
function noChildren(request: Buffer): Buffer {
  const header = Buffer.alloc(16);
  request.copy(header, 0, 4, 8);
  return packet(header, Buffer.alloc(4), Buffer.alloc(68));
}

/** A server that does something with whatever the nth connection sends. */
async function server(
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

it('is done with a server that it gave up on, also when that comes back', async () => {
  const [port = 0] = await freePorts([1]);
  const reader = new ZooKeeperReader(`127.0.0.1:${port}`);
  await expect(reader.group(PATH, Deadline.in(150))).rejects.toThrow('does not answer');
  const asked = vi.fn();
  await server(port, (socket) => {
    asked();
    socket.write(greeting());
  });
  // Longer than the library waits before it connects again.
  await sleep(500);
  expect(asked).not.toHaveBeenCalled();
});

it('opens another session when the connection is lost in the middle of an answer', async () => {
  const seen: number[] = [];
  const connect = await server(0, (socket, data, connection) => {
    seen.push(connection);
    if (data.length > 40) {
      socket.write(greeting());
      return;
    }
    socket.write(noChildren(data));
    if (connection === 1) socket.end(Buffer.from([0, 0, 0]));
  });
  const reader = new ZooKeeperReader(connect);
  const onChange = vi.fn();
  const empty = { exists: true, znodes: [] };
  expect(await reader.group(PATH, Deadline.in(5000), onChange)).toEqual(empty);
  await vi.waitFor(() => {
    expect(onChange).toHaveBeenCalledOnce();
  });
  expect(await reader.group(PATH, Deadline.in(5000))).toEqual(empty);
  expect(seen).toEqual([1, 1, 2, 2]);
  reader.close();
  expect(onChange).toHaveBeenCalledOnce();
});

it('closes its session, and hangs up on a server that does not', async () => {
  let ended: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const requests: number[] = [];
  const connect = await server(0, (socket, data) => {
    if (data.length > 40) {
      socket.write(greeting());
      socket.once('close', ended);
      return;
    }
    // After its length and number: what it is; 12 asks for children, -11 closes the session.
    requests.push(data.readInt32BE(8));
    if (requests.length === 1) socket.write(noChildren(data));
  });
  const reader = new ZooKeeperReader(connect);
  await reader.group(PATH, Deadline.in(5000));
  reader.close();
  await hungUp;
  expect(requests).toEqual([12, -11]);
});

it('opens one session for all who ask at once', async () => {
  const connections = new Set<number>();
  let greeted = false;
  const connect = await server(0, (socket, data, connection) => {
    connections.add(connection);
    if (connections.size === 1 && !greeted) {
      greeted = true;
      socket.write(greeting());
      return;
    }
    // Several questions may come at once.
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      socket.write(noChildren(data.subarray(at)));
    }
  });
  const reader = new ZooKeeperReader(connect);
  const ask = () => reader.group(PATH, Deadline.in(5000));
  await Promise.all([ask(), ask(), ask()]);
  expect([...connections]).toEqual([1]);
  reader.close();
});
