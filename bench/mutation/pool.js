import { ThreadsPoolWorker } from 'vitest/node';

/** A worker is replaced after so many runs, so that what one mutant may have left in a module does not last. */
const RUNS = 20;

/** @type {{ thread: import('node:worker_threads').Worker, runs: number } | undefined} */
let kept;

/**
 * Runs tests in the worker that ran those of the mutant before: it has read all modules already, and a mutant is
 * switched on and off while they stay.
 */
class KeptWorker extends ThreadsPoolWorker {
  /** @override */
  name = 'kept';
  /** @type {Set<(message: unknown) => void>} */
  #listeners = new Set();
  #runs = 0;

  /**
   * @override
   * @param {string} event
   * @param {(message: any) => void} callback
   */
  on(event, callback) {
    if (event === 'message') this.#listeners.add(callback);
    super.on(event, callback);
  }

  /** @override */
  async start() {
    this.#runs = (kept?.runs ?? 0) + 1;
    threadOf(this)._thread = kept?.thread;
    kept = undefined;
    await super.start();
  }

  /**
   * Nobody tells the worker that it stops.
   * @override
   * @param {any} message
   */
  send(message) {
    if (message.type !== 'stop') {
      super.send(message);
      return;
    }
    const answer = { __vitest_worker_response__: true, type: 'stopped' };
    for (const listener of [...this.#listeners]) listener(answer);
  }

  /** @override */
  async stop() {
    const { _thread: thread } = threadOf(this);
    if (this.#runs >= RUNS || kept || !thread) {
      await super.stop();
      return;
    }
    for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
    thread.stdout.unpipe();
    thread.stderr.unpipe();
    kept = { thread, runs: this.#runs };
  }
}

/**
 * @param {unknown} worker
 * @returns {{ _thread: import('node:worker_threads').Worker | undefined }}
 */
const threadOf = (worker) => /** @type {any} */ (worker);

/** Has vitest use it, whichever pool its caller asks for. */
export const keptPool = {
  name: 'kept-pool',
  /** @param {any} context */
  configureVitest({ project }) {
    project.config.pool = 'kept';
    project.config.poolRunner = {
      name: 'kept',
      /** @param {any} options */
      createPoolWorker: (options) => new KeptWorker(options),
    };
  },
};
