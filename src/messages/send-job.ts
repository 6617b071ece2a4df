import { randomUUID } from 'node:crypto';
import type { Body } from '../clients/amqp/payload.js';
import { QueueSender, type MessageSettings } from '../clients/amqp/sender.js';
import { brokersOf } from '../clients/brokers.js';
import { largestBody } from '../config/limits.js';
import { counted } from '../lib/counted.js';
import { MqhaError } from '../lib/errors.js';
import { sleep, unlessAborted } from '../lib/time.js';
import { standstills } from '../observe/conditions/fullness.js';
import { statusOf } from '../observe/status-of.js';
import { accountOf } from '../state/account.js';
import type { Cluster } from '../state/cluster.js';
import { noService } from './not-serving.js';
import type { NumberedBodies } from './numbered-bodies.js';
import { tooLarge } from './too-large.js';

/** A pause between tries that fail one after the other grows by this. */
const AGAIN_MS = 50;
/** A message that waits longer than this makes the master be asked why, and again and again. */
const ASK_MS = 3000;

/** What all clients of one command have sent. */
export class Tally {
  readonly brokers: string[] = [];
  acknowledged = 0;
  sentAgain = 0;

  count(broker: string, again: boolean): void {
    this.acknowledged += 1;
    if (again) this.sentAgain += 1;
    if (this.brokers.at(-1) !== broker) this.brokers.push(broker);
  }
}

/** What the clients of one command share. */
export interface SharedJob {
  readonly cluster: Cluster;
  readonly queue: string;
  readonly settings: MessageSettings;
  readonly timeoutMs: number;
  readonly bodies: NumberedBodies;
  /** How long to wait before the next message, in milliseconds. */
  readonly pause: () => number;
  readonly tally: Tally;
}

/** One client: it sends bodies one after the other, each until it is acknowledged. */
export class SendJob {
  readonly #shared: SharedJob;
  /** Ends the waiting of the sender: Ctrl-C, nobody acknowledges, or another client has failed. */
  readonly #end = new AbortController();
  readonly #sender: QueueSender;
  readonly #id = randomUUID();
  readonly #largest: number;
  #waitingSince: number | undefined;
  #why: string | undefined;

  constructor(shared: SharedJob) {
    const { cluster, queue } = shared;
    this.#shared = shared;
    this.#largest = largestBody(cluster.config);
    this.#sender = new QueueSender(queue, {
      brokers: brokersOf(cluster.config, cluster.tls),
      account: cluster.account,
      accountNow: () => accountOf(cluster, []),
      signal: this.#end.signal,
    });
  }

  /** Since when the message under way waits, by performance.now(); undefined where none does. */
  get waitingSince(): number | undefined {
    return this.#waitingSince;
  }

  /** Why the message under way waits, where the master says so. */
  get why(): string | undefined {
    return this.#why;
  }

  end(): void {
    this.#end.abort();
  }

  /** Sends until there are no more bodies. @returns why it came no further, where it did not */
  async run(): Promise<MqhaError | undefined> {
    try {
      return await this.#sendAll();
    } finally {
      await this.#sender.close();
    }
  }

  async #sendAll(): Promise<MqhaError | undefined> {
    const { bodies, pause } = this.#shared;
    for (;;) {
      const next = await unlessAborted(this.#end.signal, bodies.next());
      if (!next) return this.#stopped(false);
      if (next === 'done') return undefined;
      const bytes = Buffer.byteLength(next.body);
      if (bytes > this.#largest) return tooLarge(`message ${next.number}`, bytes, this.#largest);
      const wait = pause();
      if (wait > 0) await sleep(wait, this.#end.signal);
      const error = await this.#deliver(next.body, next.number);
      if (error) return error;
    }
  }

  /** Sends one message until it is acknowledged. */
  async #deliver(body: Body, number: number): Promise<MqhaError | undefined> {
    const { timeoutMs, settings, tally } = this.#shared;
    this.#waitingSince = performance.now();
    const giveUp = setTimeout(() => {
      this.end();
    }, timeoutMs);
    const ask = setInterval(() => {
      void this.#askWhy();
    }, ASK_MS);
    try {
      const id = `${this.#id}:${number}`;
      let unknown = false;
      for (let failures = 0; ;) {
        if (this.#end.signal.aborted) return await this.#stopped(unknown);
        const sent = await this.#sender.send(body, { ...settings, id });
        if (sent.outcome === 'acknowledged') {
          tally.count(sent.broker ?? '', unknown);
          return undefined;
        }
        if (sent.refused) return this.#refused(number, sent.broker ?? '', sent.reason ?? '');
        unknown ||= sent.broker !== undefined;
        // What ends each connection that it is sent through must not be sent in a tight loop.
        await sleep(AGAIN_MS * failures++, this.#end.signal);
      }
    } finally {
      clearTimeout(giveUp);
      clearInterval(ask);
      this.#waitingSince = undefined;
      this.#why = undefined;
    }
  }

  async #askWhy(): Promise<void> {
    const since = this.#waitingSince;
    const status = await statusOf(this.#shared.cluster).catch(() => undefined);
    // It may have been acknowledged meanwhile.
    if (status && this.#waitingSince === since)
      this.#why = standstills(status.problems)[0]?.message;
  }

  /** @param unknown whether the message under way may have been stored */
  async #stopped(unknown: boolean): Promise<MqhaError> {
    const { cluster, timeoutMs, tally } = this.#shared;
    const known = `${counted(tally.acknowledged, 'message was', 'messages were')} acknowledged${unknown ? ', and one may have been stored without an answer' : ''}`;
    if (cluster.host.signal.aborted) {
      return new MqhaError('interrupted', `interrupted; ${known}`, {
        hint: 'What was acknowledged is in the queue; send the rest.',
      });
    }
    return noService(
      cluster,
      `${known}, then nothing for ${timeoutMs / 1000} s`,
      this.#sender.link ? undefined : this.#sender.refusal,
    );
  }

  #refused(number: number, broker: string, reason: string): MqhaError {
    const { acknowledged } = this.#shared.tally;
    return new MqhaError(
      'message-refused',
      `${broker} does not take message ${number}: ${reason}; ${counted(acknowledged, 'message was', 'messages were')} acknowledged`,
      { hint: 'See `mqha logs` of that node: the queue may be full, or not be allowed.' },
    );
  }
}
