import { before, Deadline } from '../../lib/time.js';
import type { ClientOptions } from '../brokers.js';
import { ConnectionRace, timesOf, type LinkTimes } from './link.js';
import { ReceiverLink, type Arrived, type Received } from './receiver-link.js';

/** How many messages the broker may send ahead of what was taken. */
const CREDIT = 100;
/** A receiver that waits hears nothing from a healthy broker, so it looks elsewhere at leisure. */
const ELSEWHERE_ATTEMPT_MS = 250;
/** Asked for with this, ActiveMQ says every half of it that it is alive; after twice of it, it is dead. */
const IDLE_MS = 10_000;
/** Acknowledgements on their way are waited for at most this long. */
const CLOSE_MS = 2000;

export type { Received };

export interface ReceiverOptions extends ClientOptions {
  /** Looks at the messages and leaves them there. */
  readonly browse?: boolean;
  /** How many messages the broker may send ahead of what was taken; 100. */
  readonly credit?: number;
  /**
   * Called with a message that was taken once the broker has certainly dealt with its acknowledgement:
   * not for each, since a broker does not answer them.
   */
  readonly onSettled?: (received: Received) => void;
}

/**
 * Takes messages from a queue, from whichever broker is master. A message counts as taken, and is
 * acknowledged, when the next one is asked for or the receiver is closed: whoever fails in between
 * finds it in the queue again.
 */
export class QueueReceiver {
  readonly #race: ConnectionRace<ReceiverLink>;
  readonly #signal: AbortSignal | undefined;
  /** Of a browser: through which connection a message was shown, by its id. */
  readonly #shown: Map<string, ReceiverLink> | undefined;
  #link: ReceiverLink | undefined;
  #last: { readonly link: ReceiverLink; readonly arrived: Arrived } | undefined;
  #closed = false;
  #following: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  readonly #aborted = () => {
    this.#wake();
  };

  constructor(queue: string, options: ReceiverOptions) {
    this.#signal = options.signal;
    const browse = options.browse === true;
    this.#shown = browse ? new Map() : undefined;
    const settings = {
      queue,
      browse,
      credit: options.credit ?? CREDIT,
      settled: options.onSettled,
    };
    this.#race = new ConnectionRace(
      options,
      (wire) =>
        ReceiverLink.open(wire, settings, () => {
          this.#wake();
        }),
      IDLE_MS,
    );
    this.#signal?.addEventListener('abort', this.#aborted);
  }

  /** The connection that is in use; undefined where there is none. */
  get link(): LinkTimes | undefined {
    return this.#link && timesOf(this.#link);
  }

  /** What a broker that lets nobody in said last, for a message to a person. */
  get refusal(): string | undefined {
    return this.#race.refusal;
  }

  /** Of a browser: the end of the queue was reached. */
  get ended(): boolean {
    return this.#link?.ended === true && this.#link.buffer.length === 0;
  }

  /**
   * Acknowledges the message that was given before, and gives the next one.
   * @returns undefined where none came in time, a browser has reached the end, or the signal was aborted
   */
  async next(timeoutMs: number): Promise<Received | undefined> {
    this.#acknowledge();
    this.#following ??= this.#follow();
    const deadline = Deadline.in(timeoutMs);
    for (;;) {
      if (this.#isOver()) return undefined;
      const link = this.#link;
      const arrived = link?.take();
      if (link && arrived) {
        this.#last = { link, arrived };
        if (!this.#wasShown(arrived.received, link)) return arrived.received;
        this.#acknowledge();
        continue;
      }
      if (this.ended || deadline.passed) return undefined;
      await before(
        deadline,
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      );
    }
  }

  /**
   * Ends the connection after the broker has heard of every message that was taken; what it had sent
   * ahead is left in the queue.
   * @param options.leaveLast the message that was given last is left there, too
   */
  async close(options: { readonly leaveLast?: boolean } = {}): Promise<void> {
    if (options.leaveLast !== true) this.#acknowledge();
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#wake();
    await this.#link?.wire.end(CLOSE_MS);
    await this.#following;
    // One that was opened just then.
    this.#link?.wire.drop();
  }

  /** The next master shows a browser the queue from its beginning. */
  #wasShown({ id }: Received, link: ReceiverLink): boolean {
    if (!this.#shown || id === undefined) return false;
    const before = this.#shown.get(id);
    this.#shown.set(id, link);
    return before !== undefined && before !== link;
  }

  #isOver(): boolean {
    return this.#closed || this.#signal?.aborted === true;
  }

  #acknowledge(): void {
    const last = this.#last;
    this.#last = undefined;
    // Without its connection it cannot be acknowledged: the next master gives it again.
    if (last?.link.wire.lostAt === undefined) last?.link.accept(last.arrived);
  }

  /** Keeps a link to whichever broker is master. */
  async #follow(): Promise<void> {
    while (!this.#isOver()) {
      this.#link ??= await this.#race.openAny({}, () => this.#isOver());
      this.#wake();
      if (!this.#link) continue;
      const next = await this.#watch(this.#link);
      // What was taken through it may still have to be acknowledged.
      if (!this.#isOver()) this.#link = next;
    }
  }

  /** @returns another link where another broker lets the client in, undefined once this one is lost */
  async #watch(link: ReceiverLink): Promise<ReceiverLink | undefined> {
    const { patienceMs } = this.#race;
    const lost = () => link.wire.lostAt !== undefined || this.#isOver();
    const heard = () => lost() || Date.now() - link.heardAt < patienceMs;
    while (!lost()) {
      if (heard()) {
        await before(Deadline.in(patienceMs), link.wire.closed);
        continue;
      }
      const other = await this.#race.openAny(
        { except: link.wire.broker, attemptMs: Math.max(patienceMs, ELSEWHERE_ATTEMPT_MS) },
        heard,
      );
      if (!other) continue;
      link.wire.drop();
      return other;
    }
    return undefined;
  }
}
