// What is measured of a cluster, made by hand or with mqha: the same steps for both sides.
import { execFile, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { QueueSender } from '../../dist/clients/amqp/sender.js';
import { markOf, sinceMark } from '../../dist/agents/local/log.js';
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
const LOGGING = join(dirname(fileURLToPath(import.meta.url)), 'log4j.properties');

/** @typedef {import('./by-hand.js').ByHand | import('./with-mqha.js').WithMqha} Side */

/**
 * Starts a side and waits until a client's send is acknowledged and both slaves are attached.
 * @param {Side} side
 * @param {() => Promise<void>} [start] how; by default everything at once
 * @returns {Promise<number | undefined>} milliseconds from the launch; undefined where it did not come up
 */
export async function startOf(side, start = () => side.start()) {
  const marks = await Promise.all(side.logs.map((log) => markOf(log)));
  const limit = AbortSignal.timeout(READY_MS);
  const began = performance.now();
  await start();
  const sender = new QueueSender('ready', {
    brokers: side.brokers,
    account: side.account,
    signal: limit,
  });
  const [sent] = await Promise.all([sender.send('ready'), bothAttached(side, marks, limit)]);
  const ms = performance.now() - began;
  await sender.close();
  return limit.aborted || sent.outcome !== 'acknowledged' ? undefined : ms;
}

/**
 * Starts a cluster made by hand, again where not all three brokers came up, and then one broker after the other.
 * @param {import('./by-hand.js').ByHand} side
 * @param {() => void} failed called for each start that is tried again
 * @returns {Promise<number | undefined>} milliseconds; undefined where only brokers that were started one after the other came up
 */
export async function startByHand(side, failed) {
  for (let attempt = 1; attempt <= 2 * TRIES; attempt++) {
    onlyApart ||= attempt > TRIES;
    const ms = await startOf(side, onlyApart ? () => side.start(APART_MS) : undefined);
    if (ms !== undefined) return onlyApart ? undefined : ms;
    failed();
    console.error('by hand: not all three came up');
    await side.stop();
  }
  throw new Error(`by hand: none of ${2 * TRIES} starts brought all three up`);
}

/**
 * @param {Side} side
 * @param {readonly number[]} marks where the logs ended before
 * @param {AbortSignal} limit
 */
async function bothAttached(side, marks, limit) {
  for (;;) {
    const texts = await Promise.all(
      side.logs.map((log, index) => sinceMark(log, marks[index] ?? 0)),
    );
    const attached = texts.filter((text) => text.includes('| Attached |')).length;
    if (attached >= side.logs.length - 1 || limit.aborted) return;
    await sleep(20);
  }
}

/**
 * What the brokers have resident.
 * @param {Side} side
 * @returns {Promise<number>} megabytes of one broker (mean)
 */
export async function memoryOf(side) {
  const used = (await side.pids()).map((pid) => usageOf(pid).rssMb);
  return used.reduce((sum, mb) => sum + mb, 0) / used.length;
}

/**
 * What the brokers take of the processor when nobody asks anything of them.
 * @param {Side} side
 * @returns {Promise<number>} all together, in percent of a core
 */
export async function cpuAtRestOf(side) {
  const pids = await side.pids();
  const usedBy = () => pids.reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  const before = usedBy();
  await sleep(REST_MS);
  return ((usedBy() - before) / REST_MS) * 100;
}

/**
 * Acknowledged persistent messages of 1 KiB per second, by ActiveMQ's own `activemq producer`.
 * @param {Side} side
 * @param {{ java: string, classPath: string, signal: AbortSignal }} parts
 * @param {{ producers: number, each: number }} load
 */
export async function throughputOf(side, { java, classPath, signal }, { producers, each }) {
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

/**
 * Wall time of a whole process.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} milliseconds; refused where it does not end with 0
 */
export function timeOf(command, args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => {
      const ms = performance.now() - began;
      if (code === 0) resolve(ms);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}
