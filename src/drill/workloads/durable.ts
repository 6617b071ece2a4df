import { Deadline } from '../../lib/time.js';
import { DRILL_TOPIC, SUBSCRIBER } from './payload.js';
import type { Delivery } from '../analysis/checker.js';
import type { Role } from '../jms/clients.js';
import { eventsOf } from '../jms/events.js';
import { forgetSubscriptions } from './subscriptions.js';
import { checkSubscription } from './checks.js';
import { attemptsOf, consumedIn, deliveriesOf, expectedOf, JmsWork, numberIn } from './jms-work.js';
import type { Part, Work, Workload } from './workload.js';

const TOPIC = `topic://${DRILL_TOPIC}`;
const SENDS = 60;
const LISTEN_MS = 20_000;
/** A subscription that has given all that was expected is asked for more for so long. */
const CALM_MS = 300;
/** One from which something is missing must be silent for so long. */
const SILENCE_MS = 15_000;
const READ_MS = 120_000;

interface Subscription {
  readonly name: string;
  /** What its consumer does while faults are done; undefined where it is away. */
  readonly acknowledge: 'auto' | 'every-other' | 'none' | undefined;
  readonly selector?: string;
  readonly selects?: (body: string) => boolean;
}

/** The store keeps one position for a subscription, so what is not acknowledged in a row tells most. */
const SUBSCRIPTIONS: readonly Subscription[] = [
  { name: 'here', acknowledge: 'auto' },
  { name: 'away', acknowledge: undefined },
  {
    name: 'selector',
    acknowledge: 'none',
    selector: 'even = TRUE',
    selects: (body) => numberIn(body) % 2 === 0,
  },
  { name: 'one-by-one', acknowledge: 'every-other' },
];

export const durable: Workload = {
  name: 'durable',
  description:
    'Durable subscriptions, one connected, one disconnected, one with a selector, one that acknowledges single messages: each gets every message.',
  begin: (context) =>
    JmsWork.begin(context, async (jms): Promise<Work> => {
      await forgetSubscriptions(context);
      for (const subscription of SUBSCRIPTIONS) {
        const { name, acknowledge } = subscription;
        jms.start(name, consumerOf(subscription, acknowledge ?? 'none'));
      }
      await jms.flows(...SUBSCRIPTIONS.map(({ name }) => name));
      for (const { name, acknowledge } of SUBSCRIPTIONS) {
        if (acknowledge === undefined) await jms.stop(name);
      }
      jms.start('producer', { role: 'produce', to: TOPIC, prefix: jms.prefix(), rate: SENDS });
      await jms.flows('producer');
      return {
        stop: () => jms.stop(),
        check: (say) => {
          say(`reading the subscriptions of ${DRILL_TOPIC}`);
          return checked(jms);
        },
        close: async () => {
          await jms.clients.end();
          await forgetSubscriptions(context);
        },
      };
    }),
};

function consumerOf(
  { name, selector }: Subscription,
  acknowledge: 'auto' | 'every-other' | 'none',
): Role {
  return {
    role: 'consume',
    from: TOPIC,
    acknowledge,
    clientId: `${SUBSCRIBER}${name}`,
    subscription: name,
    ...(selector === undefined ? {} : { selector }),
  };
}

/** Takes from every subscription what it still has, and says what each of them gave in all. */
async function checked(jms: JmsWork): Promise<Part[]> {
  const attempts = attemptsOf(jms.events, 'producer');
  const readers = SUBSCRIPTIONS.map((subscription) => {
    const { name, selects = () => true } = subscription;
    const reader = `${name}, at last`;
    const before = deliveriesOf(jms.events, name);
    const mine = attempts.filter(({ body }) => selects(body));
    jms.start(reader, consumerOf(subscription, 'auto'));
    return { name, selects, reader, before, missing: expectedOf(mine, consumedIn(before)) };
  });
  const isRead = await untilRead(jms, readers);
  const unknown = isRead
    ? []
    : [`the subscriptions of ${DRILL_TOPIC} could not be read to their end`];
  await jms.stop();
  return readers.map(({ name, selects, reader, before }) => {
    const deliveries: Delivery[] = [...before, ...deliveriesOf(jms.events, reader)];
    return {
      name: `${DRILL_TOPIC}, subscription ${name}`,
      check: checkSubscription(attempts, selects, deliveries),
      depths: [],
      unknown: [...jms.unknown, ...unknown],
    };
  });
}

/** Until nothing is missing any more, or nothing has come for long. */
async function untilRead(
  jms: JmsWork,
  readers: readonly { readonly reader: string; readonly missing: Set<string> }[],
): Promise<boolean> {
  const names = readers.map(({ reader }) => reader);
  const listening = () => names.every((name) => eventsOf(jms.events, 'listening', name).length > 0);
  if (!(await jms.clients.until(listening, Deadline.in(LISTEN_MS)))) return false;
  const deadline = Deadline.in(READ_MS);
  let heardAt = performance.now();
  let seen = 0;
  return jms.clients.until(() => {
    const received = eventsOf(jms.events.slice(seen), 'received');
    seen = jms.events.length;
    if (received.length > 0) heardAt = performance.now();
    for (const { reader, missing } of readers) {
      for (const { actor, body } of received) if (actor === reader) missing.delete(body);
    }
    const isComplete = readers.every(({ missing }) => missing.size === 0);
    return performance.now() - heardAt >= (isComplete ? CALM_MS : SILENCE_MS);
  }, deadline);
}
