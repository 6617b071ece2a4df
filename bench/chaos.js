// Fault after fault on a cluster that works: does it serve again without a hand, and is every
// acknowledged message still there at the end?
// node bench/chaos.js [faults=100] [--seed N]
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench, withCluster } from './lib/cluster.js';
import { drain } from './lib/consumer.js';
import { keepEvidence, keepStores } from './lib/evidence.js';
import { FAULTS } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { Producer } from './lib/producer.js';
import { randomFrom, shuffled } from '../dist/drill/random.js';
import { largest, median, table, whole } from './lib/stats.js';

const { count: faults, values } = readOptions('node bench/chaos.js [faults=100] [--seed N]', {
  count: 100,
  flags: ['seed'],
});
const seed = Number(values['seed'] ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
const random = randomFrom(seed);

const QUEUE = 'chaos';
const DEAD_LETTERS = 'ActiveMQ.DLQ';
const RECOVERY_MS = 90_000;
/** So long the cluster must go on serving before it counts: what recovers may fall once more. */
const HELD_MS = 1500;

/** @typedef {import('./lib/cluster.js').BenchCluster} BenchCluster */
/**
 * @typedef {object} Outcome
 * @property {string} kind
 * @property {number} began
 * @property {number | undefined} recoveryMs undefined where the cluster did not serve again
 * @property {number} outageMs the longest time without an acknowledgement
 * @property {string} [problem]
 */

/** @type {Outcome[]} */
const outcomes = [];

console.log(`${faults} faults, seed ${seed}`);
await runBench(() =>
  withCluster({ supervised: true }, async (cluster) => {
    await cluster.up();
    const producer = new Producer(await cluster.clients(), { queue: QUEUE, pauseMs: 8 });
    for (const fault of inRandomOrder(faults)) {
      if (!(await oneFault(cluster, producer, fault))) break;
    }
    if (!(await producer.stop())) console.log('the last message was not acknowledged');
    const deliveries = await drain(await cluster.clients(), QUEUE, producer.acknowledged);
    const lost = lostOf(producer, deliveries);
    if (lost.length > 0) {
      const dead = await drain(await cluster.clients(), DEAD_LETTERS, 0);
      console.log(`${dead.size} dead letters: ${[...dead.keys()].slice(0, 20).join(', ')}`);
      await keepStores(cluster, await keepEvidence(cluster));
    }
    return report(producer, deliveries, lost);
  }),
);

/** Every kind before one comes a second time, so that each kind is met about as often. @param {number} count */
function inRandomOrder(count) {
  /** @type {(typeof FAULTS)[number][]} */
  const order = [];
  while (order.length < count) order.push(...shuffled(FAULTS, random));
  return order.slice(0, count);
}

/**
 * @param {BenchCluster} cluster
 * @param {Producer} producer
 * @param {(typeof FAULTS)[number]} fault
 * @returns {Promise<boolean>} whether the cluster serves, so that the next fault can come
 */
async function oneFault(cluster, producer, fault) {
  await producer.flows(10_000);
  await sleep(random() * 2000);
  const began = Date.now();
  const status = await cluster.status();
  const { what, replaced, problem } = await fault.inject({ cluster, status, producer, random });
  const servedAt = await servesAgain(cluster, replaced);
  await producer.flows(10_000);
  const outageMs = producer.longestGap(began);
  const recoveryMs = servedAt === undefined ? undefined : servedAt - began;
  outcomes.push({ kind: fault.name, began, recoveryMs, outageMs, ...(problem ? { problem } : {}) });
  const outcome =
    recoveryMs === undefined
      ? `NOT SERVING after ${RECOVERY_MS / 1000} s`
      : `serving after ${seconds(recoveryMs)}, nothing acknowledged for ${seconds(outageMs)}`;
  console.log(
    `${String(outcomes.length).padStart(3)}/${faults} ${fault.name}: ${what}: ${outcome}` +
      (problem ? `; BUT ${problem}` : ''),
  );
  if (recoveryMs !== undefined && !problem) return true;
  await keepEvidence(cluster);
  return recoveryMs !== undefined || helped(cluster);
}

/**
 * Waits, without a hand, until others run in the place of these processes and the cluster serves
 * and goes on serving.
 * @param {BenchCluster} cluster
 * @param {Record<string, number>} replaced
 * @returns {Promise<number | undefined>} since when it serves; undefined where the time ran out
 */
async function servesAgain(cluster, replaced) {
  const end = Date.now() + RECOVERY_MS;
  let since = Infinity;
  while (Date.now() < end) {
    const { state } = await cluster.status();
    const again = state === 'serving' && (await othersRun(cluster, replaced));
    since = again ? Math.min(since, Date.now()) : Infinity;
    if (Date.now() - since >= HELD_MS) return since;
    await sleep(250);
  }
  return undefined;
}

/**
 * @param {BenchCluster} cluster
 * @param {Record<string, number>} replaced
 */
async function othersRun(cluster, replaced) {
  for (const [name, former] of Object.entries(replaced)) {
    const pid = await cluster.pid(name);
    if (pid === undefined || pid === former) return false;
  }
  return true;
}

/** A cluster that did not recover is helped as a person would, so that the other faults can be seen. @param {BenchCluster} cluster */
async function helped(cluster) {
  const { exitCode, stderr } = await cluster.run('up');
  console.log(
    exitCode === 0 ? '`mqha up` helped; going on' : `\`mqha up\` did not help: ${stderr}`,
  );
  return exitCode === 0;
}

/**
 * @param {Producer} producer
 * @param {Map<string, number>} deliveries
 * @returns {number[]} what was acknowledged and never delivered
 */
function lostOf(producer, deliveries) {
  return producer.ackTimes.flatMap((_, number) => (deliveries.has(`${number}`) ? [] : [number]));
}

/**
 * Who acknowledged a message, and when: what somebody needs who looks for it in the logs.
 * @param {Producer} producer
 * @param {number} number
 */
function story(producer, number) {
  const at = producer.ackTimes[number] ?? NaN;
  const last = outcomes.findLastIndex(({ began }) => began <= at);
  const fault = outcomes[last];
  const when = fault ? `${at - fault.began} ms after fault ${last + 1} (${fault.kind})` : '';
  return `${number}: acknowledged by ${producer.ackedBy[number]} at ${new Date(at).toISOString()}, ${when}`;
}

/**
 * @param {Producer} producer
 * @param {Map<string, number>} deliveries
 * @param {readonly number[]} lost
 */
function report(producer, deliveries, lost) {
  const unexpected = [...deliveries.keys()].filter((body) => !isSent(producer, body));
  const duplicates = [...deliveries.values()].reduce((sum, count) => sum + count - 1, 0);
  const served = outcomes.filter(({ recoveryMs, problem }) => recoveryMs !== undefined && !problem);
  const longest = largest(outcomes.map(({ outageMs }) => outageMs));
  const worst = outcomes.find(({ outageMs }) => outageMs === longest);

  console.log(`\n${served.length} of ${faults} faults: the cluster served again without a hand`);
  console.log(
    `messages: ${producer.acknowledged} acknowledged, ${lost.length} lost, ` +
      `${duplicates} duplicates, ${unexpected.length} unexpected`,
  );
  for (const number of lost.slice(0, 20)) console.log(`lost ${story(producer, number)}`);
  console.log(`longest outage: ${seconds(longest)} (${worst?.kind ?? 'none'}); seed ${seed}\n`);
  console.log(
    table(
      ['', 'faults', 'served again', 'median ms', 'max ms', 'median outage ms', 'max outage ms'],
      FAULTS.map(({ name }) => row(name)),
    ),
  );
  return served.length === faults && lost.length === 0 && unexpected.length === 0;
}

/** @param {string} kind */
function row(kind) {
  const all = outcomes.filter((outcome) => outcome.kind === kind);
  const recoveries = all.flatMap(({ recoveryMs }) =>
    recoveryMs === undefined ? [] : [recoveryMs],
  );
  const outages = all.map(({ outageMs }) => outageMs);
  const figures = [median(recoveries), largest(recoveries), median(outages), largest(outages)];
  return [kind, all.length, recoveries.length, ...figures.map(whole)];
}

/**
 * @param {Producer} producer
 * @param {string} body
 */
function isSent(producer, body) {
  return /^\d+$/.test(body) && Number(body) < producer.sent;
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
