import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askPort, isAccepting } from '../../../src/clients/probe.js';

const HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);
const MECHANISMS = Buffer.from([0, 0, 0, 16, 2, 1, 0, 0]);

describe('a message port', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** A port whose broker does this with what a client has sent. */
  async function port(answer: (socket: Socket) => void) {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        answer(socket);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  }

  it('serves where the header comes back, with more or without', async () => {
    const all = await port((socket) => socket.write(Buffer.concat([HEADER, MECHANISMS])));
    const parts = await port((socket) => {
      socket.write(HEADER.subarray(0, 3));
      setTimeout(() => socket.write(HEADER.subarray(3)), 20);
    });
    expect(await askPort(all)).toBe('serving');
    expect(await askPort(parts)).toBe('serving');
    expect(await isAccepting(all)).toBe(true);
  });

  it('is full where the header comes back and it hangs up then', async () => {
    const full = await port((socket) => socket.end(HEADER));
    expect(await askPort(full)).toBe('full');
    expect(await isAccepting(full)).toBe(true);
  });

  it('refuses where it hangs up without the header, or says something else', async () => {
    const mute = await port((socket) => socket.end());
    const short = await port((socket) => socket.end(HEADER.subarray(0, 4)));
    const other = await port((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    for (const endpoint of [mute, short, other]) {
      expect(await askPort(endpoint)).toBe('refused');
      expect(await isAccepting(endpoint)).toBe(false);
    }
  });

  it('is silent where nothing comes in time, or nobody listens', async () => {
    const hung = await port(() => undefined);
    expect(await askPort(hung, 200)).toBe('silent');
    const gone = await port(() => undefined);
    await new Promise((resolve) => servers.at(-1)?.close(resolve));
    expect(await askPort(gone)).toBe('silent');
  });
});
