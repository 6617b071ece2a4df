import type { Delivery, EventContext, Message, Receiver } from 'rhea';
import type { Link } from './link.js';
import type { AmqpConnection } from './connection.js';

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

export interface Arrived {
  readonly delivery: Delivery;
  readonly received: Received;
}

export interface ReceiverSettings {
  readonly queue: string;
  readonly browse: boolean;
  readonly credit: number;
  /** Called with a message once the broker has certainly dealt with its acknowledgement. */
  readonly settled?: ((received: Received) => void) | undefined;
}

/** A connection that a broker sends a queue's messages through. */
export class ReceiverLink implements Link {
  readonly wire: AmqpConnection;
  readonly readyAt = Date.now();
  readonly buffer: Arrived[] = [];
  heardAt = Date.now();
  ended = false;
  readonly #receiver: Receiver;
  readonly #settings: ReceiverSettings;
  /** Taken since the broker was last told how many more it may send. */
  #taken = 0;
  /** How many messages the broker was allowed to send in all, and how many have come. */
  #granted = 0;
  #arrivals = 0;
  /** Acknowledged, with what was granted before that; the oldest first. */
  readonly #unsettled: { readonly received: Received; readonly granted: number }[] = [];
  /** Of a browser: what the round under way has brought, and whether it is over. */
  #came = 0;
  #roundOver = false;

  private constructor(wire: AmqpConnection, receiver: Receiver, settings: ReceiverSettings) {
    this.wire = wire;
    this.#receiver = receiver;
    this.#settings = settings;
  }

  static open(
    wire: AmqpConnection,
    settings: ReceiverSettings,
    wake: () => void,
  ): Promise<ReceiverLink> {
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
          link.#roundEnded();
          wake();
        });
        if (browse) link.#nextRound();
        else link.#grant(credit);
        resolve(link);
      });
    });
  }

  #arrived(message: Message, delivery: Delivery): void {
    this.heardAt = Date.now();
    this.buffer.push({ delivery, received: receivedOf(message, this.wire.broker.name) });
    this.#came += 1;
    this.#arrivals += 1;
    this.#settle();
    // Credit that was used up ends a round without a word.
    this.#roundOver ||= this.#came === this.#settings.credit;
  }

  take(): Arrived | undefined {
    const arrived = this.buffer.shift();
    if (!arrived) return undefined;
    this.#taken += 1;
    return arrived;
  }

  /** Tells the broker that a message was taken, and now and then that more may come. */
  accept({ delivery, received }: Arrived): void {
    delivery.accept();
    const { browse, credit, settled } = this.#settings;
    if (settled) this.#unsettled.push({ received, granted: this.#granted });
    if (browse) {
      if (this.#roundOver) this.#nextRound();
    } else if (this.#taken >= credit / 4) {
      this.#grant(this.#taken);
      this.#taken = 0;
    }
  }

  #grant(credit: number): void {
    this.#granted += credit;
    this.#receiver.add_credit(credit);
  }

  /**
   * A broker answers no acknowledgement, and deals with what a connection brings in its order: when
   * it sends more than it was allowed to before, it has dealt with all that came before the allowance.
   */
  #settle(): void {
    for (let first; (first = this.#unsettled[0]) && first.granted < this.#arrivals;) {
      this.#unsettled.shift();
      this.#settings.settled?.(first.received);
    }
  }

  /**
   * Asks a browser's broker for more. ActiveMQ tells the end of the queue to those only who drain,
   * and with what it has loaded, so that a round which brought nothing is the end.
   */
  #nextRound(): void {
    if (this.buffer.length > 0) return;
    this.#came = 0;
    this.#roundOver = false;
    this.#receiver.add_credit(this.#settings.credit);
    this.#receiver.drain_credit();
  }

  #roundEnded(): void {
    this.#roundOver = true;
    if (this.#came === 0) this.ended = true;
    else this.#nextRound();
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
  // A data section, or several; a map may have a key of that name, and is no section of rhea's.
  const isSection = typeof body === 'object' && 'collect_sections' in body;
  const { content } = isSection ? (body as { content?: unknown }) : {};
  if (Buffer.isBuffer(content)) return content;
  if (Array.isArray(content) && content.every((part) => Buffer.isBuffer(part))) {
    return Buffer.concat(content);
  }
  return JSON.stringify(content ?? body);
}
