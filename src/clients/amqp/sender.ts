import type { EventContext, Message, Sender } from 'rhea';
import { before, Deadline } from '../../lib/time.js';
import type { ClientOptions } from '../brokers.js';
import { ConnectionRace, timesOf, type Link, type LinkTimes } from './link.js';
import { amqp, type AmqpConnection } from './connection.js';

/** The end of a connection is waited for at most this long. */
const CLOSE_MS = 1000;

/** What became of one message. */
export interface Sent {
  /**
   * `failed`: the broker refused it, or the connection ended before it answered, so that nobody
   * knows whether it was stored.
   */
  readonly outcome: 'acknowledged' | 'failed';
  /** Whom it was sent to; undefined where nobody let the client in and it was never sent. */
  readonly broker: string | undefined;
  /** When `send` had its turn, also where it had to wait for a master; Date.now(). */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why it failed. */
  readonly reason?: string;
  /** The broker has said that it does not take it: sending it again would fail again. */
  readonly refused?: true;
}

/** What a message has beside its body, by the names that JMS has for it. */
export interface MessageSettings {
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** 0 to 9; a broker takes 4 where none is given. */
  readonly priority?: number;
  /** After so many milliseconds it has expired. */
  readonly ttlMs?: number;
  readonly correlationId?: string;
  /** JMSXGroupID: messages of a group go to one consumer. */
  readonly group?: string;
}

export interface SendOptions extends MessageSettings {
  /** The message id; a consumer can tell by it what was sent twice. */
  readonly id?: string;
}

/** What a broker said of a message, or the end of the connection in its stead. */
type Answer = Pick<Sent, 'outcome' | 'reason' | 'refused'>;

const failed = (reason: string): Answer => ({ outcome: 'failed', reason });

/** Puts persistent messages into a queue, one after the other, on whichever broker is master. */
export class QueueSender {
  readonly #options: ClientOptions;
  readonly #race: ConnectionRace<SenderLink>;
  #link: SenderLink | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(queue: string, options: ClientOptions) {
    this.#options = options;
    this.#race = new ConnectionRace(options, (wire) => SenderLink.open(wire, queue));
  }

  /** The connection that is in use; undefined where there is none. */
  get link(): LinkTimes | undefined {
    return this.#link && timesOf(this.#link);
  }

  /** What a broker that lets nobody in said last, for a message to a person. */
  get refusal(): string | undefined {
    return this.#race.refusal;
  }

  /**
   * Waits for a master where there is no connection, then sends the message once, as durable; it is
   * never sent again by itself. Where the broker is silent for long, another is looked for: when one
   * lets the client in first, the send has failed, and the next one goes there. Calls take turns.
   * @param body a text becomes a JMS TextMessage, bytes a BytesMessage
   * @returns never rejected; it waits as long as no broker answers and the signal is not aborted
   */
  send(body: string | Buffer, options: SendOptions = {}): Promise<Sent> {
    const sent = this.#turn.then(() => this.#sendNow(body, options));
    this.#turn = sent;
    return sent;
  }

  /** Ends the connection; what is being sent fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    this.#link = undefined;
    await link?.wire.end(CLOSE_MS);
  }

  async #sendNow(body: string | Buffer, options: SendOptions): Promise<Sent> {
    const startedAt = Date.now();
    const link = await this.#connected();
    if (!link) {
      const reason = this.#race.refusal ?? 'no broker accepts a client';
      return { outcome: 'failed', broker: undefined, startedAt, endedAt: Date.now(), reason };
    }
    const broker = link.wire.broker.name;
    const answer = await this.#answerOf(link, await messageOf(body, options));
    return { ...answer, broker, startedAt, endedAt: Date.now() };
  }

  async #connected(): Promise<SenderLink | undefined> {
    const isClosed = () => this.#closed;
    if (this.#options.signal?.aborted === true || isClosed()) return undefined;
    if (this.#link && this.#link.wire.lostAt === undefined) return this.#link;
    const link = await this.#race.openAny({}, isClosed);
    if (!isClosed()) return (this.#link = link);
    link?.wire.drop();
    return undefined;
  }

  async #answerOf(link: SenderLink, message: Message): Promise<Answer> {
    let isOver = false;
    const answer = link.send(message).finally(() => (isOver = true));
    const prompt = await before(Deadline.in(this.#race.patienceMs), answer);
    if (prompt) return prompt;
    const elsewhere = this.#race.openAny({ except: link.wire.broker }, () => isOver);
    const first = await Promise.race([answer, elsewhere]);
    if (first instanceof SenderLink) {
      link.wire.drop();
      this.#link = first;
      return failed(`${link.wire.broker.name} was silent, ${first.wire.broker.name} serves`);
    }
    if (first) {
      // Both can have come at once; one connection is enough.
      void elsewhere.then((other) => other?.wire.drop());
      return first;
    }
    const late = await before(Deadline.in(this.#race.patienceMs), answer);
    return late ?? failed('interrupted before the broker answered');
  }
}

async function messageOf(body: string | Buffer, options: SendOptions): Promise<Message> {
  const { id, properties, priority, ttlMs, correlationId, group } = options;
  return {
    durable: true,
    creation_time: new Date(),
    // As data it becomes a BytesMessage; as a value, ActiveMQ would make an object of it.
    body: typeof body === 'string' ? body : ((await amqp()).message.data_section(body) as unknown),
    ...(id === undefined ? {} : { message_id: id }),
    ...(properties ? { application_properties: { ...properties } } : {}),
    ...(priority === undefined ? {} : { priority }),
    // A broker counts from the time of creation to the absolute expiry; `ttl` alone is of the header.
    ...(ttlMs === undefined
      ? {}
      : { ttl: ttlMs, absolute_expiry_time: new Date(Date.now() + ttlMs) }),
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...(group === undefined ? {} : { group_id: group }),
  };
}

class SenderLink implements Link {
  readonly wire: AmqpConnection;
  readonly readyAt = Date.now();
  readonly #sender: Sender;
  #answer: (answer: Answer) => void = () => undefined;

  private constructor(wire: AmqpConnection, sender: Sender) {
    this.wire = wire;
    this.#sender = sender;
    sender.on('accepted', () => {
      this.#answer({ outcome: 'acknowledged' });
    });
    // rhea reports `modified` as `released` too.
    for (const outcome of ['rejected', 'released']) {
      sender.on(outcome, ({ delivery }: EventContext) => {
        const reason = `${outcome}${saidIn(delivery?.remote_state)}`;
        this.#answer({ ...failed(reason), refused: true });
      });
    }
    void wire.closed.then(() => {
      this.#answer(failed(wire.reason ?? ''));
    });
  }

  static open(wire: AmqpConnection, queue: string): Promise<SenderLink> {
    const sender = wire.connection.open_sender(queue);
    return new Promise((resolve) => {
      sender.once('sendable', () => {
        resolve(new SenderLink(wire, sender));
      });
    });
  }

  /** Sends one message; there is never more than one under way. */
  send(message: Message): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.wire.lostAt === undefined) this.#sender.send(message);
      else resolve(failed(this.wire.reason ?? ''));
    });
  }
}

/** The description that a broker gave with its refusal. */
function saidIn(state: unknown): string {
  const { error } = (state ?? {}) as { error?: { description?: unknown } };
  return typeof error?.description === 'string' ? `: ${error.description}` : '';
}
