import type { ConnectionManager } from './connect-over.js';

/** How long one server may take to begin a session while others may be asked; twice that in the next round, and so on. */
export const ROUND_MS = 400;
/** The same with a handshake of TLS, which costs a busy machine more. */
export const TLS_ROUND_MS = 700;

/**
 * Has the library go on to the next server where one does not begin a session soon. By itself it gives each of three
 * servers a third of the session's length to connect, and one that has connected and hangs all the time there is.
 * @param roundMs ROUND_MS, or TLS_ROUND_MS
 * @param isBegun whether the session has begun; from then on nothing is hurried
 */
export function hurry(manager: ConnectionManager, roundMs: number, isBegun: () => boolean): void {
  const { servers } = manager;
  if (servers.length < 2) return;
  const connect = manager.connect.bind(manager);
  let attempts = 0;
  manager.connect = () => {
    const limit = roundMs * 2 ** Math.floor(attempts / servers.length);
    attempts += 1;
    // Half an answer of the server before must not be taken for the beginning of this one's.
    manager.pendingBuffer = null;
    const before = manager.socket;
    connect();
    const timer = setTimeout(() => {
      const { socket } = manager;
      if (!isBegun() && socket !== before) socket?.destroy();
    }, limit);
    timer.unref();
  };
}
