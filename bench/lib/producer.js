// A client that sends steadily: numbered persistent messages, each again until it is acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { openAny } from './link.js';

/** After so long without an answer the client looks for another broker as well. */
const PATIENCE_MS = 250;
/** `stop` gives up on the last message after this. */
const STOP_MS = 30_000;

/** @typedef {import('./link.js').Link} Link */

export class Producer {
  /** When each message was acknowledged, by its number. @type {number[]} */
  ackTimes = [];
  /** Which broker acknowledged each message. @type {string[]} */
  ackedBy = [];
  /** How many numbers were sent at least once. */
  sent = 0;
  /** Every connection that was opened. @type {Link[]} */
  links = [];
  /** @type {Link | undefined} */
  #link;
  #stopping = false;
  #clients;
  #queue;
  #pauseMs;
  /** @type {Promise<void>} */
  #work;

  /**
   * @param {Awaited<ReturnType<import('./cluster.js').BenchCluster['clients']>>} clients
   * @param {{ queue: string, pauseMs: number }} options a pause after each acknowledgement
   */
  constructor(clients, { queue, pauseMs }) {
    this.#clients = clients;
    this.#queue = queue;
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
      const found = this.links.find(
        (link) => link.acceptedAt >= since && link.firstAckAt !== undefined,
      );
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
    this.#link?.drop();
    return stopped;
  }

  async #run() {
    while (!this.#stopping) {
      const number = this.sent;
      this.sent += 1;
      this.ackedBy.push(await this.#deliver(`${number}`));
      this.ackTimes.push(Date.now());
      await sleep(this.#pauseMs);
    }
  }

  /**
   * @param {string} body
   * @returns the name of the broker that acknowledged it
   */
  async #deliver(body) {
    for (;;) {
      const link = (this.#link ??= await this.#open(this.#clients.brokers, { over: false }));
      if (link && (await this.#sendWith(link, body)) === 'acknowledged') return link.broker.name;
    }
  }

  /**
   * Sends; where the broker is silent, it looks for another one without letting go of this one.
   * @param {Link} link
   * @param {string} body
   */
  async #sendWith(link, body) {
    const race = { over: false };
    const answer = link.send(body).finally(() => (race.over = true));
    /** @type {string | Link} */
    let outcome = await Promise.race([answer, sleep(PATIENCE_MS, 'late')]);
    if (outcome === 'late') outcome = await Promise.race([answer, this.#openElsewhere(link, race)]);
    if (outcome === 'acknowledged') return outcome;
    link.drop();
    this.#link = typeof outcome === 'object' ? outcome : undefined;
    return 'failed';
  }

  /**
   * @param {Link} link
   * @param {import('./link.js').Race} race
   * @returns {Promise<Link>} settles only where another broker lets the client in first
   */
  async #openElsewhere(link, race) {
    const others = this.#clients.brokers.filter((broker) => broker !== link.broker);
    return (await this.#open(others, race)) ?? new Promise(() => undefined);
  }

  /**
   * @param {readonly import('./cluster.js').Broker[]} brokers
   * @param {import('./link.js').Race} race
   */
  async #open(brokers, race) {
    const link = await openAny(brokers, this.#clients.account, this.#queue, race);
    if (link) this.links.push(link);
    return link;
  }
}
