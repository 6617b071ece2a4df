import { connect, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import type { ExitWatch } from '../agent.js';

/** The local socket of a process, below its directory; dev.mqha.launch.Launcher opens it. */
const SOCKET = join('tmp', 'life');

const RETRY_MS = 250;

/**
 * Calls back once when a process ends: the kernel closes the socket that its launcher opened, at
 * once and however the process ends. Nothing is asked again and again, and a suspended process
 * keeps its socket. Where there is no socket (yet) it is looked for until closed.
 * @param base the directory of the process
 */
export function watchExit(base: string, onEnd: () => void): ExitWatch {
  // The path of a local socket is at most about 100 bytes long; from here it may be shorter.
  const absolute = join(base, SOCKET);
  const near = relative(process.cwd(), absolute);
  const path = near.length < absolute.length ? near : absolute;
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const hold = () => {
    let connected = false;
    socket = connect({ path });
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (closed) return;
      if (connected) {
        closed = true;
        onEnd();
      } else {
        timer = setTimeout(hold, RETRY_MS);
      }
    });
    socket.resume();
  };
  hold();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.destroy();
    },
  };
}
