import type { ClientOptions } from '../../clients/brokers.js';
import { QueueReceiver } from '../../clients/amqp/receiver.js';
import type { Received } from '../../clients/amqp/receiver-link.js';
import { sleep } from '../../lib/time.js';
import type { Delivery } from '../analysis/checker.js';

/** The broker sends so many ahead; the fewer, the sooner it is known that an acknowledgement has arrived. */
const CREDIT = 20;
const RECEIVE_MS = 200;
const LOOK_MS = 10;

/**
 * A consumer that takes from a queue while faults are done, and acknowledges each message. It leaves
 * as much as it takes, so that there is a depth to look at afterwards.
 */
export class QueueConsumer {
  readonly #receiver: QueueReceiver;
  readonly #available: () => number;
  readonly #taken: Received[] = [];
  readonly #settled = new Set<Received>();
  #work: Promise<unknown> = Promise.resolve();
  #stopping = false;

  /** @param available how many messages were acknowledged so far; half of them are taken */
  constructor(queue: string, client: ClientOptions, available: () => number) {
    this.#available = available;
    this.#receiver = new QueueReceiver(queue, {
      ...client,
      credit: CREDIT,
      onSettled: (received) => this.#settled.add(received),
    });
  }

  start(): void {
    this.#work = this.#take();
  }

  /** What was taken, in its order. */
  get deliveries(): Delivery[] {
    return this.#taken.map((received) => ({
      body: String(received.body),
      acknowledged: this.#settled.has(received) ? 'yes' : 'unknown',
    }));
  }

  /** Ends after the broker has heard of everything that was taken. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#work;
    await this.#receiver.close();
  }

  async #take(): Promise<void> {
    while (!this.#isStopped()) {
      if (this.#taken.length * 2 >= this.#available()) {
        await sleep(LOOK_MS);
        continue;
      }
      const received = await this.#receiver.next(RECEIVE_MS);
      if (received) this.#taken.push(received);
    }
  }

  /** A method, since the compiler cannot know that a wait changes the field. */
  #isStopped(): boolean {
    return this.#stopping;
  }
}
