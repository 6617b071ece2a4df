import { randomUUID } from 'node:crypto';
import { largestBody, MESSAGE_SHARE } from '../config/limits.js';
import { brokersOf } from '../clients/brokers.js';
import type { Body } from '../clients/amqp/payload.js';
import { QueueSender } from '../clients/amqp/sender.js';
import { counted } from '../lib/counted.js';
import { MqhaError } from '../lib/errors.js';
import { sleep, unlessAborted } from '../lib/time.js';
import { accountOf } from '../state/account.js';
import { asServed, type Cluster } from '../state/cluster.js';
import { standstills } from '../observe/conditions/fullness.js';
import { noService } from './not-serving.js';
import { statusOf } from '../observe/status-of.js';

/** How often progress is told; a plain line only now and then. */
const PROGRESS_MS = 250;
const PLAIN_EVERY = 12;
/** A pause between tries that fail one after the other grows by this. */
const AGAIN_MS = 50;
/** How far a late sender may run ahead of its rate to catch up. */
const CATCH_UP_MS = 100;
/** A message that waits longer than this makes the master be asked why, and again and again. */
const ASK_MS = 3000;

export interface SendOptions {
  readonly queue: string;
  readonly bodies: Iterable<Body> | AsyncIterable<Body>;
  /** How many bodies there are, where that is known. */
  readonly total: number | undefined;
  /** At most so many a second. */
  readonly rate: number | undefined;
  /** It gives up after so long without an acknowledgement. */
  readonly timeoutMs: number;
}

/** @param what the file or option that holds the body */
export function tooLarge(what: string, bytes: number, largest: number): MqhaError {
  return new MqhaError(
    'message-too-large',
    `${what} is too large for a message: ${bytes} bytes, ${largest} at most`,
    {
      hint: `Brokers hold messages in memory several times over: the limit is limits.message in mqha.yaml, 1/${MESSAGE_SHARE} of java.heap unless set.`,
    },
  );
}

/** The document of `mqha send --json`. */
export interface SendResult {
  readonly queue: string;
  readonly acknowledged: number;
  /** Of these: messages that were sent more than once, since nobody knew whether they were stored. */
  readonly sentAgain: number;
  /** Who acknowledged them, in the order in which they served. */
  readonly brokers: readonly string[];
  readonly ms: number;
}

/**
 * Sends persistent messages in order, each after the one before was acknowledged, and follows the
 * master. A message whose outcome is unknown is sent again, with the same id: at least once.
 * @returns how far it came, with an error where that was not to the end: `not-serving`,
 *   `senders-blocked`, `connections-full`, `client-refused`, `message-refused`, `message-too-large`, `interrupted`
 */
export async function sendMessages(
  cluster: Cluster,
  options: SendOptions,
): Promise<{ readonly result: SendResult; readonly error: MqhaError | undefined }> {
  const served = await asServed(cluster);
  const job = new SendJob(served, options);
  // Nobody starts it while this waits; a cluster that is being started, or elects, is waited for.
  if ((await servesNobody(served)) && (await statusOf(served)).state === 'stopped') {
    return { result: job.result, error: stopped() };
  }
  const error = await job.run();
  return { result: job.result, error };
}

/** Whether no broker of the cluster runs here, and nobody listens for it: a first look that costs little. */
async function servesNobody({ config, registry, here }: Cluster): Promise<boolean> {
  const { nodes } = config;
  if ((await registry.findAll(nodes.map(({ name }) => name))).size > 0) return false;
  const ports = nodes.map(({ host, messagePort: port }) => ({ key: 'messagePort', host, port }));
  return (await here.heldPorts(ports))?.length === 0;
}

function stopped(): MqhaError {
  return new MqhaError('not-serving', 'nothing was sent: the cluster is stopped', {
    hint: 'Start it with `mqha up`, and run the command again.',
  });
}

class SendJob {
  readonly #cluster: Cluster;
  readonly #options: SendOptions;
  readonly #began = performance.now();
  /** Ends the waiting of the sender: Ctrl-C, or nobody acknowledges. */
  readonly #end = new AbortController();
  readonly #sender: QueueSender;
  readonly #id = randomUUID();
  readonly #largest: number;
  readonly #brokers: string[] = [];
  #acknowledged = 0;
  #sentAgain = 0;
  #waitingSince: number | undefined;
  /** Why the message under way waits, where the master says so. */
  #why: string | undefined;

  constructor(cluster: Cluster, options: SendOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#largest = largestBody(cluster.config);
    this.#sender = new QueueSender(options.queue, {
      brokers: brokersOf(cluster.config, cluster.tls),
      account: cluster.account,
      accountNow: () => accountOf(cluster, []),
      signal: this.#end.signal,
    });
  }

  get result(): SendResult {
    return {
      queue: this.#options.queue,
      acknowledged: this.#acknowledged,
      sentAgain: this.#sentAgain,
      brokers: this.#brokers,
      ms: Math.round(performance.now() - this.#began),
    };
  }

  async run(): Promise<MqhaError | undefined> {
    const { signal } = this.#cluster.host;
    const interrupt = () => {
      this.#end.abort();
    };
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    const progress = this.#tellProgress();
    try {
      return await this.#sendAll();
    } finally {
      clearInterval(progress);
      signal.removeEventListener('abort', interrupt);
      await this.#sender.close();
    }
  }

  async #sendAll(): Promise<MqhaError | undefined> {
    const pause = pacemaker(this.#options.rate);
    const bodies = iteratorOf(this.#options.bodies);
    for (;;) {
      const next = await unlessAborted(this.#end.signal, Promise.resolve(bodies.next()));
      if (!next) return this.#stopped(false);
      if (next.done === true) return undefined;
      const bytes = Buffer.byteLength(next.value);
      if (bytes > this.#largest) {
        return tooLarge(`message ${this.#acknowledged + 1}`, bytes, this.#largest);
      }
      const wait = pause();
      if (wait > 0) await sleep(wait, this.#end.signal);
      const error = await this.#deliver(next.value);
      if (error) return error;
    }
  }

  /** Sends one message until it is acknowledged. */
  async #deliver(body: Body): Promise<MqhaError | undefined> {
    const { timeoutMs } = this.#options;
    this.#waitingSince = performance.now();
    const giveUp = setTimeout(() => {
      this.#end.abort();
    }, timeoutMs);
    const ask = setInterval(() => {
      void this.#askWhy();
    }, ASK_MS);
    try {
      const id = `${this.#id}:${this.#acknowledged + 1}`;
      let unknown = false;
      for (let failures = 0; ;) {
        if (this.#end.signal.aborted) return await this.#stopped(unknown);
        const sent = await this.#sender.send(body, { id });
        if (sent.outcome === 'acknowledged') {
          this.#count(sent.broker ?? '', unknown);
          return undefined;
        }
        if (sent.refused) return this.#refused(sent.broker ?? '', sent.reason ?? '');
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
    const status = await statusOf(this.#cluster).catch(() => undefined);
    // It may have been acknowledged meanwhile.
    if (status && this.#waitingSince === since)
      this.#why = standstills(status.problems)[0]?.message;
  }

  #count(broker: string, again: boolean): void {
    this.#acknowledged += 1;
    if (again) this.#sentAgain += 1;
    if (this.#brokers.at(-1) !== broker) this.#brokers.push(broker);
  }

  #tellProgress(): NodeJS.Timeout {
    const { queue, total } = this.#options;
    let ticks = 0;
    return setInterval(() => {
      const since = this.#waitingSince;
      this.#cluster.host.emit({
        type: 'sending',
        queue,
        total,
        acknowledged: this.#acknowledged,
        sentAgain: this.#sentAgain,
        waitingMs: since === undefined ? 0 : performance.now() - since,
        why: this.#why,
        plain: ++ticks % PLAIN_EVERY === 0,
      });
    }, PROGRESS_MS);
  }

  /** @param unknown whether the message under way may have been stored */
  async #stopped(unknown: boolean): Promise<MqhaError> {
    const known = `${counted(this.#acknowledged, 'message was', 'messages were')} acknowledged${unknown ? ', and one may have been stored without an answer' : ''}`;
    if (this.#cluster.host.signal.aborted) {
      return new MqhaError('interrupted', `interrupted; ${known}`, {
        hint: 'What was acknowledged is in the queue; send the rest.',
      });
    }
    const seconds = this.#options.timeoutMs / 1000;
    return noService(
      this.#cluster,
      `${known}, then nothing for ${seconds} s`,
      this.#sender.link ? undefined : this.#sender.refusal,
    );
  }

  #refused(broker: string, reason: string): MqhaError {
    return new MqhaError(
      'message-refused',
      `${broker} does not take message ${this.#acknowledged + 1}: ${reason}; ${counted(this.#acknowledged, 'message was', 'messages were')} acknowledged`,
      { hint: 'See `mqha logs` of that node: the queue may be full, or not be allowed.' },
    );
  }
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

/** Says how long to wait before the next message, so that there are at most so many a second. */
function pacemaker(rate: number | undefined): () => number {
  if (rate === undefined) return () => 0;
  let due = performance.now();
  return () => {
    const now = performance.now();
    const wait = due - now;
    due = Math.max(due, now - CATCH_UP_MS) + 1000 / rate;
    return Math.max(0, wait);
  };
}
