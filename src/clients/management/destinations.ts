import * as z from 'zod/mini';
import { FIRST_CONNECTOR } from '../../config/broker/config.js';
import { read, readQueues, type Console } from './jolokia.js';

const DOMAIN = 'org.apache.activemq';

// A process has one broker. Its name is the one that it was started with, whatever mqha.yaml says now.

/** A queue on the master, as the broker counts it. */
export interface QueueDepth {
  readonly name: string;
  /** Messages that are in it, those included that a consumer holds. */
  readonly messages: number;
}

/** A durable subscription. */
export interface DurableSubscription {
  readonly clientId: string;
  readonly name: string;
}

const subscription = z.object({
  ClientId: z.string(),
  SubscriptionName: z.nullable(z.string()),
});

const connections = z.optional(
  z.record(z.string(), z.object({ ClientId: z.nullable(z.string()) })),
);

/**
 * The client ids of the connections that a broker has let in. Whoever only connects, as a probe does,
 * is not among them.
 * @throws Error that says what went wrong
 */
export async function clientsOf(jolokia: Console, timeoutMs: number): Promise<string[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=*,connector=clientConnectors,connectorName=${FIRST_CONNECTOR},connectionViewType=clientId,connectionName=*`;
  const found = connections.parse(await read(jolokia, pattern, ['ClientId'], timeoutMs));
  return Object.values(found ?? {}).flatMap(({ ClientId: id }) => (id === null ? [] : [id]));
}

/**
 * How many connections the message port of a broker has, those included that it has not let in yet.
 * @throws Error that says what went wrong
 */
export async function connectionCount(jolokia: Console, timeoutMs: number): Promise<number> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=*,connector=clientConnectors,connectorName=${FIRST_CONNECTOR},connectionViewType=remoteAddress,connectionName=*`;
  const found = await read(jolokia, pattern, ['RemoteAddress'], timeoutMs);
  return Object.keys(z.record(z.string(), z.unknown()).parse(found ?? {})).length;
}

/**
 * Every queue of a broker and how many messages it holds.
 * @throws Error that says what went wrong
 */
export async function queueDepths(jolokia: Console, timeoutMs: number): Promise<QueueDepth[]> {
  const queues = await readQueues(jolokia, timeoutMs);
  return queues.map(({ name, depth }) => ({ name, messages: depth }));
}

/**
 * The durable subscriptions of a broker, with a consumer or without (DurableSubscriptionView).
 * @throws Error that says what went wrong
 */
export async function durableSubscriptions(
  jolokia: Console,
  timeoutMs: number,
): Promise<DurableSubscription[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=*,destinationType=Topic,destinationName=*,endpoint=Consumer,clientId=*,consumerId=Durable(*)`;
  const value = await read(jolokia, pattern, Object.keys(subscription.shape), timeoutMs);
  const found = Object.values(z.record(z.string(), subscription).parse(value ?? {}));
  return found.flatMap(({ ClientId: clientId, SubscriptionName: name }) =>
    name === null ? [] : [{ clientId, name }],
  );
}
