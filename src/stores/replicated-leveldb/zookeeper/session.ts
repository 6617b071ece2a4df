import zookeeper, { type Client, type Stat } from 'node-zookeeper-client';
import type { Znode } from '../election/members.js';
import { messageOf, type MqhaError } from '../../../lib/errors.js';
import type { TlsIdentity } from '../../../lib/dial.js';
import { before, type Deadline } from '../../../lib/time.js';
import { connectOver, type ConnectionManager } from './connect-over.js';
import { denied, isDenied, silent, unreachable, unresolved } from './errors.js';
import { hurry, ROUND_MS, TLS_ROUND_MS } from './hurry.js';

/** Our own sessions hold nothing, so their length only says when the server forgets them. */
const SESSION_TIMEOUT_MS = 6000;

/** How long a server may take to hang up once a session has been closed. */
const CLOSE_MS = 500;

/** The servers that a session may be with. */
export interface Ensemble {
  /** `host:port,host:port…`, and a chroot where there is one. */
  readonly connect: string;
  /** Set where they speak TLS. */
  readonly tls?: TlsIdentity | undefined;
}

/** The children of a znode with their data. */
export interface ZnodeGroup {
  /** False where the path itself is absent. */
  readonly exists: boolean;
  readonly znodes: readonly Znode[];
}

/** How the library tells of a request's end. */
export type Callback<T> = (error: unknown, value?: T) => void;

/**
 * One session with an ensemble. node-zookeeper-client has no read timeout and a hung server gives
 * no event, so every call has a deadline here, and a session that misses one is destroyed. So is one
 * whose connection is lost: the library would connect again with half an answer still in its buffer,
 * and read the next one out of step.
 */
export class ZooKeeperSession {
  readonly #client: Client;
  readonly #connect: string;
  readonly #hasPassword: boolean;
  /** Who wants to know of changes; a session that is lost could not tell them any more. */
  readonly #watchers = new Set<() => void>();
  #usable = true;
  #givenUpFor: MqhaError | undefined;

  private constructor(client: Client, connect: string, hasPassword: boolean) {
    this.#client = client;
    this.#connect = connect;
    this.#hasPassword = hasPassword;
  }

  /**
   * Opens a session.
   * @param accounts as whom it authenticates, each `user:password`; no server refuses any of them, and what is not
   *   theirs is refused later
   * @throws MqhaError `zookeeper-unreachable` where no server answered before the deadline, `certificate-refused` where
   *   that is a matter of certificates, `certificates-missing`
   */
  static async open(
    { connect, tls }: Ensemble,
    deadline: Deadline,
    accounts: readonly string[] = [],
  ): Promise<ZooKeeperSession> {
    tls?.context();
    const client = zookeeper.createClient(connect, {
      sessionTimeout: SESSION_TIMEOUT_MS,
      spinDelay: 200,
      retries: 0,
    });
    const session = new ZooKeeperSession(client, connect, accounts.length > 0);
    const connected = new Promise<true>((resolve) => {
      client.once('connected', () => {
        resolve(true);
      });
    });
    let fault: MqhaError | undefined;
    if (tls) {
      connectOver(session.#manager, tls, (error) => {
        fault = error;
      });
    }
    hurry(
      session.#manager,
      tls ? TLS_ROUND_MS : ROUND_MS,
      () => client.getState() === zookeeper.State.SYNC_CONNECTED,
    );
    for (const account of accounts) client.addAuthInfo('digest', Buffer.from(account));
    client.connect();
    // The library waits on for a name that nobody knows.
    const nowhere = unresolved(connect).then(
      (error) => error ?? new Promise<never>(() => undefined),
    );
    const first = await before(deadline, Promise.race([connected, nowhere]));
    if (first === true) {
      // Every call has a timer that keeps the process alive; a session that is only kept does not.
      session.#manager.socket?.unref();
      client.once('disconnected', () => {
        session.#lost();
      });
      return session;
    }
    session.#destroy();
    throw first ?? fault ?? silent(connect, deadline);
  }

  /** Whether the session can still be used; once false, open another. */
  get isUsable(): boolean {
    return this.#usable;
  }

  /** The error of the call that was not answered by its deadline, where the session has ended by that. */
  get givenUpFor(): MqhaError | undefined {
    return this.#givenUpFor;
  }

  /**
   * The children of a path with their data; one that vanishes meanwhile is left out, and one that only others may read
   * is empty.
   * @param onChange called at the next change of the children or their data, once or more, and when
   *   the session is lost after that
   * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
   */
  async group(path: string, deadline: Deadline, onChange?: () => void): Promise<ZnodeGroup> {
    if (onChange) this.#watchers.add(onChange);
    try {
      return await this.#read(path, deadline, onChange);
    } catch (error) {
      if (onChange) this.#watchers.delete(onChange);
      this.#tellLost();
      throw error;
    }
  }

  async #read(path: string, deadline: Deadline, onChange?: () => void): Promise<ZnodeGroup> {
    // The library takes no watcher for undefined, which its types do not know.
    const watcher = onChange as () => void;
    const names = await this.request<string[]>(path, deadline, (client, done) => {
      client.getChildren(path, watcher, done);
    });
    if (names === undefined) {
      // What is absent has no children to watch; it is told when it comes.
      const isThere = onChange && (await this.#isThere(path, deadline, onChange));
      return isThere ? this.#read(path, deadline, onChange) : { exists: false, znodes: [] };
    }
    const znodes = await Promise.all(
      names.map(async (name): Promise<Znode | undefined> => {
        const child = `${path}/${name}`;
        const found = await this.request<[Buffer | undefined, Stat]>(
          child,
          deadline,
          (client, done) => {
            client.getData(child, watcher, (error: unknown, data: Buffer, stat: Stat) => {
              done(error, [data, stat]);
            });
          },
        ).catch((error: unknown) => {
          if (isDenied(error)) return 'denied' as const;
          throw error;
        });
        if (found === undefined) return undefined;
        if (found === 'denied') return { name, data: '', session: '' };
        const [data, stat] = found;
        const owner = (stat as unknown as { ephemeralOwner?: Buffer }).ephemeralOwner;
        return {
          name,
          data: data?.toString('utf8') ?? '',
          session: owner?.toString('hex') ?? '',
        };
      }),
    );
    return { exists: true, znodes: znodes.filter((znode) => znode !== undefined) };
  }

  async #isThere(path: string, deadline: Deadline, onChange: () => void): Promise<boolean> {
    const stat = await this.request<Stat | null>(path, deadline, (client, done) => {
      client.exists(path, onChange, done);
    });
    return (stat ?? null) !== null;
  }

  /**
   * Removes a znode that has no children.
   * @returns false where it was gone already
   * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
   */
  async remove(path: string, deadline: Deadline): Promise<boolean> {
    try {
      const removed = await this.request<true>(path, deadline, (client, done) => {
        client.remove(path, (error: unknown) => {
          done(error, true);
        });
      });
      return removed ?? false;
    } catch (error) {
      this.#tellLost();
      throw error;
    }
  }

  /** Ends the session. The server's answer is not waited for, and one that stays silent is hung up on. */
  close(): void {
    if (!this.#usable) return;
    this.#usable = false;
    this.#client.close();
    this.#manager.socket?.unref();
    setTimeout(() => {
      this.#hangUp();
    }, CLOSE_MS).unref();
  }

  #lost(): void {
    if (!this.#usable) return;
    this.#destroy();
    this.#tellLost();
  }

  #tellLost(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const tell of watchers) tell();
  }

  /** Drops the connection at once. */
  #destroy(): void {
    this.#usable = false;
    this.#client.close();
    this.#hangUp();
  }

  #hangUp(): void {
    const manager = this.#manager;
    // It may be about to connect, now or again. It would take the greeting for an answer then, and throw.
    manager.connect = () => undefined;
    manager.onSocketConnected = () => manager.socket?.destroy();
    manager.onSocketData = () => undefined;
    manager.socket?.destroy();
  }

  /** What the library keeps to itself and we need: it never gives up on its own. */
  get #manager(): ConnectionManager {
    return (this.#client as unknown as { connectionManager: ConnectionManager }).connectionManager;
  }

  /**
   * One request.
   * @param path what it is about, for messages
   * @param tolerated the code of the error that answers it as well as a result; by default that the znode is absent
   * @returns undefined where it is answered by that
   * @throws MqhaError `zookeeper-unreachable`, after which the session has ended; `zookeeper-denied`
   */
  async request<T>(
    path: string,
    deadline: Deadline,
    ask: (client: Client, done: Callback<T>) => void,
    tolerated: number = zookeeper.Exception.NO_NODE,
  ): Promise<T | undefined> {
    if (!this.#usable) throw unreachable(this.#connect, 'the session has ended');
    const answer = new Promise<{ value: T | undefined }>((resolve, reject) => {
      ask(this.#client, (error, value) => {
        if (error === null || error === undefined) resolve({ value });
        else if (codeOf(error) === tolerated) resolve({ value: undefined });
        else if (codeOf(error) === zookeeper.Exception.NO_AUTH)
          reject(denied(this.#connect, path, this.#hasPassword));
        else reject(unreachable(this.#connect, messageOf(error)));
      });
    });
    answer.catch(() => undefined); // It may fail after the deadline, when nobody listens any more.
    try {
      const result = await before(deadline, answer);
      if (result) return result.value;
    } catch (error) {
      if (!isDenied(error)) this.#destroy();
      throw error;
    }
    const late = unreachable(this.#connect, `silent for ${Math.round(deadline.milliseconds)} ms`);
    this.#givenUpFor ??= late;
    this.#destroy();
    throw late;
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof zookeeper.Exception ? error.getCode() : undefined;
}
