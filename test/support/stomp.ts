import { connect } from 'node:net';
import type { ClientSettings } from '../../src/clients/client-settings.js';

const LIMIT_MS = 30_000;
const SILENT_MS = 15_000;
const HEAD_MS = 500;

/**
 * Sends one persistent message over STOMP.
 * @param port the master's message port
 * @param stopsAt how much of the body it sends before it stops, and keeps its connection
 * @returns `receipt`, what the broker's ERROR frame says, `closed`, or `silent` where it stopped and nothing came of it
 */
export function stompSend(
  settings: ClientSettings,
  port: number,
  queue: string,
  body: Buffer,
  stopsAt?: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = stopsAt === undefined ? LIMIT_MS : SILENT_MS;
    const socket = connect({ host: '127.0.0.1', port, timeout });
    let got = '';
    const end = (result: string) => {
      socket.destroy();
      resolve(result);
    };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const before = got;
      got += text;
      if (got.includes('ERROR\n')) end(/message:(.*)/.exec(got)?.[1] ?? 'ERROR');
      else if (got.includes('RECEIPT\n')) end('receipt');
      else if (got.includes('CONNECTED\n') && !before.includes('CONNECTED\n')) {
        const head = `SEND\ndestination:/queue/${queue}\npersistent:true\nreceipt:1\ncontent-length:${body.length}\n\n`;
        socket.write(head);
        // A refused head is answered at once; a body under way would reset the connection, answer and all.
        setTimeout(() => {
          if (socket.destroyed) return;
          socket.write(
            stopsAt === undefined
              ? Buffer.concat([body, Buffer.alloc(1)])
              : body.subarray(0, stopsAt),
          );
        }, HEAD_MS);
      }
    });
    socket.on('timeout', () => {
      if (stopsAt !== undefined) resolve('silent');
      else reject(new Error(`STOMP: no answer in ${LIMIT_MS} ms: ${got}`));
      socket.destroy();
    });
    // A broker that refuses a frame hangs up while the rest of it is under way.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      end('closed');
    });
    const { username, password } = settings;
    socket.write(
      `CONNECT\naccept-version:1.1\nhost:mq\nlogin:${username ?? ''}\npasscode:${password ?? ''}\n\n\0`,
    );
  });
}

/**
 * Takes the first message of a queue that a selector finds.
 * @returns its headers
 * @param port the master's message port
 * @throws Error where none comes in half a minute
 */
export function stompTake(
  { username, password }: ClientSettings,
  port: number,
  queue: string,
  selector: string,
): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: LIMIT_MS });
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const before = got;
      got += text;
      if (got.includes('CONNECTED\n') && !before.includes('CONNECTED\n')) {
        socket.write(
          `SUBSCRIBE\nid:1\ndestination:/queue/${queue}\nselector:${selector.replaceAll(':', '\\c')}\nack:auto\n\n\0`,
        );
      }
      const head = /MESSAGE\n([^]*?)\n\n/.exec(got)?.[1];
      if (head === undefined) return;
      socket.destroy();
      const headers = head.split('\n').map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1)] as const;
      });
      resolve(Object.fromEntries(headers));
    });
    const failed = (why: string) => {
      socket.destroy();
      reject(new Error(`STOMP: ${why}: ${got}`));
    };
    socket.on('timeout', () => {
      failed('no message');
    });
    socket.on('error', (error) => {
      failed(error.message);
    });
    socket.write(
      `CONNECT\naccept-version:1.1\nhost:mq\nlogin:${username ?? ''}\npasscode:${password ?? ''}\n\n\0`,
    );
  });
}
