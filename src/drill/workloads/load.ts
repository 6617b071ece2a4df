import type { ClientOptions } from '../../clients/brokers.js';
import { QueueSender, type Sent } from '../../clients/amqp/sender.js';
import { before, Deadline, sleep } from '../../lib/time.js';
import { bodyOf } from './payload.js';
import { LATE_MS } from '../analysis/outages.js';

/** One send of a load. */
export interface LoadSend extends Sent {
  readonly body: string;
}

export interface LoadOptions {
  readonly queue: string;
  readonly client: ClientOptions;
  readonly clients: number;
  /** Messages per second, of all clients together; undefined: as fast as they are acknowledged. */
  readonly rate: number | undefined;
  readonly run: string;
  /** The number of the first client; no two clients of a drill have the same one. */
  readonly firstClient: number;
}

/** The rate that is shown is that of so long. */
const RATE_MS = 1000;
const LOOK_MS = 10;

/**
 * Several clients that send numbered messages, each one after the other. Each number is sent once:
 * what is not acknowledged is left open, and the next number is sent. After a time without service a
 * client goes on at its rate; it does not make up for what it could not send.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #abort = new AbortController();
  readonly #pause = new AbortController();
  readonly #senders: QueueSender[] = [];
  readonly #sends: LoadSend[][] = [];
  /** Since when the send that is under way waits, of each client. */
  readonly #waiting: (number | undefined)[] = [];
  readonly #acks: number[] = [];
  #work: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    const { clients, client, queue } = this.#options;
    const work = Array.from({ length: clients }, (_, index) => {
      const sender = new QueueSender(queue, { ...client, signal: this.#abort.signal });
      this.#senders.push(sender);
      this.#sends.push([]);
      return this.#client(index, sender);
    });
    this.#work = Promise.all(work);
  }

  /** The sends that are decided, of each client in their order. */
  get sends(): readonly (readonly LoadSend[])[] {
    return this.#sends;
  }

  get acknowledged(): number {
    return this.#acks.length;
  }

  /** Acknowledgements per second, in the last second. */
  get rate(): number {
    const since = Date.now() - RATE_MS;
    let count = 0;
    while ((this.#acks.at(-1 - count) ?? -Infinity) >= since) count += 1;
    return Math.round((count * 1000) / RATE_MS);
  }

  /** For how long a client has had no acknowledgement now, the longest; 0 where all are served. */
  get outageMs(): number {
    const now = Date.now();
    const since = this.#sends.flatMap((sends, index) => {
      const answered = sends.findLastIndex(({ outcome }) => outcome === 'acknowledged');
      const failed = sends[answered + 1]?.startedAt;
      const waiting = this.#waiting[index];
      return failed ?? (waiting !== undefined && now - waiting > LATE_MS ? waiting : []);
    });
    return since.length === 0 ? 0 : now - Math.min(...since);
  }

  /** Whether every client had an acknowledgement of a send that was begun after a moment. */
  flowsSince(moment: number): boolean {
    return this.#sends.every((sends) => {
      const last = sends.findLast(({ outcome }) => outcome === 'acknowledged');
      return last !== undefined && last.startedAt >= moment;
    });
  }

  /**
   * Waits until every client was served after a moment.
   * @returns false where that did not come in time, or the signal was aborted
   */
  async flows(moment: number, deadline: Deadline, signal: AbortSignal): Promise<boolean> {
    while (!this.flowsSince(moment)) {
      if (deadline.passed || signal.aborted) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  /**
   * Ends after the sends that are under way are decided.
   * @param limitMs after this they are given up: nobody knows then whether they were stored
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    this.#pause.abort();
    await before(Deadline.in(limitMs), this.#work);
    this.#abort.abort();
    await this.#work;
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }

  async #client(index: number, sender: QueueSender): Promise<void> {
    const { rate, clients, run, firstClient } = this.#options;
    const interval = rate === undefined ? 0 : (1000 * clients) / rate;
    let due = performance.now() + (interval * index) / clients;
    for (let number = 0; !this.#stopping; number++) {
      const pause = due - performance.now();
      if (pause > 0) await sleep(pause, this.#pause.signal);
      if (this.#isStopped()) return;
      const body = bodyOf(run, firstClient + index, number);
      this.#waiting[index] = Date.now();
      const sent = await sender.send(body);
      this.#waiting[index] = undefined;
      this.#sends[index]?.push({ ...sent, body });
      if (sent.outcome === 'acknowledged') this.#acks.push(sent.endedAt);
      due = Math.max(due + interval, performance.now());
    }
  }

  /** A method, since the compiler cannot know that a wait changes the field. */
  #isStopped(): boolean {
    return this.#stopping;
  }
}
