import { before, type Deadline } from '../../../lib/time.js';
import { accountOf } from './access.js';
import { isDenied, silent } from './errors.js';
import { ZooKeeperSession, type Ensemble, type ZnodeGroup } from './session.js';

/** The cluster's password at ZooKeeper; undefined where it has none, or none that can be read. */
export type PasswordOf = () => Promise<string | undefined>;

/**
 * Reads with one session as long as it lasts, and opens another when it has failed. Several may ask at once: whoever
 * has little time left does not cut the others short.
 */
export class ZooKeeperReader {
  readonly #ensemble: Ensemble;
  #session: ZooKeeperSession | undefined;
  /** Shared by all who ask while it is opened. */
  #opening: Promise<ZooKeeperSession> | undefined;

  readonly #password: PasswordOf;

  /** @param password asked each time a session is opened: the file that has it may be restored meanwhile */
  constructor(ensemble: Ensemble, password: PasswordOf = () => Promise.resolve(undefined)) {
    this.#ensemble = ensemble;
    this.#password = password;
  }

  /** As ZooKeeperSession.group. @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
  group(path: string, deadline: Deadline, onChange?: () => void): Promise<ZnodeGroup> {
    return this.ask(deadline, (session) => session.group(path, deadline, onChange));
  }

  /** Asks by the session. @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
  async ask<T>(
    deadline: Deadline,
    question: (session: ZooKeeperSession) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const session = await this.#open(deadline);
      try {
        return await question(session);
      } catch (error) {
        // With the next one it is tried as whoever the file names then.
        if (isDenied(error)) session.close();
        const { givenUpFor } = session;
        // Another call gave the session up under this one, which may wait longer.
        if (!givenUpFor || givenUpFor === error || deadline.passed) throw error;
      }
    }
  }

  /** As ZooKeeperSession.remove. @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied` */
  async remove(path: string, deadline: Deadline): Promise<boolean> {
    return (await this.#open(deadline)).remove(path, deadline);
  }

  /** Ends the session. Whoever asks after that opens another. */
  close(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#opening?.then(
      (session) => {
        session.close();
      },
      () => undefined,
    );
  }

  async #open(deadline: Deadline): Promise<ZooKeeperSession> {
    for (;;) {
      if (this.#session?.isUsable === true) return this.#session;
      const isOwn = this.#opening === undefined;
      this.#opening ??= this.#begin(deadline).finally(() => {
        this.#opening = undefined;
      });
      try {
        const opened = await before(deadline, this.#opening);
        if (opened) return (this.#session = opened);
      } catch (error) {
        // Whoever began to open it had less time.
        if (isOwn || deadline.passed) throw error;
        continue;
      }
      throw silent(this.#ensemble.connect, deadline);
    }
  }

  async #begin(deadline: Deadline): Promise<ZooKeeperSession> {
    const password = await this.#password();
    return ZooKeeperSession.open(this.#ensemble, deadline, password ? [accountOf(password)] : []);
  }
}
