import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAtPort } from '../../src/observe/message-port.js';
import { Authority } from '../support/certificates.js';
import { clusterOf, config } from './scenes.js';

const servers: Server[] = [];

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A console that counts so many connections, or says nothing. */
const counting =
  (connections: number | undefined): RequestListener =>
  (_request, response) => {
    if (connections === undefined) return;
    const names = Array.from({ length: connections }, (_, number) => `connection${number}`);
    const value = Object.fromEntries(names.map((name) => [name, { RemoteAddress: name }]));
    response.end(JSON.stringify({ status: connections === 0 ? 404 : 200, value }));
  };
const consoleWith = (connections: number | undefined) => createHttpServer(counting(connections));

/** What is said of a broker of an earlier mqha: its port knows no word for full. */
async function lookedAt(answer: (socket: Socket) => void, connections: number | undefined) {
  const port = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answer(socket);
    });
  });
  const [messagePort, webPort] = [await listening(port), await listening(consoleWith(connections))];
  const [node] = config.nodes;
  if (!node) throw new Error('no node');
  return lookAtPort(clusterOf(config), { ...node, messagePort, webPort }, undefined, 300);
}

describe('a message port that hangs up without a word', () => {
  const hangsUp = (socket: Socket) => socket.end();

  it('is full where the console counts as many connections as there may be', async () => {
    expect(await lookedAt(hangsUp, 1000)).toEqual({ accepting: true, full: true });
  });

  it('is at fault where there are few, or the console says nothing', async () => {
    const fault = { accepting: false, full: false };
    expect(await lookedAt(hangsUp, 20)).toEqual(fault);
    expect(await lookedAt(hangsUp, 0)).toEqual(fault);
    expect(await lookedAt(hangsUp, undefined)).toEqual(fault);
  });
});

describe('a message port that says nothing', () => {
  it('hangs, however many connections the console counts', async () => {
    expect(await lookedAt(() => undefined, 1000)).toEqual({ accepting: false, full: false });
  });
});

describe.runIf(process.platform === 'linux')('a message port over TLS that says nothing', () => {
  const ours = new Authority();

  /** @param strangers connections that never say who they are @param clients what the console counts, if it answers */
  async function amid(strangers: number, clients: number | undefined) {
    const { certificate: cert, key } = ours.certify();
    const [messagePort, webPort] = [
      await listening(createServer((socket) => socket.on('error', () => undefined))),
      await listening(createHttpsServer({ cert, key }, counting(clients))),
    ];
    const idle = Array.from({ length: strangers }, () => connect(messagePort, '127.0.0.1'));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const [node] = config.nodes;
    if (!node) throw new Error('no node');
    const cluster = { ...clusterOf(config), tls: ours.identity() };
    try {
      const addresses = { messagePort, webPort, tls: true };
      return await lookAtPort(cluster, { ...node, ...addresses }, undefined, 300);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  }

  it('is full where its console answers and it has far more connections than clients', async () => {
    expect(await amid(200, 20)).toEqual({ accepting: true, full: true });
  });

  it('hangs where it has no more connections than clients, or the console says nothing', async () => {
    const fault = { accepting: false, full: false };
    expect(await amid(200, 200)).toEqual(fault);
    expect(await amid(3, 1)).toEqual(fault);
    expect(await amid(200, undefined)).toEqual(fault);
  });
});
