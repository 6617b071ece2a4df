import { once } from 'node:events';
import {
  createServer as createClearServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { CertifiedKey } from '../../../src/certificates/files.js';
import type { Endpoint, TlsIdentity } from '../../../src/lib/dial.js';
import type { Authority } from '../../support/certificates.js';

/** A server, and what it has heard. */
export interface Heard {
  readonly endpoint: Endpoint;
  /** What clients have said to it, decrypted. */
  readonly said: () => string;
}

/**
 * A server that speaks TLS as brokers do: who connects must show a certificate of the authority.
 * @param answer what it does with what a client says
 */
export function secured(
  authority: Authority,
  { certificate, key }: CertifiedKey,
  identity: TlsIdentity,
  answer: (socket: TLSSocket, data: Buffer) => void = () => undefined,
): Promise<Heard> {
  let said = '';
  const server = createServer(
    { cert: certificate, key, ca: authority.own.certificate, requestCert: true },
    (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => {
        said += data.toString('latin1');
        answer(socket, data);
      });
    },
  );
  return listening(server, identity, () => said);
}

/** A server that speaks no TLS. @param answer what it does with a client's first words */
export function inClear(identity: TlsIdentity, answer: (socket: Socket) => void): Promise<Heard> {
  let said = '';
  const server = createClearServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => (said += data.toString('latin1')));
    socket.once('data', () => {
      answer(socket);
    });
  });
  return listening(server, identity, () => said);
}

async function listening(
  server: Server,
  identity: TlsIdentity,
  said: () => string,
): Promise<Heard> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: { host: '127.0.0.1', port, tls: identity }, said };
}
