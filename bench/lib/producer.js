// A client that sends steadily: numbered persistent messages, each again until it is acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueSender } from '../../dist/clients/amqp/sender.js';

/** After so long without an answer the client looks for another broker as well. */
const PATIENCE_MS = 250;
/** Between two knocks at a closed door: what is measured is the cluster, not the client. */
const ATTEMPT_MS = 5;
/** `stop` gives up on the last message after this. */
const STOP_MS = 30_000;

/** @typedef {import('../../dist/clients/amqp/link.js').LinkTimes & { readonly firstAckAt: number }} Link */

export class Producer {
  /** When each message was acknowledged, by its number. @type {number[]} */
  ackTimes = [];
  /** Which broker acknowledged each message. @type {string[]} */
  ackedBy = [];
  /** How many numbers were sent at least once. */
  sent = 0;
  /** Every connection that a message was acknowledged through. @type {Link[]} */
  links = [];
  #stopping = false;
  #sender;
  #pauseMs;
  /** @type {Promise<void>} */
  #work;

  /**
   * @param {Awaited<ReturnType<import('./cluster.js').BenchCluster['clients']>>} clients
   * @param {{ queue: string, pauseMs: number }} options a pause after each acknowledgement
   */
  constructor(clients, { queue, pauseMs }) {
    const options = { ...clients, patienceMs: PATIENCE_MS, attemptMs: ATTEMPT_MS };
    this.#sender = new QueueSender(queue, options);
    this.#pauseMs = pauseMs;
    this.#work = this.#run();
  }

  get acknowledged() {
    return this.ackTimes.length;
  }

  /**
   * The longest time without an acknowledgement that ended after a moment, or has not ended yet.
   * @param {number} since
   */
  longestGap(since) {
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
   * @param {number} limitMs
   * @returns whether one came
   */
  async flows(limitMs) {
    const before = this.acknowledged;
    const end = Date.now() + limitMs;
    while (this.acknowledged === before && Date.now() < end) await sleep(10);
    return this.acknowledged > before;
  }

  /**
   * The connection through which the first acknowledgement after a moment came, if it was opened after it.
   * @param {number} since
   * @param {number} limitMs
   */
  async newLink(since, limitMs) {
    const end = Date.now() + limitMs;
    while (Date.now() < end) {
      const found = this.links.find((link) => link.acceptedAt >= since);
      if (found) return found;
      await sleep(10);
    }
    return undefined;
  }

  /** Ends after the message that is under way was acknowledged. @returns {Promise<boolean>} whether it was in time */
  async stop() {
    this.#stopping = true;
    const inTime = this.#work.then(() => true);
    const stopped = await Promise.race([inTime, sleep(STOP_MS, false)]);
    await this.#sender.close();
    return stopped;
  }

  async #run() {
    while (!this.#stopping) {
      const number = this.sent;
      this.sent += 1;
      const { broker = '', endedAt } = await this.#deliver(`${number}`);
      this.ackedBy.push(broker);
      this.ackTimes.push(endedAt);
      const { link } = this.#sender;
      if (link && link.acceptedAt !== this.links.at(-1)?.acceptedAt) {
        this.links.push({ ...link, firstAckAt: endedAt });
      }
      await sleep(this.#pauseMs);
    }
  }

  /** @param {string} body */
  async #deliver(body) {
    for (;;) {
      const sent = await this.#sender.send(body);
      if (sent.outcome === 'acknowledged') return sent;
    }
  }
}
