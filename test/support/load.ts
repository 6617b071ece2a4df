import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkTimes } from '../../src/clients/amqp/link.js';
import { QueueSender, type Sent } from '../../src/clients/amqp/sender.js';
import type { ClientOptions } from '../../src/clients/brokers.js';

/** `stop` gives up on the last message after this. */
const STOP_MS = 30_000;

/** A connection that a message was acknowledged through. */
export type UsedLink = LinkTimes & { readonly firstAckAt: number };

/** A client that sends persistent messages numbered from 0 until it is stopped, each again until it is acknowledged. */
export class Load {
  /** The bodies of what was acknowledged, in this order: the numbers. */
  readonly acknowledged: string[] = [];
  /** When each of them was acknowledged, by Date.now(). */
  readonly ackTimes: number[] = [];
  /** Which broker acknowledged each of them. */
  readonly ackedBy: string[] = [];
  /** Every connection that a message was acknowledged through. */
  readonly links: UsedLink[] = [];
  #sent = 0;
  #stopping = false;
  #closed = false;
  readonly #pauseMs: number;
  readonly #sender: QueueSender;
  readonly #work: Promise<void>;

  /** @param pauseMs after each acknowledgement */
  constructor(clients: ClientOptions, queue: string, { pauseMs = 0 } = {}) {
    this.#pauseMs = pauseMs;
    this.#sender = new QueueSender(queue, clients);
    this.#work = this.#run();
  }

  /** How many numbers were sent at least once. */
  get sent(): number {
    return this.#sent;
  }

  /** The longest time in milliseconds without an acknowledgement that ended after a moment, or has not ended yet. */
  longestGap(since: number): number {
    let later = Date.now();
    let longest = 0;
    for (let index = this.ackTimes.length - 1; later > since; index--) {
      const time = this.ackTimes[index];
      if (time === undefined) break;
      longest = Math.max(longest, later - time);
      later = time;
    }
    return longest;
  }

  /**
   * Waits for an acknowledgement that comes after this call, so that what is measured next begins
   * with a client that sends.
   * @returns whether one came in time
   */
  async flows(limitMs: number): Promise<boolean> {
    const before = this.acknowledged.length;
    const end = Date.now() + limitMs;
    while (this.acknowledged.length === before && Date.now() < end) await sleep(10);
    return this.acknowledged.length > before;
  }

  /** The first connection that was opened after a moment and had a message acknowledged; undefined where none was in time. */
  async newLink(since: number, limitMs: number): Promise<UsedLink | undefined> {
    const end = Date.now() + limitMs;
    while (Date.now() < end) {
      const found = this.links.find((link) => link.acceptedAt >= since);
      if (found) return found;
      await sleep(10);
    }
    return undefined;
  }

  /** Ends it after the message that is under way was acknowledged. @returns whether that was in time */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    const ended = this.#work.then(() => true);
    const inTime = await Promise.race([ended, sleep(STOP_MS, false, { ref: false })]);
    this.#closed = true;
    await this.#sender.close();
    return inTime;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const body = String(this.#sent);
      this.#sent += 1;
      const sent = await this.#deliver(body);
      if (!sent) return;
      const { broker = '', endedAt } = sent;
      this.acknowledged.push(body);
      this.ackedBy.push(broker);
      this.ackTimes.push(endedAt);
      const { link } = this.#sender;
      if (link && link.acceptedAt !== this.links.at(-1)?.acceptedAt) {
        this.links.push({ ...link, firstAckAt: endedAt });
      }
      if (this.#pauseMs > 0) await sleep(this.#pauseMs);
    }
  }

  /** Undefined where it was stopped before an acknowledgement came. */
  async #deliver(body: string): Promise<Sent | undefined> {
    while (!this.#closed) {
      const sent = await this.#sender.send(body);
      if (sent.outcome === 'acknowledged') return sent;
    }
    return undefined;
  }
}
