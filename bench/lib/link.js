// One AMQP connection with one sender: how the clients of the benches reach whichever broker serves.
import { connect } from 'node:net';
import { setImmediate } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import rhea from 'rhea';

/** Between two knocks at a closed door. */
const KNOCK_MS = 5;
/** A broker that has accepted a connection and then says nothing is asked anew after this. */
const SILENCE_MS = 5000;

/** @typedef {import('./cluster.js').Broker} Broker */
/** @typedef {import('./cluster.js').Account} Account */
/** @typedef {{ over: boolean }} Race set to over when nobody waits for its outcome any more */

/** An open sender. The times are Date.now(), the clock of the brokers' logs. */
export class Link {
  /** @type {number | undefined} */
  firstAckAt;
  /** @type {number | undefined} */
  lostAt;
  /** @type {(outcome: 'acknowledged' | 'failed') => void} */
  #answer = () => undefined;

  /**
   * @param {Broker} broker
   * @param {import('rhea').Sender} sender
   * @param {import('node:net').Socket} socket
   * @param {{ acceptedAt: number, openAt: number, readyAt: number }} times
   */
  constructor(broker, sender, socket, { acceptedAt, openAt, readyAt }) {
    this.broker = broker;
    this.sender = sender;
    this.socket = socket;
    this.acceptedAt = acceptedAt;
    this.openAt = openAt;
    this.readyAt = readyAt;
    sender.on('accepted', () => {
      this.firstAckAt ??= Date.now();
      this.#answer('acknowledged');
    });
    for (const outcome of ['rejected', 'released', 'modified']) {
      sender.on(outcome, () => {
        this.#answer('failed');
      });
    }
    for (const event of ['sender_close', 'session_close', 'connection_close']) {
      sender.connection.on(event, () => {
        this.drop();
      });
    }
    socket.once('close', () => {
      this.lostAt ??= Date.now();
      this.#answer('failed');
    });
  }

  /**
   * Sends one persistent message.
   * @param {string} body
   * @returns {Promise<'acknowledged' | 'failed'>} never rejected; it waits as long as the broker is silent
   */
  send(body) {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.lostAt !== undefined) resolve('failed');
      else this.sender.send({ durable: true, body });
    });
  }

  /** Ends the connection, also one to a broker that answers nobody. */
  drop() {
    this.lostAt ??= Date.now();
    this.sender.connection.close();
    // The frame that says so is written first, and no answer is waited for.
    setImmediate(() => this.socket.destroy());
  }
}

/**
 * Knocks at every broker's door at once, at each again and again, until one lets the client in. At
 * once, since a suspended broker's kernel accepts a connection that then stays silent: in turn, it
 * would hold the client up.
 * @param {readonly Broker[]} brokers
 * @param {Account} account
 * @param {string} queue
 * @param {Race} race
 * @returns {Promise<Link | undefined>} undefined where the race was over before
 */
export async function openAny(brokers, account, queue, race) {
  return Promise.race(
    brokers.map(async (broker) => {
      while (!race.over) {
        const link = await open(broker, account, queue, race);
        if (link && race.over) link.drop();
        else if (link) {
          race.over = true;
          return link;
        }
        await sleep(KNOCK_MS);
      }
      return undefined;
    }),
  );
}

/**
 * @param {Broker} broker
 * @param {Account} account
 * @param {string} queue
 * @param {Race} race
 * @returns {Promise<Link | undefined>}
 */
async function open(broker, account, queue, race) {
  const socket = await accepted(broker);
  if (!socket) return undefined;
  const acceptedAt = Date.now();
  let openAt = NaN;
  const { connection, closed } = amqp(socket, broker, account);
  connection.once('connection_open', () => {
    openAt = Date.now();
  });
  const sender = connection.open_sender(queue);
  const ready = new Promise((resolve) => sender.once('sendable', () => resolve(true)));
  const outcome = await Promise.race([ready, closed, patience(race)]);
  if (outcome === true) {
    return new Link(broker, sender, socket, { acceptedAt, openAt, readyAt: Date.now() });
  }
  socket.destroy();
  return undefined;
}

/**
 * AMQP on a socket that is connected already, so that a closed door costs no more than a refused connect.
 * @param {import('node:net').Socket} socket
 * @param {Broker} broker
 * @param {Account} account
 */
export function amqp(socket, { host, port }, account) {
  const container = rhea.create_container();
  const connection = container.connect({
    ...account,
    host,
    port,
    reconnect: false,
    connection_details: () => ({
      host,
      port,
      connect: (/** @type {any[]} */ ...args) => {
        setImmediate(args[3]);
        return socket;
      },
    }),
  });
  // What goes wrong shows as the end of the connection.
  for (const event of ['error', 'disconnected', 'protocol_error', 'connection_error']) {
    connection.on(event, () => socket.destroy());
  }
  container.on('error', () => socket.destroy());
  const closed = new Promise((resolve) => socket.once('close', () => resolve(false)));
  return { connection, closed };
}

/**
 * @param {Broker} broker
 * @returns {Promise<import('node:net').Socket | undefined>} a connected socket; undefined where it was refused
 */
export function accepted({ host, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('close', () => {
      resolve(undefined);
    });
  });
}

/** @param {Race} race */
async function patience(race) {
  const end = Date.now() + SILENCE_MS;
  while (!race.over && Date.now() < end) await sleep(50);
  return false;
}
