import type { Socket } from 'node:net';
import {
  certificateError,
  dial,
  openEvent,
  type Endpoint,
  type TlsIdentity,
} from '../../../lib/dial.js';
import type { MqhaError } from '../../../lib/errors.js';

/** What node-zookeeper-client keeps to itself of its connection, and we need. */
export interface ConnectionManager {
  socket?: Socket;
  readonly servers: readonly Endpoint[];
  pendingBuffer: Buffer | null;
  connectTimeoutHandler: NodeJS.Timeout | null;
  readonly connectTimeout: number;
  setState(state: number): void;
  findNextServer(found: (server: Endpoint) => void): void;
  connect: () => void;
  onSocketConnected: () => void;
  onSocketData: (data: Buffer) => void;
  onSocketDrain(): void;
  onSocketClosed(hasError: boolean): void;
  onSocketError(error: Error): void;
}

/** The state of the library's connection while it is made. */
const CONNECTING = 1;

/**
 * Has the library connect over TLS, which it does not know: as its own connect() does (ConnectionManager.js of 1.1.3),
 * but for the socket.
 * @param onFault told where a server's certificate is none of the cluster, or ours is not taken
 */
export function connectOver(
  manager: ConnectionManager,
  tls: TlsIdentity,
  onFault: (fault: MqhaError) => void,
): void {
  manager.connect = () => {
    manager.setState(CONNECTING);
    manager.findNextServer(({ host, port }) => {
      const endpoint = { host, port, tls };
      const socket = dial(endpoint).setNoDelay();
      manager.socket = socket;
      // It lasts until the handshake is done: a server that hangs, or speaks no TLS, says nothing.
      const timer = setTimeout(() => socket.destroy(), manager.connectTimeout);
      manager.connectTimeoutHandler = timer;
      socket.on(openEvent(endpoint), () => {
        manager.onSocketConnected();
      });
      socket.on('data', (data: Buffer) => {
        manager.onSocketData(data);
      });
      socket.on('drain', () => {
        manager.onSocketDrain();
      });
      socket.on('close', (hasError: boolean) => {
        clearTimeout(timer);
        manager.onSocketClosed(hasError);
      });
      socket.on('error', (error: Error) => {
        const fault = certificateError(endpoint, socket, error);
        if (fault) onFault(fault);
        manager.onSocketError(error);
      });
    });
  };
}
