import * as z from 'zod/mini';
import { sleep, type Deadline } from '../../lib/time.js';
import { read, type Console, type Replication, replicationIn } from './jolokia.js';

/** How full one of a broker's stores is. */
export interface Fill {
  /** Of its limit, as the broker counts; from 100 on it holds senders back. */
  readonly percent: number;
  /** What the broker keeps to, in bytes; it lowers what a disk cannot hold (BrokerService.checkUsageLimit). */
  readonly limitBytes: number;
}

/** What a broker has, and whom it holds back. */
export interface Usage {
  readonly memory: Fill;
  /** Persistent messages. */
  readonly store: Fill;
  /** What is not persistent and does not fit into memory. */
  readonly temp: Fill;
  /** How many clients are connected; undefined where the broker has not told it. */
  readonly connections?: number | undefined;
  /** Where senders are blocked: none of their messages went through between two looks. */
  readonly blocked: readonly { readonly destination: string; readonly senders: number }[];
}

/** A sender that stands still is looked at again after this long, so that a moment of flow control is none. */
const AGAIN_MS = 400;

const broker = z.object({
  MemoryPercentUsage: z.number(),
  MemoryLimit: z.number(),
  StorePercentUsage: z.number(),
  StoreLimit: z.number(),
  TempPercentUsage: z.number(),
  TempLimit: z.number(),
  CurrentConnectionsCount: z.number(),
});

const producer = z.object({
  ProducerBlocked: z.boolean(),
  SentCount: z.number(),
  DestinationName: z.nullable(z.string()),
});

const heldProducers = z.optional(z.record(z.string(), producer));

/** What the master says of its slaves and of itself. */
export interface MasterView {
  readonly replication: Replication;
  /** Undefined where the broker has not told it. */
  readonly usage: Usage | undefined;
}

/**
 * Asks the master for its replication, for what it has, and for senders that it holds back, all at
 * once; where there are any, once more a moment later.
 * @throws Error that says what went wrong; it is for a problem's text, not for the user to act on
 */
export async function readMaster(
  jolokia: Console,
  brokerName: string,
  deadline: Deadline,
): Promise<MasterView> {
  const ofBroker = `org.apache.activemq:type=Broker,brokerName=${brokerName}`;
  // Also those of STOMP and of JMS without a destination of their own: endpoint=dynamicProducer.
  const sending = () =>
    read(
      jolokia,
      `${ofBroker},endpoint=*roducer,*`,
      Object.keys(producer.shape),
      deadline.remaining,
    );
  const [slaves, own, producers] = await Promise.all([
    read(jolokia, '*:view=Replication,*', [], deadline.remaining),
    // What cannot be read of it is missing, and the rest counts.
    read(jolokia, ofBroker, Object.keys(broker.shape), deadline.remaining).catch(() => undefined),
    sending().catch(() => undefined),
  ]);
  const replication = replicationIn(slaves);
  const numbers = broker.safeParse(own);
  const held = heldBack(producers);
  if (!numbers.success) return { replication, usage: undefined };
  let still = held;
  if (held.size > 0 && deadline.remaining > 2 * AGAIN_MS) {
    await sleep(AGAIN_MS);
    try {
      const now = heldBack(await sending());
      still = new Map([...held].filter(([name, { sent }]) => now.get(name)?.sent === sent));
    } catch {
      // What was seen first has to do.
    }
  }
  const { data } = numbers;
  return {
    replication,
    usage: {
      memory: { percent: data.MemoryPercentUsage, limitBytes: data.MemoryLimit },
      store: { percent: data.StorePercentUsage, limitBytes: data.StoreLimit },
      temp: { percent: data.TempPercentUsage, limitBytes: data.TempLimit },
      connections: data.CurrentConnectionsCount,
      blocked: counted([...still.values()].map(({ destination }) => destination)),
    },
  };
}

/** The producers that wait for space, by MBean. */
function heldBack(value: unknown): Map<string, { destination: string; sent: number }> {
  const { data = {} } = heldProducers.safeParse(value);
  return new Map(
    Object.entries(data)
      .filter(([, producer]) => producer.ProducerBlocked)
      .map(([name, { DestinationName, SentCount }]) => [
        name,
        { destination: DestinationName ?? 'unknown', sent: SentCount },
      ]),
  );
}

function counted(destinations: readonly string[]): Usage['blocked'] {
  const senders = new Map<string, number>();
  for (const name of destinations) senders.set(name, (senders.get(name) ?? 0) + 1);
  return [...senders]
    .map(([destination, count]) => ({ destination, senders: count }))
    .sort((a, b) => b.senders - a.senders || a.destination.localeCompare(b.destination));
}
