import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkTimes } from '../../src/clients/amqp/link.js';
import { QueueSender, type Sent } from '../../src/clients/amqp/sender.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { clientOf } from './messages.js';

/** A client that sends numbered messages one after the other, and notes what became of them. */
export class Sending {
  readonly #sender: QueueSender;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly sent: Sent[] = [];
  readonly links = new Set<LinkTimes['openAt']>();

  constructor(settings: ClientSettings, queue: string) {
    this.#sender = new QueueSender(queue, clientOf(settings));
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.sent.push(await this.#sender.send(`message ${this.sent.length}`));
      if (this.#sender.link) this.links.add(this.#sender.link.openAt);
      await sleep(10);
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await this.#sender.close();
  }
}
