import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { MqhaError, systemCode } from '../../lib/errors.js';
import type { Deadline } from '../../lib/time.js';

/** Who holds a lock, as the holder itself says. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
}

export interface LockOptions {
  /** What this process does with the lock, e.g. `mqha up`. */
  readonly command: string;
  readonly deadline: Deadline;
  /** Called once when somebody else holds the lock and this process begins to wait. */
  readonly onWait?: (holder: LockHolder | undefined) => void;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * One writer at a time for a directory. The lock is a listening local socket: the kernel gives it
 * to one process only and takes it back when that process ends, however it ends, so there is no
 * stale lock to judge. Whoever waits stays connected to the holder and wakes when it lets go.
 *
 * @throws MqhaError `locked` when the deadline passes first
 */
export async function acquireLock(directory: string, options: LockOptions): Promise<Lock> {
  const address = lockAddress(realpathSync(directory));
  let waited = false;
  let holder: LockHolder | undefined;
  for (;;) {
    const lock = await tryListen(address, options.command);
    if (lock) return lock;
    const seen = await waitForHolder(address, options.deadline, (found) => {
      if (!waited) options.onWait?.(found);
      waited = true;
    });
    holder = seen ?? holder;
    if (options.deadline.passed) throw locked(directory, holder);
  }
}

/**
 * Who holds the lock of a directory now; undefined where nobody does, or it does not say so in time.
 * Its pid is proven: only a living process keeps the socket.
 */
export async function lockHolder(
  directory: string,
  deadline: Deadline,
): Promise<LockHolder | undefined> {
  let holder: LockHolder | undefined;
  const controller = new AbortController();
  await waitForHolder(
    lockAddress(realpathSync(directory)),
    deadline,
    (found) => {
      holder = found;
      controller.abort();
    },
    controller.signal,
  );
  return holder;
}

function locked(directory: string, holder: LockHolder | undefined): MqhaError {
  const who = holder ? `\`${holder.command}\` (pid ${holder.pid})` : 'another mqha';
  return new MqhaError('locked', `${who} is working on ${directory}`, {
    hint: 'Wait until it has finished, or end it, and run the command again.',
  });
}

/** Linux has socket names that live and die with the process; elsewhere it is a file that is tried first. */
function lockAddress(directory: string): string {
  const name = `mqha-${userInfo().uid}-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name);
}

async function tryListen(address: string, command: string): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  const holder: LockHolder = { pid: process.pid, command };
  const server: Server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(socket));
    socket.write(`${JSON.stringify(holder)}\n`);
  });
  const listening = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if (systemCode(error) === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ path: address }, () => {
      resolve(true);
    });
  });
  if (!listening) return undefined;
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of waiting) socket.destroy();
      }),
  };
}

/** Returns when the holder has let go or the deadline has passed. */
async function waitForHolder(
  address: string,
  deadline: Deadline,
  onHolder: (holder: LockHolder | undefined) => void,
  signal?: AbortSignal,
): Promise<LockHolder | undefined> {
  let holder: LockHolder | undefined;
  await new Promise<void>((resolve) => {
    const socket = connect({ path: address });
    signal?.addEventListener('abort', () => socket.destroy(), { once: true });
    const timer = setTimeout(() => {
      socket.destroy();
    }, deadline.remaining);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      holder = JSON.parse(text) as LockHolder;
      onHolder(holder);
    });
    socket.on('error', (error) => {
      // A socket file without a listener is what a killed holder leaves where names are files.
      if (systemCode(error) === 'ECONNREFUSED' && !address.startsWith('\0')) {
        rmSync(address, { force: true });
      }
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return holder;
}
