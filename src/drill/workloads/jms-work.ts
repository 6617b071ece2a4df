import { MqhaError } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import { bodyOf } from './payload.js';
import type { Attempt, Delivery } from '../analysis/checker.js';
import { empty, type Emptied } from '../analysis/depths.js';
import type { DrillContext } from '../drill-context.js';
import { JmsClients, type Role } from '../jms/clients.js';
import { eventsOf, type JmsEvent } from '../jms/events.js';
import type { Unit } from './checks.js';

/** Clients must be served within this time, by a cluster that is whole. */
const FLOW_MS = 20_000;
/** What is under way at the end is waited for so long. */
const STOP_MS = 30_000;
/** Whatever happens, the program ends after the limit of a round and this. */
const SPARE_MS = 1_800_000;

/** The JMS clients of one workload. */
export class JmsWork {
  readonly context: DrillContext;
  readonly clients: JmsClients;
  readonly #actors = new Set<string>();
  /** Why something cannot be told. */
  readonly unknown: string[] = [];

  private constructor(context: DrillContext, clients: JmsClients) {
    this.context = context;
    this.clients = clients;
  }

  /** @throws MqhaError of JmsClients.begin(), and of what the workload does */
  static async begin<T>(context: DrillContext, work: (jms: JmsWork) => Promise<T>): Promise<T> {
    const { durationMs, limitMs } = context.options;
    const clients = await JmsClients.begin(context.calm, durationMs + limitMs + SPARE_MS);
    try {
      return await work(new JmsWork(context, clients));
    } catch (error) {
      await clients.end();
      throw error;
    }
  }

  get events(): readonly JmsEvent[] {
    return this.clients.events;
  }

  /** What the bodies of a new client begin with. */
  prefix(): string {
    return bodyOf(this.context.run, this.context.numberClients(1), '');
  }

  start(actor: string, role: Role): void {
    this.#actors.add(actor);
    this.clients.start(actor, role);
  }

  /** Waits until each client has done something. @throws MqhaError `drill-failed` where one has not */
  async flows(...actors: readonly string[]): Promise<void> {
    const { signal } = this.context.cluster.host;
    const idle = () => actors.filter((actor) => !this.#works(actor));
    const isFlowing = await this.clients.until(
      () => idle().length === 0,
      Deadline.in(FLOW_MS),
      signal,
    );
    if (isFlowing || signal.aborted) return;
    const trouble = eventsOf(this.events, 'trouble').at(-1)?.reason;
    const why = this.clients.failure ?? trouble ?? 'nothing came of them';
    throw new MqhaError(
      'drill-failed',
      `the JMS clients were not served (${idle().join(', ')}): ${why}`,
      {
        hint: 'See `mqha status`.',
      },
    );
  }

  #works(actor: string): boolean {
    const signs = ['acknowledged', 'committed', 'received', 'listening'] as const;
    return signs.some((kind) => eventsOf(this.events, kind, actor).length > 0);
  }

  /** Ends clients, by default all of them, and notes which of them do not. */
  async stop(...actors: readonly string[]): Promise<void> {
    const deadline = Deadline.in(STOP_MS);
    const all = actors.length > 0 ? actors : [...this.#actors];
    await Promise.all(
      all.map(async (actor) => {
        this.#actors.delete(actor);
        if (await this.clients.stop(actor, deadline)) return;
        const { failure } = this.clients;
        this.unknown.push(failure ?? `the JMS client ${actor} did not end`);
      }),
    );
  }

  /** Counts a queue, browses and empties it. */
  async empty(
    queue: string,
    expected: ReadonlySet<string>,
    credit?: number,
  ): Promise<Emptied & { readonly unknown: readonly string[] }> {
    const emptied = await empty(this.context, queue, expected, credit);
    const unread = emptied.unread === undefined ? [] : [emptied.unread];
    return { ...emptied, unknown: [...this.unknown, ...unread] };
  }
}

/** The sends of a producer. */
export function attemptsOf(events: readonly JmsEvent[], actor: string): Attempt[] {
  const acknowledged = new Set(eventsOf(events, 'acknowledged', actor).map(({ body }) => body));
  return eventsOf(events, 'sending', actor).map(({ body }) => ({
    body,
    acknowledged: acknowledged.has(body),
  }));
}

/** The units of work of a client; one of which nothing more was told is undecided. */
export function unitsOf(events: readonly JmsEvent[], actor: string): Unit[] {
  const outcomes = new Map<number, Unit['outcome']>();
  for (const outcome of ['committed', 'undecided', 'abandoned'] as const) {
    for (const { unit, event } of eventsOf(events, outcome, actor)) outcomes.set(unit, event);
  }
  return eventsOf(events, 'began', actor).map(({ unit, bodies }) => ({
    bodies,
    outcome: outcomes.get(unit) ?? 'undecided',
  }));
}

/** What consumers were given, in the order of its coming; an acknowledgement of which nothing more was told is unknown. */
export function deliveriesOf(
  events: readonly JmsEvent[],
  ...actors: readonly string[]
): Delivery[] {
  const deliveries: Mutable<Delivery>[] = [];
  const unsettled = new Map<string, Mutable<Delivery>>();
  for (const event of events) {
    if (event.event === 'received' && actors.includes(event.actor)) {
      const delivery = { body: event.body, acknowledged: 'unknown' as const };
      deliveries.push(delivery);
      unsettled.set(event.actor, delivery);
    } else if (event.event === 'settled') {
      const delivery = unsettled.get(event.actor);
      if (delivery) delivery.acknowledged = event.acknowledged;
      unsettled.delete(event.actor);
    }
  }
  return deliveries;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What must be in a queue: acknowledged, and not taken from it since. */
export function expectedOf(
  attempts: readonly Attempt[],
  taken: Iterable<string> = [],
): Set<string> {
  const bodies = attempts.filter(({ acknowledged }) => acknowledged).map(({ body }) => body);
  const expected = new Set(bodies);
  for (const body of taken) expected.delete(body);
  return expected;
}

/** Bodies that consumers have acknowledged, or may have. */
export function consumedIn(deliveries: readonly Delivery[]): string[] {
  return deliveries.filter(({ acknowledged }) => acknowledged !== 'no').map(({ body }) => body);
}

/** The number of a message, which its body ends with. */
export function numberIn(body: string): number {
  return Number(body.slice(body.lastIndexOf(':') + 1));
}
