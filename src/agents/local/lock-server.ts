import { createServer, type Server, type Socket } from 'node:net';
import * as z from 'zod/mini';

/** Who holds a lock, as the holder itself says. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
}

const schema = z.looseObject({ pid: z.int().check(z.minimum(2)), command: z.string() });

/** What a holder says of itself is one line, and no longer than this many bytes. */
const LINE_BYTES = 64 * 1024;

/** A listening socket that says who listens, and keeps whoever connects until it is closed. */
export class LockServer {
  readonly #server: Server;
  readonly #connected: Set<Socket>;

  private constructor(server: Server, connected: Set<Socket>) {
    this.#server = server;
    this.#connected = connected;
  }

  /**
   * @param maxConnections how many are kept; those beyond are closed at once
   * @throws the system's error, as `EADDRINUSE`
   */
  static async listen(
    path: string,
    { pid, command }: LockHolder,
    maxConnections?: number,
  ): Promise<LockServer> {
    const line = `${JSON.stringify({ pid, command: command.slice(0, LINE_BYTES / 8) })}\n`;
    const connected = new Set<Socket>();
    const server = createServer((socket) => {
      connected.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => connected.delete(socket));
      // What somebody sends is nothing to us, and must not be kept.
      socket.resume();
      socket.write(line);
    });
    if (maxConnections !== undefined) server.maxConnections = maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path }, () => {
        server.off('error', reject);
        // A connection that cannot be accepted (no descriptors left) is its peer's loss.
        server.on('error', () => undefined);
        resolve();
      });
    });
    server.unref();
    return new LockServer(server, connected);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      for (const socket of this.#connected) socket.destroy();
    });
  }
}

/** Calls back once with what a holder says; undefined where that is no line of a holder. */
export function hearHolder(
  socket: Socket,
  onHolder: (holder: LockHolder | undefined) => void,
): void {
  let text = '';
  let heard = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    if (heard) return;
    text += chunk;
    const end = text.indexOf('\n');
    if (end === -1 && text.length < LINE_BYTES) return;
    heard = true;
    onHolder(end === -1 ? undefined : parseHolder(text.slice(0, end)));
  });
}

/** What a line says of a holder; undefined for any other line. */
export function parseHolder(line: string): LockHolder | undefined {
  try {
    return z.parse(schema, JSON.parse(line));
  } catch {
    return undefined;
  }
}
