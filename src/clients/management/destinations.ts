import * as z from 'zod/mini';
import { ask, escaped, readQueues, type Console } from './jolokia.js';

const DOMAIN = 'org.apache.activemq';

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

const names = z.optional(z.array(z.string()));

/**
 * The client ids of the connections that a broker has let in. Whoever only connects, as a probe does,
 * is not among them.
 * @throws Error that says what went wrong
 */
export async function clientsOf(
  jolokia: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<string[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=${brokerName},connector=clientConnectors,connectorName=*,connectionViewType=clientId,connectionName=*`;
  const found = names.parse(
    await ask(jolokia, `/api/jolokia/search/${escaped(pattern)}`, timeoutMs),
  );
  return (found ?? []).map((name) => /connectionName=([^,]*)/.exec(name)?.[1] ?? name);
}

/**
 * Every queue of a broker and how many messages it holds.
 * @throws Error that says what went wrong
 */
export async function queueDepths(
  jolokia: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<QueueDepth[]> {
  const queues = await readQueues(jolokia, timeoutMs, brokerName);
  return queues.map(({ name, depth }) => ({ name, messages: depth }));
}

/**
 * Removes a queue with what is in it.
 * @throws Error that says what went wrong
 */
export async function removeQueue(
  jolokia: Console,
  brokerName: string,
  queue: string,
  timeoutMs: number,
): Promise<void> {
  const mbean = `${DOMAIN}:type=Broker,brokerName=${brokerName}`;
  const operation = 'removeQueue(java.lang.String)';
  await ask(
    jolokia,
    `/api/jolokia/exec/${escaped(mbean)}/${escaped(operation)}/${escaped(queue)}`,
    timeoutMs,
  );
}

/**
 * The durable subscriptions of a broker, with a consumer or without (DurableSubscriptionView).
 * @throws Error that says what went wrong
 */
export async function durableSubscriptions(
  jolokia: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<DurableSubscription[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=${brokerName},destinationType=Topic,destinationName=*,endpoint=Consumer,clientId=*,consumerId=Durable(*)`;
  const path = `/api/jolokia/read/${escaped(pattern)}/ClientId,SubscriptionName`;
  const value = await ask(jolokia, path, timeoutMs);
  const found = Object.values(z.record(z.string(), subscription).parse(value ?? {}));
  return found.flatMap(({ ClientId: clientId, SubscriptionName: name }) =>
    name === null ? [] : [{ clientId, name }],
  );
}

/**
 * Removes a durable subscription that has no consumer, with what it has not given (BrokerView).
 * @throws Error that says what went wrong
 */
export async function removeSubscription(
  jolokia: Console,
  brokerName: string,
  { clientId, name }: DurableSubscription,
  timeoutMs: number,
): Promise<void> {
  const mbean = `${DOMAIN}:type=Broker,brokerName=${brokerName}`;
  const operation = 'destroyDurableSubscriber(java.lang.String,java.lang.String)';
  await ask(
    jolokia,
    `/api/jolokia/exec/${escaped(mbean)}/${escaped(operation)}/${escaped(clientId)}/${escaped(name)}`,
    timeoutMs,
  );
}
