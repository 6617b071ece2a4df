import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import type { Account, Broker, ClientOptions } from '../brokers.js';
import { AmqpConnection } from './connection.js';

const PATIENCE_MS = 250;
const ATTEMPT_MS = 10;
/** A broker that has accepted a connection and then says nothing is asked anew after this. */
const SILENCE_MS = 5000;
/** How often those who wait look whether anybody still waits. */
const LOOK_MS = 25;
/** A broker that lets nobody in although it answers (a wrong password) is not to be flooded. */
const REFUSED_MS = { first: 20, most: 200 };

/** A connection with a sender or receiver that the broker has opened. */
export interface Link {
  readonly wire: AmqpConnection;
  readonly readyAt: number;
}

/** How the link that is in use came about; the times are Date.now(). */
export interface LinkTimes {
  readonly broker: string;
  /** The broker's machine took the connection. */
  readonly acceptedAt: number;
  /** The broker let the client in. */
  readonly openAt: number;
  /** The client could send, or receive. */
  readonly readyAt: number;
}

/** Opens the link on a new connection; need not settle where the broker says nothing. */
export type Attach<L extends Link> = (wire: AmqpConnection) => Promise<L>;

/** Connects to all brokers of a cluster at once: one of them, the master, lets a client in. */
export class ConnectionRace<L extends Link> {
  readonly patienceMs: number;
  readonly #options: ClientOptions;
  readonly #attach: Attach<L>;
  readonly #idleMs: number | undefined;
  /** Of each broker that let nobody in when it was asked last, why. */
  readonly #refusals = new Map<string, string>();
  #account: Account | undefined;

  /** @param idleMs see AmqpConnection.open() */
  constructor(options: ClientOptions, attach: Attach<L>, idleMs?: number) {
    this.patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#options = options;
    this.#account = options.account;
    this.#attach = attach;
    this.#idleMs = idleMs;
  }

  /** Why a broker that answers lets nobody in; undefined where there is none. */
  get refusal(): string | undefined {
    const [refusal] = this.#refusals;
    return refusal && `${refusal[0]}: ${refusal[1]}`;
  }

  /**
   * Connects to every broker, to each again and again, until one lets the client in. At all of
   * them at once, since a suspended broker's kernel accepts a connection that then stays silent: in
   * turn, it would hold the client up.
   * @param isOver whether nobody waits for the outcome any more
   * @returns undefined where it was over before
   */
  async openAny(
    options: { readonly except?: Broker; readonly attemptMs?: number },
    isOver: () => boolean,
  ): Promise<L | undefined> {
    const { brokers, signal } = this.#options;
    let found: L | undefined;
    const over = () => found !== undefined || signal?.aborted === true || isOver();
    const attempts = brokers
      .filter((broker) => broker !== options.except)
      .map(async (broker) => {
        for (let refused = 0; !over();) {
          const link = await this.#open(broker, over);
          if (typeof link === 'object') {
            // Two can be let in at once where a master has just fallen.
            if (over()) link.wire.drop();
            else return (found = link);
          }
          refused = link === 'refused' ? refused + 1 : 0;
          if (refused > 0) await this.#askForAccount();
          await sleep(
            refused > 0
              ? Math.min(REFUSED_MS.first * 2 ** (refused - 1), REFUSED_MS.most)
              : (options.attemptMs ?? this.#options.attemptMs ?? ATTEMPT_MS),
          );
        }
        return undefined;
      });
    return Promise.race([...attempts, until(over)]);
  }

  async #askForAccount(): Promise<void> {
    this.#account = (await this.#options.accountNow?.()) ?? this.#account;
  }

  /** One attempt: a link, or what came instead. */
  async #open(broker: Broker, over: () => boolean): Promise<L | 'closed' | 'refused' | 'silent'> {
    const wire = await AmqpConnection.open(broker, this.#account, this.#idleMs).catch(
      (error: unknown) => {
        this.#refusals.set(broker.name, messageOf(error));
        return 'refused' as const;
      },
    );
    if (wire === 'refused') return wire;
    if (!wire) {
      this.#refusals.delete(broker.name);
      return 'closed';
    }
    const ended = wire.closed.then(() => 'refused' as const);
    const silence = Deadline.in(SILENCE_MS);
    let settled = false;
    const silent = until(() => settled || silence.passed || over()).then(() => 'silent' as const);
    const outcome = await Promise.race([this.#attach(wire), ended, silent]);
    settled = true;
    if (typeof outcome === 'object') {
      this.#refusals.clear();
      return outcome;
    }
    if (outcome === 'refused') this.#refusals.set(broker.name, wire.reason ?? '');
    wire.drop();
    return outcome;
  }
}

/** Resolves, with nothing, soon after something has become true. */
async function until(isTrue: () => boolean): Promise<undefined> {
  while (!isTrue()) await sleep(LOOK_MS);
}

/** How a link came about. */
export function timesOf({ wire, readyAt }: Link): LinkTimes {
  const { broker, acceptedAt, openAt = readyAt } = wire;
  return { broker: broker.name, acceptedAt, openAt, readyAt };
}
