import { z } from 'zod';
import { get, type Console } from './jolokia.js';

const DOMAIN = 'org.apache.activemq';

/** A queue on the master, as the broker counts it. */
export interface QueueDepth {
  readonly name: string;
  /** Messages that are in it, those included that a consumer holds. */
  readonly messages: number;
}

const reply = z.object({
  status: z.number(),
  error: z.string().optional(),
  value: z.unknown().optional(),
});

/** Slashes, exclamation marks and quotes of a Jolokia path are escaped with `!`. */
function escaped(text: string): string {
  return encodeURIComponent(text.replace(/[!/"]/g, (character) => `!${character}`));
}

async function ask(console: Console, path: string, timeoutMs: number): Promise<unknown> {
  const { status, error, value } = reply.parse(JSON.parse(await get(console, path, timeoutMs)));
  // A pattern that matches nothing is no failure.
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(error ?? `Jolokia status ${status}`);
  return value;
}

const names = z.array(z.string()).optional();

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

const depths = z.record(z.string(), z.object({ Name: z.string(), QueueSize: z.number() }));

/**
 * Every queue of a broker and how many messages it holds.
 * @throws Error that says what went wrong
 */
export async function queueDepths(
  console: Console,
  brokerName: string,
  timeoutMs: number,
): Promise<QueueDepth[]> {
  const pattern = `${DOMAIN}:type=Broker,brokerName=${brokerName},destinationType=Queue,destinationName=*`;
  const found = await ask(
    console,
    `/api/jolokia/read/${escaped(pattern)}/Name,QueueSize`,
    timeoutMs,
  );
  return Object.values(depths.parse(found ?? {})).map(({ Name, QueueSize }) => ({
    name: Name,
    messages: QueueSize,
  }));
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
