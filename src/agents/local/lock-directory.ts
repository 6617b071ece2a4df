import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { MqhaError, systemCode } from '../../lib/errors.js';
import { fileError, SECRET_DIRECTORY, SECRET_FILE } from '../../lib/files.js';
import { sleep, type Deadline } from '../../lib/time.js';
import { hearHolder, LockServer, type LockHolder } from './lock-server.js';

/** `holder.<n>`: who has held the lock as the n-th; the highest may hold it now. */
const HOLDER = /^holder\.(\d{1,15})$/;
/** `new.<random>`: the socket of who is about to claim it. */
const NEW = 'new.';
/** A contender that is killed leaves its socket; one that is removed too early is made again. */
const LEFT_MS = 60_000;
/** A path of a local socket is 107 bytes at most on Linux, and 103 on macOS. */
const PATH_BYTES = 103;
/** Each try but the first means that somebody else has claimed it in between. */
const TRIES = 100;
/** A holder that is suspended, and on whom many wait, takes no more connections. */
const BUSY_MS = 50;

/** A lock that was claimed. */
export interface Claim {
  /** See Lock.isHeld(). */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Whether a socket answers: its connection, or why there is none. */
type Answer = Socket | 'refused' | 'gone' | 'busy';

/**
 * A lock as sockets in a directory that is its owner's alone.
 *
 * A socket file outlives its holder, and removing one that seems dead races with whoever makes it anew. So none is ever
 * made anew: holders are numbered, `holder.1`, `holder.2`, and only the highest number counts. A contender listens on a
 * socket of another name first. Once the highest holder refuses a connection, which is for ever, it links its own to the
 * next number: the file system gives that to one. Whoever finds a higher number after its own link has looked at an old
 * list and tries again. Lower numbers are removed by the holder, the highest by nobody.
 */
export class LockDirectory {
  readonly #at: string;

  constructor(at: string) {
    this.#at = at;
  }

  /**
   * Claims the lock.
   * @returns undefined where somebody else holds it
   * @throws MqhaError `no-directory`, `no-permission`, `disk-full`
   */
  async claim(holder: LockHolder): Promise<Claim | undefined> {
    const made = await this.#claimOnce(holder);
    return made && new DirectoryClaim(made, (again) => this.#claimOnce(again), holder);
  }

  /** Waits until the holder has let go, the deadline has passed, or a signal comes. @param onHolder told who it is, once */
  async wait(
    deadline: Deadline,
    onHolder: (holder: LockHolder | undefined) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const socket = await this.#connect();
    if (socket === 'busy') await sleep(Math.min(BUSY_MS, deadline.remaining), signal);
    if (typeof socket === 'string') return;
    await new Promise<void>((resolve) => {
      const end = () => socket.destroy();
      const timer = setTimeout(end, deadline.remaining);
      signal?.addEventListener('abort', end);
      if (signal?.aborted === true) end();
      socket.on('close', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      });
      hearHolder(socket, onHolder);
    });
  }

  /** Who holds it; undefined where nobody does, or it does not say so in time. */
  async holder(deadline: Deadline): Promise<LockHolder | undefined> {
    let holder: LockHolder | undefined;
    const socket = await this.#connect();
    if (typeof socket === 'string') return undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), deadline.remaining);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      hearHolder(socket, (found) => {
        holder = found;
        socket.destroy();
      });
    });
    return holder;
  }

  /** A connection to the holder, where there is one. A directory that is absent or unusable has none. */
  async #connect(): Promise<Answer> {
    let directory: OpenDirectory;
    try {
      directory = new OpenDirectory(this.#at);
    } catch {
      return 'gone';
    }
    try {
      return await answerOf(directory, directory.highest);
    } finally {
      directory.close();
    }
  }

  async #claimOnce(holder: LockHolder): Promise<Made | undefined> {
    makeDirectory(this.#at);
    const directory = opened(this.#at);
    let server: { readonly name: string; readonly socket: LockServer } | undefined;
    let kept = false;
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const { highest } = directory;
        const answer = await answerOf(directory, highest);
        if (typeof answer !== 'string') answer.destroy();
        if (typeof answer !== 'string' || answer === 'busy') return undefined;
        server ??= await listen(directory, holder);
        const number = highest + 1;
        const linked = directory.link(server.name, `holder.${number}`);
        if (linked === 'gone') {
          await server.socket.close();
          server = undefined;
        } else if (linked === 'linked' && directory.highest === number) {
          directory.remove(server.name);
          directory.tidy(number);
          kept = true;
          return { directory, server: server.socket, number, inode: directory.inode(number) };
        }
      }
      return undefined;
    } finally {
      if (!kept) {
        await server?.socket.close();
        directory.close();
      }
    }
  }
}

/** A claim as it stands. */
interface Made {
  readonly directory: OpenDirectory;
  readonly server: LockServer;
  readonly number: number;
  readonly inode: bigint | undefined;
}

class DirectoryClaim implements Claim {
  #made: Made;
  readonly #again: (holder: LockHolder) => Promise<Made | undefined>;
  readonly #holder: LockHolder;

  constructor(
    made: Made,
    again: (holder: LockHolder) => Promise<Made | undefined>,
    holder: LockHolder,
  ) {
    this.#made = made;
    this.#again = again;
    this.#holder = holder;
  }

  async isHeld(): Promise<boolean> {
    let made: Made | undefined;
    try {
      const { directory, number, inode } = this.#made;
      const { isInPlace } = directory;
      if (isInPlace && directory.highest === number && directory.inode(number) === inode) {
        return true;
      }
      made = await this.#again(this.#holder);
    } catch {
      return true; // Nobody else can claim it either; it is tried again.
    }
    if (!made) return false;
    const old = this.#made;
    this.#made = made;
    await old.server.close();
    old.directory.close();
    return true;
  }

  async release(): Promise<void> {
    const { directory, server, number, inode } = this.#made;
    if (directory.inode(number) === inode) directory.mark(number);
    await server.close();
    directory.close();
  }
}

async function listen(directory: OpenDirectory, holder: LockHolder) {
  const name = `${NEW}${randomBytes(6).toString('hex')}`;
  try {
    return { name, socket: await LockServer.listen(directory.path(name), holder) };
  } catch (error) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? '')) {
      throw new MqhaError(
        'no-directory',
        `${directory.at} takes no sockets, so it can hold no lock`,
        {
          hint: 'The file system has none; choose a directory on a local disk.',
          cause: error,
        },
      );
    }
    throw fileError(error, directory.at);
  }
}

/** Connects to a holder. What is no socket refuses as well. */
function answerOf(directory: OpenDirectory, number: number): Promise<Answer> {
  if (number === 0) return Promise.resolve('gone');
  return new Promise((resolve) => {
    const socket = connect({ path: directory.path(`holder.${number}`) });
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.on('error', (error) => {
      const code = systemCode(error);
      resolve(code === 'ECONNREFUSED' ? 'refused' : code === 'ENOENT' ? 'gone' : 'busy');
    });
  });
}

function makeDirectory(at: string): void {
  try {
    mkdirSync(at, { mode: SECRET_DIRECTORY });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code === 'ENOENT') {
      throw new MqhaError('no-directory', `${dirname(at)} is gone`, {
        hint: 'Was the cluster removed? Else run `mqha render`, which makes it again.',
        cause: error,
      });
    }
    throw fileError(error, at);
  }
}

function opened(at: string): OpenDirectory {
  try {
    return new OpenDirectory(at);
  } catch (error) {
    if (['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) {
      throw new MqhaError('no-directory', `${at} is no directory, so it can hold no lock`, {
        hint: 'Remove what stands there and run the command again; mqha makes it anew.',
        cause: error,
      });
    }
    throw fileError(error, at);
  }
}

/**
 * A directory that is held open: through it, the path of a socket is short however deep it lies.
 * @throws the system's error where it is no directory, or a link to one
 */
class OpenDirectory {
  readonly at: string;
  readonly #descriptor: number;

  constructor(at: string) {
    this.at = at;
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    this.#descriptor = openSync(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }

  path(name: string): string {
    if (process.platform === 'linux') return `/proc/self/fd/${this.#descriptor}/${name}`;
    const absolute = join(this.at, name);
    const near = relative(process.cwd(), absolute);
    const path = near.length < absolute.length ? near : absolute;
    if (Buffer.byteLength(path) <= PATH_BYTES) return path;
    throw new MqhaError('no-directory', `the path ${absolute} is too long for a socket`, {
      hint: 'Run mqha in the cluster directory, or move that to a shorter path.',
    });
  }

  /** The highest number that was claimed; 0 where none was. */
  get highest(): number {
    const numbers = readdirSync(this.#base).map((name) => Number(HOLDER.exec(name)?.[1] ?? 0));
    return Math.max(0, ...numbers);
  }

  /** Whether this is still what stands at its path. */
  get isInPlace(): boolean {
    try {
      const [now, held] = [this.at, this.#base].map((path) => statSync(path, { bigint: true }));
      return now?.ino === held?.ino && now?.dev === held?.dev;
    } catch {
      return false;
    }
  }

  inode(number: number): bigint | undefined {
    const path = join(this.#base, `holder.${number}`);
    return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  }

  link(from: string, to: string): 'linked' | 'exists' | 'gone' {
    try {
      linkSync(join(this.#base, from), join(this.#base, to));
      return 'linked';
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') return 'exists';
      if (code === 'ENOENT') return 'gone';
      throw fileError(error, this.at);
    }
  }

  remove(name: string): void {
    try {
      rmSync(join(this.#base, name), { force: true, recursive: true });
    } catch {
      // It is only in the way of who lists the directory.
    }
  }

  /** Leaves a plain file for the socket of a number: what copies a directory may stumble over sockets. */
  mark(number: number): void {
    const temporary = join(this.#base, `${NEW}${randomBytes(6).toString('hex')}`);
    try {
      writeFileSync(temporary, '', { mode: SECRET_FILE });
      renameSync(temporary, join(this.#base, `holder.${number}`));
    } catch {
      // A socket that refuses connections says the same.
    }
  }

  /** Removes what earlier holders have left, and contenders that were killed. */
  tidy(number: number): void {
    for (const name of readdirSync(this.#base)) {
      const lower = Number(HOLDER.exec(name)?.[1] ?? Infinity) < number;
      const { mtimeMs = Infinity } = name.startsWith(NEW)
        ? (statSync(join(this.#base, name), { throwIfNoEntry: false }) ?? {})
        : {};
      if (lower || Date.now() - mtimeMs > LEFT_MS) this.remove(name);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Where its entries are reached, also where it was moved. */
  get #base(): string {
    return process.platform === 'linux' ? `/proc/self/fd/${this.#descriptor}` : this.at;
  }
}
