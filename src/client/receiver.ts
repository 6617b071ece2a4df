import type { Delivery, EventContext, Message, Receiver } from 'rhea';
import { before, Deadline } from '../time.js';
import type { ClientOptions } from './brokers.js';
import { Doors, timesOf, type Link, type LinkTimes } from './link.js';
import type { Wire } from './wire.js';

/** How many messages the broker may send ahead of what was taken. */
const CREDIT = 100;
/** A receiver that waits hears nothing from a healthy broker, so it looks elsewhere at leisure. */
const ELSEWHERE_KNOCK_MS = 250;
/** Asked for with this, ActiveMQ says every half of it that it is alive; after twice of it, it is dead. */
const IDLE_MS = 10_000;
/** Acknowledgements on their way are waited for at most this long. */
const CLOSE_MS = 2000;

export interface Received {
  /** Text where it was sent as text, else bytes. */
  readonly body: string | Buffer;
  readonly id: string | undefined;
  readonly broker: string;
  /** When it came; Date.now(). */
  readonly at: number;
  /** The broker has given it to somebody before, and was not told that it was taken. */
  readonly redelivered: boolean;
}

export interface ReceiverOptions extends ClientOptions {
  /** Looks at the messages and leaves them there. */
  readonly browse?: boolean;
  /** How many messages the broker may send ahead of what was taken; 100. */
  readonly credit?: number;
}

/**
 * Takes messages from a queue, from whichever broker is master. A message counts as taken, and is
 * acknowledged, when the next one is asked for or the receiver is closed: whoever fails in between
 * finds it in the queue again.
 */
export class QueueReceiver {
  readonly #doors: Doors<ReceiverLink>;
  readonly #signal: AbortSignal | undefined;
  readonly #browse: boolean;
  #link: ReceiverLink | undefined;
  #last: { readonly link: ReceiverLink; readonly delivery: Delivery } | undefined;
  #closed = false;
  #following: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  readonly #aborted = () => {
    this.#wake();
  };

  constructor(queue: string, options: ReceiverOptions) {
    this.#signal = options.signal;
    this.#browse = options.browse === true;
    const settings = { queue, browse: this.#browse, credit: options.credit ?? CREDIT };
    this.#doors = new Doors(
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
    return this.#doors.refusal;
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
      if (this.#over) return undefined;
      const link = this.#link;
      const arrived = link?.take();
      if (link && arrived) {
        this.#last = { link, delivery: arrived.delivery };
        return arrived.received;
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
  }

  get #over(): boolean {
    return this.#closed || this.#signal?.aborted === true;
  }

  #acknowledge(): void {
    const last = this.#last;
    this.#last = undefined;
    // Without its connection it cannot be acknowledged: the next master gives it again.
    if (last?.link.wire.lostAt === undefined) last?.link.accept(last.delivery);
  }

  /** Keeps a link to whichever broker is master. */
  async #follow(): Promise<void> {
    while (!this.#over) {
      this.#link ??= await this.#doors.openAny({}, () => this.#over);
      this.#wake();
      if (this.#link) this.#link = await this.#watch(this.#link);
    }
  }

  /** @returns another link where another broker lets the client in, undefined once this one is lost */
  async #watch(link: ReceiverLink): Promise<ReceiverLink | undefined> {
    const { patienceMs } = this.#doors;
    const lost = () => link.wire.lostAt !== undefined || this.#over;
    const heard = () => lost() || Date.now() - link.heardAt < patienceMs;
    while (!lost()) {
      if (heard()) {
        await before(Deadline.in(patienceMs), link.wire.closed);
        continue;
      }
      const other = await this.#doors.openAny(
        { except: link.wire.broker, knockMs: Math.max(patienceMs, ELSEWHERE_KNOCK_MS) },
        heard,
      );
      if (!other) continue;
      link.wire.drop();
      return other;
    }
    return undefined;
  }
}

interface Arrived {
  readonly delivery: Delivery;
  readonly received: Received;
}

interface ReceiverSettings {
  readonly queue: string;
  readonly browse: boolean;
  readonly credit: number;
}

class ReceiverLink implements Link {
  readonly wire: Wire;
  readonly readyAt = Date.now();
  readonly buffer: Arrived[] = [];
  heardAt = Date.now();
  ended = false;
  readonly #receiver: Receiver;
  readonly #settings: ReceiverSettings;
  /** Taken since the broker was last told how many more it may send. */
  #taken = 0;

  private constructor(wire: Wire, receiver: Receiver, settings: ReceiverSettings) {
    this.wire = wire;
    this.#receiver = receiver;
    this.#settings = settings;
  }

  static open(wire: Wire, settings: ReceiverSettings, wake: () => void): Promise<ReceiverLink> {
    const { queue, browse, credit } = settings;
    const receiver = wire.connection.open_receiver({
      source: { address: queue, ...(browse ? { distribution_mode: 'copy' as const } : {}) },
      autoaccept: false,
      // Given by hand, since rhea counts what has come, not what was taken.
      credit_window: 0,
    });
    return new Promise((resolve) => {
      receiver.once('receiver_open', () => {
        const link = new ReceiverLink(wire, receiver, settings);
        receiver.on('message', ({ message, delivery }: EventContext) => {
          if (message && delivery) link.#arrived(message, delivery);
          wake();
        });
        receiver.on('receiver_drained', () => {
          link.ended = true;
          wake();
        });
        receiver.add_credit(credit);
        if (browse) receiver.drain_credit();
        resolve(link);
      });
    });
  }

  #arrived(message: Message, delivery: Delivery): void {
    this.heardAt = Date.now();
    this.buffer.push({ delivery, received: receivedOf(message, this.wire.broker.name) });
  }

  take(): Arrived | undefined {
    const arrived = this.buffer.shift();
    if (!arrived) return undefined;
    this.#taken += 1;
    return arrived;
  }

  /** Tells the broker that a message was taken, and now and then that more may come. */
  accept(delivery: Delivery): void {
    delivery.accept();
    const { credit } = this.#settings;
    if (this.#taken < credit / 4) return;
    this.#receiver.add_credit(this.#taken);
    this.#taken = 0;
  }
}

function receivedOf(message: Message, broker: string): Received {
  const { message_id: id } = message;
  return {
    body: bodyOf(message.body),
    id: id === undefined ? undefined : String(id),
    broker,
    at: Date.now(),
    redelivered: (message.delivery_count ?? 0) > 0,
  };
}

/** A body as text or bytes; what JMS knows besides, maps and streams, as JSON. */
function bodyOf(body: unknown): string | Buffer {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if (body === undefined || body === null) return '';
  // A data section, or several.
  const { content } = body as { content?: unknown };
  if (Buffer.isBuffer(content)) return content;
  if (Array.isArray(content) && content.every((part) => Buffer.isBuffer(part))) {
    return Buffer.concat(content);
  }
  return JSON.stringify(content ?? body);
}
