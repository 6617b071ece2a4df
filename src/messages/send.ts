import type { Body } from '../clients/amqp/payload.js';
import type { MessageSettings } from '../clients/amqp/sender.js';
import { MqhaError } from '../lib/errors.js';
import { statusOf } from '../observe/status-of.js';
import { asServed, type Cluster } from '../state/cluster.js';
import { NumberedBodies } from './numbered-bodies.js';
import { SendJob, Tally } from './send-job.js';

/** How often progress is told; a plain line only now and then. */
const PROGRESS_MS = 250;
const PLAIN_EVERY = 12;
/** How far a late sender may run ahead of its rate to catch up. */
const CATCH_UP_MS = 100;

export interface SendOptions {
  readonly queue: string;
  readonly bodies: Iterable<Body> | AsyncIterable<Body>;
  /** How many bodies there are, where that is known. */
  readonly total: number | undefined;
  /** What each message has beside its body. */
  readonly settings?: MessageSettings;
  /** How many clients take turns with the bodies, each over a connection of its own; 1 unless given. */
  readonly clients?: number;
  /** At most so many a second, of all clients together. */
  readonly rate: number | undefined;
  /** A client gives up after so long without an acknowledgement, and so do all. */
  readonly timeoutMs: number;
}

/** The document of `mqha send --json`. */
export interface SendResult {
  readonly queue: string;
  readonly acknowledged: number;
  /** Of these: messages that were sent more than once, since nobody knew whether they were stored. */
  readonly sentAgain: number;
  /** Who acknowledged them, in the order in which they served. */
  readonly brokers: readonly string[];
  readonly ms: number;
}

/** How far sending came, with an error where that was not to the end. */
export interface SendOutcome {
  /** Undefined where nothing was begun. */
  readonly result: SendResult | undefined;
  readonly error: MqhaError | undefined;
}

/**
 * Sends persistent messages and follows the master. One client sends in order, each message after the one before was
 * acknowledged. A message whose outcome is unknown is sent again, with the same id: at least once.
 * @returns how far it came, with an error where that was not to the end: `not-serving`,
 *   `senders-blocked`, `connections-full`, `client-refused`, `message-refused`, `message-too-large`, `interrupted`
 */
export async function sendMessages(asked: Cluster, options: SendOptions): Promise<SendOutcome> {
  const cluster = await asServed(asked);
  // Nobody starts it while this waits; a cluster that is being started, or elects, is waited for.
  if ((await servesNobody(cluster)) && (await statusOf(cluster)).state === 'stopped') {
    return { result: undefined, error: stopped() };
  }
  const { queue, clients = 1, settings = {}, timeoutMs } = options;
  const began = performance.now();
  const tally = new Tally();
  const shared = {
    ...{ cluster, queue, settings, timeoutMs, tally },
    bodies: new NumberedBodies(options.bodies),
    pause: pacemaker(options.rate),
  };
  const jobs = Array.from({ length: clients }, () => new SendJob(shared));
  const progress = tellProgress(cluster, options, tally, jobs, began);
  const { signal } = cluster.host;
  const interrupt = () => {
    for (const job of jobs) job.end();
  };
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  try {
    const error = await firstError(jobs);
    const { acknowledged, sentAgain, brokers } = tally;
    const ms = Math.round(performance.now() - began);
    return { result: { queue, acknowledged, sentAgain, brokers, ms }, error };
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(progress);
  }
}

/** Runs them all; one that fails ends the others. @returns its error */
async function firstError(jobs: readonly SendJob[]): Promise<MqhaError | undefined> {
  let first: MqhaError | undefined;
  await Promise.all(
    jobs.map(async (job) => {
      const error = await job.run();
      if (!error) return;
      first ??= error;
      for (const other of jobs) other.end();
    }),
  );
  return first;
}

/** Whether no broker of the cluster runs here, and nobody listens for it: a first look that costs little. */
async function servesNobody({ config, registry, here }: Cluster): Promise<boolean> {
  const { nodes } = config;
  if ((await registry.findAll(nodes.map(({ name }) => name))).size > 0) return false;
  const ports = nodes.map(({ host, messagePort: port }) => ({ key: 'messagePort', host, port }));
  return (await here.heldPorts(ports))?.length === 0;
}

function stopped(): MqhaError {
  return new MqhaError('not-serving', 'nothing was sent: the cluster is stopped', {
    hint: 'Start it with `mqha up`, and run the command again.',
  });
}

function tellProgress(
  { host }: Cluster,
  { queue, total }: SendOptions,
  tally: Tally,
  jobs: readonly SendJob[],
  began: number,
): NodeJS.Timeout {
  let ticks = 0;
  return setInterval(() => {
    const now = performance.now();
    const since = Math.min(...jobs.map(({ waitingSince = now }) => waitingSince));
    const { acknowledged, sentAgain } = tally;
    host.emit({
      type: 'sending',
      ...{ queue, total, acknowledged, sentAgain },
      perSecond: (acknowledged * 1000) / (now - began),
      waitingMs: now - since,
      why: jobs.find(({ why }) => why !== undefined)?.why,
      plain: ++ticks % PLAIN_EVERY === 0,
    });
  }, PROGRESS_MS);
}

/** Says how long to wait before the next message, so that there are at most so many a second. */
function pacemaker(rate: number | undefined): () => number {
  if (rate === undefined) return () => 0;
  let due = performance.now();
  return () => {
    const now = performance.now();
    const wait = due - now;
    due = Math.max(due, now - CATCH_UP_MS) + 1000 / rate;
    return Math.max(0, wait);
  };
}
