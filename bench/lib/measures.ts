// What is measured of a cluster, made by hand or with mqha: the same steps for both sides.
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { markOf, sinceMark } from '../../src/agents/local/log.js';
import { QueueSender } from '../../src/clients/amqp/sender.js';
import type { Account, Broker } from '../../src/clients/brokers.js';
import { packageRoot } from '../../src/lib/package.js';
import type { ByHand } from './by-hand.js';
import { usageOf } from './usage.js';

const run = promisify(execFile);

const READY_MS = 60_000;
/** A start by hand can die of a race between the brokers; so often it is tried for one that counts. */
const TRIES = 4;
/** On some machines it always does. Then brokers are started one after the other, as a person would who needs them. */
const APART_MS = 3000;
/** Whether all at once has failed so often in this run that it is not tried any more. */
let onlyApart = false;
const REST_MS = 15_000;
const PRODUCER_MS = 120_000;
const MESSAGE_BYTES = 1024;
/** A producer that was left alone ends as well: there are no brokers any more then. */
const GIVE_UP = 'maxReconnectDelay=500&maxReconnectAttempts=60';
const LOGGING = join(packageRoot(), 'bench', 'lib', 'log4j.properties');

/** A cluster, made by hand or with mqha. */
export interface Side {
  readonly account: Account | undefined;
  /** Where an AMQP client connects. */
  readonly brokers: readonly Broker[];
  /** Where a JMS client connects. */
  readonly url: string;
  /** What its JVM needs to know for that. */
  readonly clientOptions: readonly string[];
  readonly zookeeperAddress: string;
  /** Each broker's activemq.log. */
  readonly logs: readonly string[];
  /** Starts everything; settles when the commands that a person types have returned, or before. */
  start(): Promise<void>;
  /** Of the brokers that run. */
  pids(): Promise<number[]>;
  remove(): Promise<void>;
}

/** Milliseconds from the launch of everything. */
export interface StartTimes {
  /** To the acknowledgement of a client's send, with every slave attached. */
  readonly servedMs: number;
  /** To the end of the command as well, where that comes later. */
  readonly wholeMs: number;
}

/**
 * Starts a side and waits until a client's send is acknowledged and both slaves are attached.
 * @param start how; by default everything at once
 * @returns undefined where it did not come up
 */
export async function startOf(
  side: Side,
  start = () => side.start(),
): Promise<StartTimes | undefined> {
  const marks = await Promise.all(side.logs.map((log) => markOf(log)));
  const limit = AbortSignal.timeout(READY_MS);
  const began = performance.now();
  const command = start();
  const sender = new QueueSender('ready', {
    brokers: side.brokers,
    account: side.account,
    signal: limit,
  });
  const served = Promise.all([sender.send('ready'), bothAttached(side, marks, limit)]).then(
    ([sent]) => ({ sent, servedMs: performance.now() - began }),
  );
  const [{ sent, servedMs }] = await Promise.all([served, command]);
  const wholeMs = performance.now() - began;
  await sender.close();
  return limit.aborted || sent.outcome !== 'acknowledged' ? undefined : { servedMs, wholeMs };
}

/**
 * Starts a cluster made by hand, again where not all three brokers came up, and then one broker after the other.
 * @param failed called for each start that is tried again
 * @returns undefined where only brokers that were started one after the other came up
 */
export async function startByHand(
  side: ByHand,
  failed: () => void,
): Promise<StartTimes | undefined> {
  for (let attempt = 1; attempt <= 2 * TRIES; attempt++) {
    onlyApart ||= attempt > TRIES;
    const times = await startOf(side, onlyApart ? () => side.start(APART_MS) : undefined);
    if (times) return onlyApart ? undefined : times;
    failed();
    console.error('by hand: not all three came up');
    await side.stop();
  }
  throw new Error(`by hand: none of ${2 * TRIES} starts brought all three up`);
}

/** @param marks where the logs ended before */
async function bothAttached(
  side: Side,
  marks: readonly number[],
  limit: AbortSignal,
): Promise<void> {
  for (;;) {
    const texts = await Promise.all(
      side.logs.map((log, index) => sinceMark(log, marks[index] ?? 0)),
    );
    const attached = texts.filter((text) => text.includes('| Attached |')).length;
    if (attached >= side.logs.length - 1 || limit.aborted) return;
    await sleep(20);
  }
}

/** What a broker has resident, in MB: the mean of all. */
export async function memoryOf(side: Side): Promise<number> {
  const used = (await side.pids()).map((pid) => usageOf(pid).rssMb);
  return used.reduce((sum, mb) => sum + mb, 0) / used.length;
}

/** What the brokers take of the processor when nobody asks anything of them: all together, in percent of a core. */
export async function cpuAtRestOf(side: Side): Promise<number> {
  const pids = await side.pids();
  const used = () => pids.reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  const before = used();
  await sleep(REST_MS);
  return ((used() - before) / REST_MS) * 100;
}

/** Acknowledged persistent messages of 1 KiB per second, by ActiveMQ's own `activemq producer`. */
export async function throughputOf(
  side: Side,
  parts: { readonly java: string; readonly classPath: string; readonly signal: AbortSignal },
  load: { readonly producers: number; readonly each: number },
): Promise<number> {
  const { java, classPath, signal } = parts;
  const { producers, each } = load;
  const words = {
    brokerUrl: `${side.url}?${GIVE_UP}`,
    destination: `queue://load${producers}`,
    messageCount: each,
    messageSize: MESSAGE_BYTES,
    persistent: true,
    parallelThreads: producers,
  };
  const { stdout } = await run(
    java,
    [
      `-Dlog4j.configuration=file:${LOGGING}`,
      ...side.clientOptions,
      ...['-cp', classPath, 'org.apache.activemq.console.command.ShellCommand', 'producer'],
      ...Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { timeout: PRODUCER_MS, killSignal: 'SIGKILL', signal, maxBuffer: 64 * 1024 * 1024 },
  );
  const elapsed = [...stdout.matchAll(/Elapsed time in milli ?seconds? *: *(\d+)/g)].map((match) =>
    Number(match[1]),
  );
  if (elapsed.length < producers)
    throw new Error(`not all producers ended:\n${stdout.slice(-2000)}`);
  return (producers * each * 1000) / Math.max(...elapsed);
}

/** Wall time of a whole process in milliseconds; refused where it does not end with 0. */
export function timeOf(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => {
      const ms = performance.now() - began;
      if (code === 0) resolve(ms);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? 'a signal'}`));
    });
  });
}
