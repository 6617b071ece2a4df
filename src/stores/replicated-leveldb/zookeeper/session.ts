import zookeeper, { type Client, type Stat } from 'node-zookeeper-client';
import type { Znode } from '../election/members.js';
import { messageOf, MqhaError } from '../../../lib/errors.js';
import { before, type Deadline } from '../../../lib/time.js';

/** Our own sessions hold nothing, so their length only says when the server forgets them. */
const SESSION_TIMEOUT_MS = 6000;

/** How long a server may take to hang up once a session has been closed. */
const CLOSE_MS = 500;

/** The children of a znode with their data. */
export interface ZnodeGroup {
  /** False where the path itself is absent. */
  readonly exists: boolean;
  readonly znodes: readonly Znode[];
}

/** What the library keeps to itself and we need: it never gives up on its own. */
interface Internals {
  readonly connectionManager: {
    readonly socket?: { destroy(): void; unref(): void };
    connect: () => void;
    onSocketConnected: () => void;
    onSocketData: () => void;
  };
}

type Callback<T> = (error: unknown, value?: T) => void;

/**
 * One session with an ensemble. node-zookeeper-client has no read timeout and a hung server gives
 * no event, so every call has a deadline here, and a session that misses one is destroyed. So is one
 * whose connection is lost: the library would connect again with half an answer still in its buffer,
 * and read the next one out of step.
 */
export class ZooKeeperSession {
  readonly #client: Client;
  readonly #connect: string;
  /** Who wants to know of changes; a session that is lost could not tell them any more. */
  readonly #watchers = new Set<() => void>();
  #usable = true;
  #givenUpFor: MqhaError | undefined;

  private constructor(client: Client, connect: string) {
    this.#client = client;
    this.#connect = connect;
  }

  /**
   * Opens a session.
   * @param connect `host:port,host:port…`
   * @throws MqhaError `zookeeper-unreachable` where no server answered before the deadline
   */
  static async open(connect: string, deadline: Deadline): Promise<ZooKeeperSession> {
    const client = zookeeper.createClient(connect, {
      sessionTimeout: SESSION_TIMEOUT_MS,
      spinDelay: 200,
      retries: 0,
    });
    const session = new ZooKeeperSession(client, connect);
    const connected = new Promise<true>((resolve) => {
      client.once('connected', () => {
        resolve(true);
      });
    });
    client.connect();
    if (await before(deadline, connected)) {
      // Every call has a timer that keeps the process alive; a session that is only kept does not.
      session.#manager.socket?.unref();
      client.once('disconnected', () => {
        session.#lost();
      });
      return session;
    }
    session.#destroy();
    throw silent(connect, deadline);
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
   * The children of a path with their data; one that vanishes meanwhile is left out.
   * @param onChange called at the next change of the children or their data, once or more, and when
   *   the session is lost after that
   * @throws MqhaError `zookeeper-unreachable`
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
    const names = await this.#call<string[]>(deadline, (done) => {
      this.#client.getChildren(path, watcher, done);
    });
    if (names === undefined) {
      // What is absent has no children to watch; it is told when it comes.
      const isThere = onChange && (await this.#isThere(path, deadline, onChange));
      return isThere ? this.#read(path, deadline, onChange) : { exists: false, znodes: [] };
    }
    const znodes = await Promise.all(
      names.map(async (name): Promise<Znode | undefined> => {
        const found = await this.#call<[Buffer | undefined, Stat]>(deadline, (done) => {
          this.#client.getData(
            `${path}/${name}`,
            watcher,
            (error: unknown, data: Buffer, stat: Stat) => {
              done(error, [data, stat]);
            },
          );
        });
        if (found === undefined) return undefined;
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
    const stat = await this.#call<Stat | null>(deadline, (done) => {
      this.#client.exists(path, onChange, done);
    });
    return (stat ?? null) !== null;
  }

  /**
   * Removes a znode that has no children.
   * @returns false where it was gone already
   * @throws MqhaError `zookeeper-unreachable`
   */
  async remove(path: string, deadline: Deadline): Promise<boolean> {
    try {
      const removed = await this.#call<true>(deadline, (done) => {
        this.#client.remove(path, (error: unknown) => {
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

  get #manager(): Internals['connectionManager'] {
    return (this.#client as unknown as Internals).connectionManager;
  }

  /** One request; undefined where the znode does not exist. */
  async #call<T>(deadline: Deadline, request: (done: Callback<T>) => void): Promise<T | undefined> {
    if (!this.#usable) throw unreachable(this.#connect, 'the session has ended');
    const answer = new Promise<{ value: T | undefined }>((resolve, reject) => {
      request((error, value) => {
        if (error === null || error === undefined) resolve({ value });
        else if (isNoNode(error)) resolve({ value: undefined });
        else reject(unreachable(this.#connect, messageOf(error)));
      });
    });
    answer.catch(() => undefined); // It may fail after the deadline, when nobody listens any more.
    try {
      const result = await before(deadline, answer);
      if (result) return result.value;
    } catch (error) {
      this.#destroy();
      throw error;
    }
    const late = unreachable(this.#connect, `silent for ${Math.round(deadline.milliseconds)} ms`);
    this.#givenUpFor ??= late;
    this.#destroy();
    throw late;
  }
}

function isNoNode(error: unknown): boolean {
  return error instanceof zookeeper.Exception && error.getCode() === zookeeper.Exception.NO_NODE;
}

/** The error of an ensemble that has said nothing before the deadline. */
export function silent(connect: string, deadline: Deadline): MqhaError {
  return unreachable(connect, `no answer within ${Math.round(deadline.milliseconds)} ms`);
}

function unreachable(connect: string, detail: string): MqhaError {
  return new MqhaError(
    'zookeeper-unreachable',
    `ZooKeeper at ${connect} does not answer: ${detail}`,
    {
      hint: 'Check that it runs and that this machine reaches it; `mqha up` starts a managed one.',
    },
  );
}
