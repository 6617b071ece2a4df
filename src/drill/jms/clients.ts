import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Cluster } from '../../state/cluster.js';
import { MqhaError } from '../../lib/errors.js';
import { before, Deadline, sleep } from '../../lib/time.js';
import { eventsOf, parseEvent, type JmsEvent } from './events.js';
import { launchJms, openCommand, type JmsProcess } from './launch.js';

const READY_MS = 30_000;
const QUIT_MS = 2000;
const LOOK_MS = 10;
const KEPT_LINES = 20;

/** What a client does; see the classes of dev.mqha.drill for their options. */
export type Role =
  | {
      readonly role: 'produce';
      readonly to: string;
      readonly prefix: string;
      readonly rate: number;
      readonly bytes?: readonly number[];
      readonly groups?: number;
    }
  | {
      readonly role: 'units';
      readonly to: string;
      readonly prefix: string;
      /** Units of work per second. */
      readonly rate: number;
      readonly units: readonly { readonly messages: number; readonly bytes: number }[];
    }
  | {
      readonly role: 'move';
      readonly from: string;
      readonly to: string;
      readonly batch: number;
      /** Units of work per second. */
      readonly rate: number;
    }
  | {
      readonly role: 'consume';
      readonly from: string;
      readonly acknowledge?: 'auto' | 'every-other' | 'none';
      readonly rate?: number;
      readonly clientId?: string;
      readonly subscription?: string;
      readonly selector?: string;
      readonly prefetch?: number;
    }
  | { readonly role: 'remove'; readonly queue: string }
  | { readonly role: 'remove'; readonly clientId: string; readonly subscription: string };

/** JMS clients in a process of their own, which ends with this one. */
export class JmsClients {
  readonly #process: JmsProcess;
  readonly #events: JmsEvent[] = [];
  readonly #said: string[] = [];
  readonly #closed: Promise<boolean>;
  #isOver = false;

  private constructor(child: JmsProcess) {
    this.#process = child;
    const keep = (line: string) => {
      this.#said.push(line);
      if (this.#said.length > KEPT_LINES) this.#said.shift();
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event) this.#events.push(event);
      else keep(line);
    });
    createInterface({ input: child.stderr }).on('line', keep);
    // A program that has ended takes no command; that it ended is seen elsewhere.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      keep(error.message);
      this.#isOver = true;
    });
    this.#closed = once(child, 'close').then(
      () => (this.#isOver = true),
      () => (this.#isOver = true),
    );
  }

  /**
   * Starts the program.
   * @param limitMs it ends after so long, whatever happens
   * @throws MqhaError `drill-failed` where it does not start
   */
  static async begin(cluster: Cluster, limitMs: number): Promise<JmsClients> {
    const clients = new JmsClients(await launchJms(cluster));
    const isReady = () => eventsOf(clients.events, 'ready').length > 0;
    if (!(await clients.until(isReady, Deadline.in(READY_MS)))) {
      await clients.end();
      throw new MqhaError(
        'drill-failed',
        ['the JMS clients of the drill did not start', ...clients.#said.slice(-4)].join('\n'),
        { hint: 'Check that this Java works (`java -version`).' },
      );
    }
    clients.#command(openCommand(cluster, limitMs));
    return clients;
  }

  /** Everything that was told so far, in its order. */
  get events(): readonly JmsEvent[] {
    return this.#events;
  }

  /** What the program said last beside its events; undefined while it works. */
  get failure(): string | undefined {
    return this.#isOver
      ? ['the JMS clients ended by themselves', ...this.#said.slice(-2)].join(': ')
      : undefined;
  }

  /** Starts a client; no two of one name at once. */
  start(actor: string, role: Role): void {
    this.#command({ op: 'start', actor, ...role });
  }

  /**
   * Ends a client after what is under way.
   * @returns false where it had not ended in time
   */
  async stop(actor: string, deadline: Deadline): Promise<boolean> {
    const ended = () => eventsOf(this.#events, 'ended', actor).length;
    const so = ended();
    this.#command({ op: 'stop', actor });
    return this.until(() => ended() > so, deadline);
  }

  /** Waits until something is so; false where it did not come in time, or the program has ended. */
  async until(wanted: () => boolean, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    while (!wanted()) {
      if (deadline.passed || this.#isOver || signal?.aborted === true) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  /** Ends the program. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#command({ op: 'quit' });
    const isClosed = await before(Deadline.in(QUIT_MS), this.#closed);
    if (isClosed !== true) this.#process.kill('SIGKILL');
  }

  #command(command: object): void {
    if (!this.#isOver) this.#process.stdin.write(`${JSON.stringify(command)}\n`);
  }
}
