import { request } from 'node:http';
import { z } from 'zod';
import type { Account } from './client.js';

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
  Position: z.number().nullable(),
  Status: z.string().nullable(),
  Slaves: z
    .array(z.object({ nodeId: z.string(), attached: z.boolean(), position: z.number() }))
    .nullable(),
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

/** The answer to a read of every MBean that a pattern fits: their values by name. */
const answerWith = <T extends z.ZodType>(value: T) =>
  z.object({
    status: z.number(),
    error: z.string().optional(),
    value: z.record(z.string(), value).optional(),
  });

const QUEUES =
  'org.apache.activemq:type=Broker,brokerName=*,destinationType=Queue,destinationName=*';
const NO_SUCH_MBEAN = 404;

/** Where the console of a broker listens, and the account that opens it. */
export interface Console {
  readonly host: string;
  readonly port: number;
  readonly account: Account | undefined;
}

/**
 * Asks the master for the state of its replication.
 * @param timeoutMs for the whole exchange
 * @throws Error that says what went wrong; it is for a problem's text, not for the user to act on
 */
export async function readReplication(console: Console, timeoutMs: number): Promise<Replication> {
  const text = await get(console, '/api/jolokia/read/*:view=Replication,*', timeoutMs);
  const { status, error, value } = answerWith(replication).parse(JSON.parse(text));
  const [view] = Object.values(value ?? {});
  if (status !== 200 || view === undefined) throw new Error(error ?? `Jolokia status ${status}`);
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
 * @throws Error that says what went wrong, as readReplication()
 */
export async function readQueues(console: Console, timeoutMs: number): Promise<QueueStatistics[]> {
  const attributes = Object.keys(queue.shape).join(',');
  const text = await get(console, `/api/jolokia/read/${QUEUES}/${attributes}`, timeoutMs);
  const { status, error, value } = answerWith(queue).parse(JSON.parse(text));
  if (status === NO_SUCH_MBEAN) return []; // There is no queue.
  if (status !== 200) throw new Error(error ?? `Jolokia status ${status}`);
  return Object.values(value ?? {}).map((read) => ({
    name: read.Name,
    depth: read.QueueSize,
    consumers: read.ConsumerCount,
    enqueued: read.EnqueueCount,
    dequeued: read.DequeueCount,
  }));
}

/** One GET of the console; Jolokia's strict checking refuses a request without an Origin. */
export function get(console: Console, path: string, timeoutMs: number): Promise<string> {
  const { host, port, account } = console;
  return new Promise((resolve, reject) => {
    const call = request({
      host,
      port,
      path,
      agent: false,
      headers: { Origin: `http://${host}:${port}` },
      ...(account ? { auth: `${account.username}:${account.password}` } : {}),
    });
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
    });
    call.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end();
  });
}
