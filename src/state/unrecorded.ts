import { messageOf, MqhaError } from '../lib/errors.js';
import type { Host } from './cluster.js';

/** What a disk that is full, or that its system has made read-only, answers whoever writes. */
const NO_ROOM: ReadonlySet<string> = new Set(['disk-full', 'no-permission']);

/**
 * Records beside a stop. What is to be stopped is stopped whether or not it can be written down: on a full disk that may
 * be the only way to get room again.
 */
export class RecordsOfAStop {
  readonly #host: Pick<Host, 'emit'>;
  readonly #left: (() => Promise<void>)[] = [];

  constructor(host: Pick<Host, 'emit'>) {
    this.#host = host;
  }

  /** Writes something down, now or once the stop is done. @throws whatever is not for lack of room */
  async note(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isForLackOfRoom(error)) throw error;
      this.#left.push(write);
    }
  }

  /** Writes down what could not be before; what cannot be now either is told. */
  async finish(): Promise<void> {
    const why = new Set<string>();
    for (const write of this.#left.splice(0)) {
      try {
        await write();
      } catch (error) {
        if (!isForLackOfRoom(error)) throw error;
        why.add(messageOf(error));
      }
    }
    if (why.size === 0) return;
    this.#host.emit({
      type: 'warning',
      message: `that they are to stay down is not recorded (${[...why].join('; ')}): a supervisor may start them again. Free some space and run the command again`,
    });
  }
}

const isForLackOfRoom = (error: unknown) => error instanceof MqhaError && NO_ROOM.has(error.code);
