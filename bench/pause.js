// How long may a master pause? SIGSTOP, SIGCONT some seconds later, under a client that sends:
// does it stay master, and for how long is nothing acknowledged?
// node bench/pause.js [times=5]
import { setTimeout as sleep } from 'node:timers/promises';
import { LogSince } from '../dist/drill/timeline/broker-log.js';
import { runBench, withCluster } from './lib/cluster.js';
import { suspendFor } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { Producer } from './lib/producer.js';
import { largest, median, table, whole } from './lib/stats.js';

const { count: times } = readOptions('node bench/pause.js [times=5]', { count: 5 });

const PAUSES_MS = [1000, 2000, 4000];
const RECOVERY_MS = 90_000;
/** An election after a pause begins within this, or there is none. */
const AFTERMATH_MS = 4000;

const SIDES = [
  { name: 'supervisor', options: { supervised: true } },
  { name: 'store alone, 2s', options: { supervised: false, sessionTimeout: '2s' } },
];

/** @typedef {{ side: string, pauseMs: number, stayed: boolean, gapMs: number, handNeeded: boolean }} Outcome */

/** @type {Outcome[]} */
const outcomes = [];

await runBench(async () => {
  for (const side of SIDES) {
    await withCluster(side.options, async (cluster) => {
      await cluster.up();
      const producer = new Producer(await cluster.clients(), { queue: 'pause', pauseMs: 5 });
      for (let time = 0; time < times; time++) {
        for (const pauseMs of PAUSES_MS) {
          const outcome = await onePause(cluster, producer, side.name, pauseMs);
          outcomes.push(outcome);
          console.log(
            `${side.name}: master paused for ${pauseMs / 1000} s: ` +
              `${outcome.stayed ? 'it stayed master' : 'another election'}, ` +
              `nothing acknowledged for ${outcome.gapMs} ms` +
              (outcome.handNeeded ? '; it had to be helped' : ''),
          );
        }
      }
      await producer.stop();
    });
  }
  report();
  return true;
});

/**
 * @param {import('./lib/cluster.js').BenchCluster} cluster
 * @param {Producer} producer
 * @param {string} side
 * @param {number} pauseMs
 * @returns {Promise<Outcome>}
 */
async function onePause(cluster, producer, side, pauseMs) {
  await producer.flows(10_000);
  await sleep(1000 + Math.random() * 1000);
  const before = await cluster.status();
  const logs = await Promise.all(before.nodes.map(({ name }) => LogSince.now(cluster.log(name))));
  const began = Date.now();
  await suspendFor(cluster, before.master ?? '', pauseMs);
  await sleep(AFTERMATH_MS);
  const served = await servesAgain(cluster);
  await producer.flows(RECOVERY_MS);
  const gapMs = producer.longestGap(began);
  const said = (await Promise.all(logs.map((log) => log.text()))).join('\n');
  if (!served) await cluster.up();
  const stayed =
    served !== undefined &&
    identity(served) === identity(before) &&
    !/Promoted to master|Demoted to slave/.test(said);
  return { side, pauseMs, stayed, gapMs, handNeeded: served === undefined };
}

/**
 * @param {import('./lib/cluster.js').BenchCluster} cluster
 * @returns the status; undefined where the cluster does not serve again, or where a broker has died
 *   and nobody is there to start it
 */
async function servesAgain(cluster) {
  const isOver = (/** @type {import('./lib/cluster.js').Status} */ { state, nodes }) =>
    state === 'serving' ||
    (!cluster.supervised && nodes.some((node) => node.process === 'stopped'));
  const status = await cluster.until(isOver, { limitMs: RECOVERY_MS });
  return status?.state === 'serving' ? status : undefined;
}

/** The same node, the same process and the same znode. @param {import('./lib/cluster.js').Status} status */
function identity({ master, nodes }) {
  const node = nodes.find(({ name }) => name === master);
  return `${master} ${node?.pid} ${node?.member}`;
}

function report() {
  console.log('\nA master that pauses; the times are without an acknowledgement, in ms');
  console.log(
    table(
      ['', 'pause s', 'times', 'stayed master', 'median', 'max'],
      SIDES.flatMap(({ name }) =>
        PAUSES_MS.map((pauseMs) => {
          const all = outcomes.filter((done) => done.side === name && done.pauseMs === pauseMs);
          const gaps = all.map(({ gapMs }) => gapMs);
          const stayed = all.filter((outcome) => outcome.stayed).length;
          return [
            name,
            pauseMs / 1000,
            all.length,
            stayed,
            whole(median(gaps)),
            whole(largest(gaps)),
          ];
        }),
      ),
    ),
  );
}
