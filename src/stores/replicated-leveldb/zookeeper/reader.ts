import { before, type Deadline } from '../../../lib/time.js';
import { silent, ZooKeeperSession, type ZnodeGroup } from './session.js';

/**
 * Reads with one session as long as it lasts, and opens another when it has failed. Several may ask at once: whoever
 * has little time left does not cut the others short.
 */
export class ZooKeeperReader {
  readonly #connect: string;
  #session: ZooKeeperSession | undefined;
  /** Shared by all who ask while it is opened. */
  #opening: Promise<ZooKeeperSession> | undefined;

  constructor(connect: string) {
    this.#connect = connect;
  }

  /** As ZooKeeperSession.group. @throws MqhaError `zookeeper-unreachable` */
  async group(path: string, deadline: Deadline, onChange?: () => void): Promise<ZnodeGroup> {
    for (;;) {
      const session = await this.#open(deadline);
      try {
        return await session.group(path, deadline, onChange);
      } catch (error) {
        const { givenUpFor } = session;
        // Another call gave the session up under this one, which may wait longer.
        if (!givenUpFor || givenUpFor === error || deadline.passed) throw error;
      }
    }
  }

  /** As ZooKeeperSession.remove. @throws MqhaError `zookeeper-unreachable` */
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
      this.#opening ??= ZooKeeperSession.open(this.#connect, deadline).finally(() => {
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
      throw silent(this.#connect, deadline);
    }
  }
}
