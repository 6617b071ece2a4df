import { request, type RequestOptions } from 'node:http';
import * as z from 'zod/mini';
import { originOf } from '../../config/endpoints.js';
import { certificateError, dial, type Endpoint } from '../../lib/dial.js';
import type { Account } from '../brokers.js';

/** What the master says of its slaves (ReplicatedLevelDBStoreView). Positions are bytes in its log. */
export interface Replication {
  readonly role: string;
  readonly nodeId: string;
  readonly position: number;
  readonly status: string;
  readonly slaves: readonly {
    readonly nodeId: string;
    readonly attached: boolean;
    readonly position: number;
  }[];
}

const replication = z.object({
  NodeRole: z.string(),
  NodeId: z.string(),
  Position: z.nullable(z.number()),
  Status: z.nullable(z.string()),
  Slaves: z.nullable(
    z.array(z.object({ nodeId: z.string(), attached: z.boolean(), position: z.number() })),
  ),
});

/** What a broker says of one of its queues; the counters begin when it begins to serve. */
export interface QueueStatistics {
  readonly name: string;
  readonly depth: number;
  readonly consumers: number;
  readonly enqueued: number;
  readonly dequeued: number;
}

const queue = z.object({
  Name: z.string(),
  QueueSize: z.number(),
  ConsumerCount: z.number(),
  EnqueueCount: z.number(),
  DequeueCount: z.number(),
});

const reply = z.object({
  status: z.number(),
  error: z.optional(z.string()),
  value: z.optional(z.unknown()),
});

/** Jolokia's answer to a pattern that no MBean fits. */
const NO_SUCH_MBEAN = 404;

/** Where the console of a broker listens, and the account that opens it. */
export interface Console extends Endpoint {
  readonly account: Account | undefined;
}

/**
 * The state of the replication in what was read of `*:view=Replication,*`.
 * @throws Error where there is none
 */
export function replicationIn(value: unknown): Replication {
  const [view] = Object.values(z.record(z.string(), replication).parse(value ?? {}));
  if (view === undefined) throw new Error('it says nothing of replication');
  return {
    role: view.NodeRole,
    nodeId: view.NodeId,
    position: view.Position ?? -1,
    status: view.Status ?? '',
    slaves: view.Slaves ?? [],
  };
}

/**
 * Asks the master for its queues, the dead letters' among them.
 * @param timeoutMs for the whole exchange
 * @throws Error that says what went wrong
 */
export async function readQueues(jolokia: Console, timeoutMs: number): Promise<QueueStatistics[]> {
  const pattern = `org.apache.activemq:type=Broker,brokerName=*,destinationType=Queue,destinationName=*`;
  const value = await read(jolokia, pattern, Object.keys(queue.shape), timeoutMs);
  return Object.values(z.record(z.string(), queue).parse(value ?? {})).map((found) => ({
    name: found.Name,
    depth: found.QueueSize,
    consumers: found.ConsumerCount,
    enqueued: found.EnqueueCount,
    dequeued: found.DequeueCount,
  }));
}

/** A part of a Jolokia path: slashes, exclamation marks and quotes are escaped with `!`. */
function escaped(text: string): string {
  return encodeURIComponent(text.replace(/[!/"]/g, (character) => `!${character}`));
}

/**
 * Reads attributes of an MBean.
 * @param mbean a name, or a pattern; then the answer has the attributes by name
 * @returns the value; undefined where no MBean fits
 * @throws Error that says what went wrong
 */
export function read(
  jolokia: Console,
  mbean: string,
  attributes: readonly string[],
  timeoutMs: number,
): Promise<unknown> {
  const names = attributes.length === 0 ? '' : `/${attributes.join(',')}`;
  return ask(jolokia, `/api/jolokia/read/${escaped(mbean)}${names}`, timeoutMs);
}

async function ask(jolokia: Console, path: string, timeoutMs: number): Promise<unknown> {
  const { status, error, value } = reply.parse(
    JSON.parse(await exchange(jolokia, path, timeoutMs)),
  );
  if (status === NO_SUCH_MBEAN) return undefined;
  if (status !== 200) throw new Error(error ?? `Jolokia status ${status}`);
  return value;
}

/**
 * Whether a web port lets an account in.
 * @returns undefined where it does not say: it is not open, or not open yet
 */
export async function letsIn(web: Console, timeoutMs: number): Promise<boolean | undefined> {
  try {
    await exchange(web, '/api/jolokia/', timeoutMs);
    return true;
  } catch (error) {
    // Of an account that is known and has not the role it is 403.
    return error instanceof Error && /^HTTP status 40[13]$/.test(error.message) ? false : undefined;
  }
}

/** One GET of the console, which refuses a request from another origin, and one that names none. */
function exchange(jolokia: Console, path: string, timeoutMs: number): Promise<string> {
  const { host, port, tls, account } = jolokia;
  const options: RequestOptions = {
    host,
    port,
    path,
    headers: { Origin: originOf(jolokia) },
    ...(account ? { auth: `${account.username}:${account.password}` } : {}),
  };
  return new Promise((resolve, reject) => {
    const socket = tls && dial(jolokia);
    if (socket?.destroyed === true) {
      // It has no certificates to begin with, and says so before a request could hear it.
      socket.once('error', reject);
      return;
    }
    const call = request(
      socket ? { ...options, createConnection: () => socket } : { ...options, agent: false },
    );
    const timer = setTimeout(() => {
      call.destroy(new Error(`no answer within ${Math.round(timeoutMs)} ms`));
    }, timeoutMs);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        clearTimeout(timer);
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`HTTP status ${response.statusCode ?? ''}`));
      });
      // It ends in the middle where the broker does, and where the time is up.
      response.on('error', reject);
      response.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the answer is not whole'));
      });
    });
    call.on('error', (error) => {
      clearTimeout(timer);
      reject((socket && certificateError(jolokia, socket, error)) ?? error);
    });
    call.end();
  });
}
