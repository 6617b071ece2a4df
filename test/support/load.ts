import { QueueSender } from '../../src/clients/amqp/sender.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { clientOf } from './messages.js';

/** Sends numbered messages until it is stopped, each when the one before was acknowledged. */
export class Load {
  readonly acknowledged: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(settings: ClientSettings, queue: string) {
    this.#ended = this.#run(settings, queue);
  }

  async #run(settings: ClientSettings, queue: string): Promise<void> {
    const { signal } = this.#stop;
    const sender = new QueueSender(queue, { ...clientOf(settings), signal });
    try {
      for (let number = 1; !signal.aborted; number++) {
        const { outcome } = await sender.send(String(number));
        if (outcome === 'failed') continue;
        this.acknowledged.push(String(number));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await sender.close();
    }
  }

  /** Ends it after the message that is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}
