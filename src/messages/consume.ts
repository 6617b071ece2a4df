import { isAccepting } from '../clients/probe.js';
import { brokersOf } from '../clients/brokers.js';
import { QueueReceiver, type Received } from '../clients/amqp/receiver.js';
import { MqhaError } from '../lib/errors.js';
import type { Deadline } from '../lib/time.js';
import { accountOf } from '../state/account.js';
import { asServed, type Cluster } from '../state/cluster.js';
import { statusOf } from '../observe/status-of.js';
import { noService } from './not-serving.js';
import { counted } from '../lib/counted.js';

/** How long a master is waited for, at the beginning and in a failover. */
const MASTER_MS = 60_000;
/** How often it is looked whether a master serves. */
const LOOK_MS = 100;
const CREDIT = 100;
/** Progress is told once in this time. */
const PROGRESS_MS = 3000;

export interface ConsumeOptions {
  readonly queue: string;
  /** It ends after so many; undefined for all that there are. */
  readonly count: number | undefined;
  /** It ends when a master serves and has given nothing for so long; undefined where it goes on until it is interrupted. */
  readonly timeoutMs: number | undefined;
  /** It ends when this has passed, whatever comes; none unless given. */
  readonly limit?: Deadline;
  /** Looks at the messages and leaves them in the queue. */
  readonly browse: boolean;
  /** Whether to tell now and then how many there were. */
  readonly progress: boolean;
  /**
   * What is done with each message. It is acknowledged after that.
   * @returns whether it could be done; false ends it, and the message stays in the queue
   */
  readonly take: (message: Received) => Promise<boolean>;
}

/** What `mqha consume` came to. */
export interface ConsumeResult {
  readonly queue: string;
  /** Messages that were taken, or looked at. */
  readonly count: number;
  /** Who gave them, in the order in which they served. */
  readonly brokers: readonly string[];
  readonly ms: number;
}

/**
 * Takes messages from a queue and follows the master. Nothing is lost: what was not taken, or was
 * taken and not yet acknowledged when the master fell, is given again.
 * @returns how far it came, with an error where it was stopped: `not-serving`, `client-refused`,
 *   `interrupted`
 */
export async function consumeMessages(
  asked: Cluster,
  options: ConsumeOptions,
): Promise<{ readonly result: ConsumeResult; readonly error: MqhaError | undefined }> {
  const cluster = await asServed(asked);
  const { queue, count = Infinity, browse, take, timeoutMs } = options;
  const { signal, emit } = cluster.host;
  const began = performance.now();
  const brokers: string[] = [];
  let taken = 0;
  let toldAt = began;
  const receiver = new QueueReceiver(queue, {
    brokers: brokersOf(cluster.config, cluster.tls),
    account: cluster.account,
    accountNow: () => accountOf(cluster, []),
    signal,
    browse,
    credit: Math.min(count, CREDIT),
  });
  const idle = new IdleDetector(cluster, receiver, timeoutMs ?? Infinity);
  let leaveLast = false;
  let error: MqhaError | undefined;
  try {
    while (taken < count && !receiver.ended && options.limit?.passed !== true) {
      if (signal.aborted) {
        // Who follows ends it so.
        if (timeoutMs !== undefined) error = interrupted(queue, taken, browse);
        break;
      }
      const message = await receiver.next(LOOK_MS);
      if (!message) {
        const verdict = await idle.verdict();
        if (verdict === 'empty') break;
        if (verdict === 'unserved') {
          error = await noService(
            cluster,
            `no broker accepted a client for ${MASTER_MS / 1000} s`,
            receiver.refusal,
          );
          break;
        }
        continue;
      }
      idle.heard();
      leaveLast = true;
      if (!(await take(message))) break;
      leaveLast = false;
      taken += 1;
      if (brokers.at(-1) !== message.broker) brokers.push(message.broker);
      if (!options.progress || performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      emit({ type: 'receiving', queue, count: taken });
    }
  } finally {
    await receiver.close({ leaveLast });
  }
  if (!error && !leaveLast) emit({ type: 'received', queue, count: taken, browse, brokers });
  const ms = Math.round(performance.now() - began);
  return { result: { queue, count: taken, brokers, ms }, error };
}

/** What it means that no message comes. */
class IdleDetector {
  readonly #cluster: Cluster;
  readonly #receiver: QueueReceiver;
  readonly #timeoutMs: number;
  #heardAt = 0;
  #servedAt = Date.now();
  #told = false;
  #asked = false;

  constructor(cluster: Cluster, receiver: QueueReceiver, timeoutMs: number) {
    this.#cluster = cluster;
    this.#receiver = receiver;
    this.#timeoutMs = timeoutMs;
  }

  heard(): void {
    this.#heardAt = this.#servedAt = Date.now();
    this.#told = false;
  }

  /** @returns `empty` where a master serves and had nothing for long, `unserved` where none has served for long */
  async verdict(): Promise<'empty' | 'unserved' | 'wait'> {
    const { link } = this.#receiver;
    const now = Date.now();
    const since = link && Math.max(this.#heardAt, link.readyAt);
    if (since !== undefined && now - since < this.#timeoutMs) {
      this.#servedAt = now;
      return 'wait';
    }
    if (link === undefined) await this.#tellStopped();
    // A suspended master says nothing either, and its queue need not be empty.
    const broker = brokersOf(this.#cluster.config, this.#cluster.tls).find(
      ({ name }) => name === link?.broker,
    );
    if (broker && (await isAccepting(broker))) return 'empty';
    if (now - this.#servedAt > MASTER_MS) return 'unserved';
    if (!this.#told && now - this.#servedAt > 1000) {
      this.#told = true;
      this.#cluster.host.emit({
        type: 'warning',
        message: `no master serves; waiting for one for ${MASTER_MS / 1000} s`,
      });
    }
    return 'wait';
  }

  /** Asked once, at the first moment without a master: of a cluster that is stopped, waiting alone tells nothing. */
  async #tellStopped(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    if ((await statusOf(this.#cluster)).state !== 'stopped') return;
    this.#told = true;
    this.#cluster.host.emit({
      type: 'warning',
      message: `the cluster is stopped; \`mqha up\` starts it. Waiting for a master for ${MASTER_MS / 1000} s`,
    });
  }
}

function interrupted(queue: string, taken: number, browse: boolean): MqhaError {
  const done = browse ? 'shown' : 'printed and taken from the queue';
  return new MqhaError(
    'interrupted',
    `interrupted; ${counted(taken, 'message was', 'messages were')} ${done}`,
    { hint: `Run the command again for what is left in ${queue}.` },
  );
}
