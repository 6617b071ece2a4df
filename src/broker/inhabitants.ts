import * as z from 'zod/mini';
import { ask, escaped, readQueues, type Console } from './jolokia.js';

const DOMAIN = 'org.apache.activemq';

/** A queue on the master, as the broker counts it. */
export interface QueueDepth {
  readonly name: string;
  /** Messages that are in it, those included that a consumer holds. */
  readonly messages: number;
}

const names = z.optional(z.array(z.string()));

/**
 * The client ids of the connections that a broker has let in. Whoever only knocks, as a probe does,
 * is not among them.
 * @throws Error that says what went wrong
 */
export async function clientsOf(
  console: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<string[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=${brokerName},connector=clientConnectors,connectorName=*,connectionViewType=clientId,connectionName=*`;
  const found = names.parse(
    await ask(console, `/api/jolokia/search/${escaped(pattern)}`, timeoutMs),
  );
  return (found ?? []).map((name) => /connectionName=([^,]*)/.exec(name)?.[1] ?? name);
}

/**
 * Every queue of a broker and how many messages it holds.
 * @throws Error that says what went wrong
 */
export async function queueDepths(
  console: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<QueueDepth[]> {
  const queues = await readQueues(console, timeoutMs, brokerName);
  return queues.map(({ name, depth }) => ({ name, messages: depth }));
}

/**
 * Removes a queue with what is in it.
 * @throws Error that says what went wrong
 */
export async function removeQueue(
  console: Console,
  brokerName: string,
  queue: string,
  timeoutMs: number,
): Promise<void> {
  const mbean = `${DOMAIN}:type=Broker,brokerName=${brokerName}`;
  const operation = 'removeQueue(java.lang.String)';
  await ask(
    console,
    `/api/jolokia/exec/${escaped(mbean)}/${escaped(operation)}/${escaped(queue)}`,
    timeoutMs,
  );
}
