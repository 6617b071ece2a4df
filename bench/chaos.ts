// Fault after fault on a cluster that works: does it serve again without a hand, and is every
// acknowledged message still there at the end?
// npm run chaos -- [faults=100] [--seed N]
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom, shuffled } from '../src/drill/random.js';
import { Load } from '../test/support/load.js';
import { runBench, withCluster, type BenchCluster } from './lib/cluster.js';
import { drain } from './lib/consumer.js';
import { keepEvidence, keepStores } from './lib/evidence.js';
import { FAULTS, type Done, type Fault } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { largest, median, table, whole } from './lib/stats.js';

const { count: faults, values } = readOptions('npm run chaos -- [faults=100] [--seed N]', {
  count: 100,
  flags: ['seed'],
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
const random = randomFrom(seed);

const QUEUE = 'chaos';
const DEAD_LETTERS = 'ActiveMQ.DLQ';
const RECOVERY_MS = 90_000;
/** So long the cluster must go on serving before it counts: what recovers may fall once more. */
const HELD_MS = 1500;

interface Outcome {
  readonly kind: string;
  readonly began: number;
  /** Undefined where the cluster did not serve again. */
  readonly recoveryMs: number | undefined;
  /** The longest time without an acknowledgement. */
  readonly outageMs: number;
  readonly problem: string | undefined;
}

/** How often each body was delivered. */
type Deliveries = ReadonlyMap<string, number>;

const outcomes: Outcome[] = [];

console.log(`${faults} faults, seed ${seed}`);
await runBench(() =>
  withCluster({ supervised: true }, async (cluster) => {
    await cluster.up();
    const load = new Load(await cluster.clients(), QUEUE, { pauseMs: 8 });
    for (const fault of inRandomOrder(faults)) {
      if (!(await oneFault(cluster, load, fault))) break;
    }
    if (!(await load.stop())) console.log('the last message was not acknowledged');
    const deliveries = await drain(await cluster.clients(), QUEUE, load.acknowledged.length);
    const lost = load.acknowledged.filter((body) => !deliveries.has(body));
    if (lost.length > 0) {
      const dead = await drain(await cluster.clients(), DEAD_LETTERS, 0);
      console.log(`${dead.size} dead letters: ${[...dead.keys()].slice(0, 20).join(', ')}`);
      await keepStores(cluster, await keepEvidence(cluster));
    }
    return report(load, deliveries, lost);
  }),
);

/** Every kind before one comes a second time, so that each kind is met about as often. */
function inRandomOrder(count: number): Fault[] {
  const order: Fault[] = [];
  while (order.length < count) order.push(...shuffled(FAULTS, random));
  return order.slice(0, count);
}

/** @returns whether the cluster serves, so that the next fault can come */
async function oneFault(cluster: BenchCluster, load: Load, fault: Fault): Promise<boolean> {
  await load.flows(10_000);
  await sleep(random() * 2000);
  const began = Date.now();
  const status = await cluster.status();
  const { what, replaced, problem } = await fault.inject({ cluster, status, load, random });
  const servedAt = await servesAgain(cluster, replaced);
  await load.flows(10_000);
  const outageMs = load.longestGap(began);
  const recoveryMs = servedAt === undefined ? undefined : servedAt - began;
  outcomes.push({ kind: fault.name, began, recoveryMs, outageMs, problem });
  const outcome =
    recoveryMs === undefined
      ? `NOT SERVING after ${RECOVERY_MS / 1000} s`
      : `serving after ${seconds(recoveryMs)}, nothing acknowledged for ${seconds(outageMs)}`;
  console.log(
    `${String(outcomes.length).padStart(3)}/${faults} ${fault.name}: ${what}: ${outcome}` +
      (problem === undefined ? '' : `; BUT ${problem}`),
  );
  if (recoveryMs !== undefined && problem === undefined) return true;
  await keepEvidence(cluster);
  return recoveryMs !== undefined || helped(cluster);
}

/**
 * Waits, without a hand, until others run in the place of these processes and the cluster serves
 * and goes on serving.
 * @returns since when it serves; undefined where the time ran out
 */
async function servesAgain(
  cluster: BenchCluster,
  replaced: Done['replaced'],
): Promise<number | undefined> {
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

async function othersRun(cluster: BenchCluster, replaced: Done['replaced']): Promise<boolean> {
  for (const [name, former] of Object.entries(replaced)) {
    const found = await cluster.find(name);
    if (found === undefined || found.pid === former) return false;
  }
  return true;
}

/** A cluster that did not recover is helped as a person would, so that the other faults can be seen. */
async function helped(cluster: BenchCluster): Promise<boolean> {
  const { exitCode, stderr } = await cluster.run('up');
  console.log(
    exitCode === 0 ? '`mqha up` helped; going on' : `\`mqha up\` did not help: ${stderr}`,
  );
  return exitCode === 0;
}

/** Who acknowledged a message, and when: what somebody needs who looks for it in the logs. */
function story(load: Load, body: string): string {
  const at = load.ackTimes[Number(body)] ?? NaN;
  const last = outcomes.findLastIndex(({ began }) => began <= at);
  const fault = outcomes[last];
  const when = fault ? `${at - fault.began} ms after fault ${last + 1} (${fault.kind})` : '';
  const by = load.ackedBy[Number(body)] ?? '?';
  return `${body}: acknowledged by ${by} at ${new Date(at).toISOString()}, ${when}`;
}

function report(load: Load, deliveries: Deliveries, lost: readonly string[]): boolean {
  const unexpected = [...deliveries.keys()].filter((body) => !isSent(load, body));
  const duplicates = [...deliveries.values()].reduce((sum, count) => sum + count - 1, 0);
  const served = outcomes.filter(
    ({ recoveryMs, problem }) => recoveryMs !== undefined && problem === undefined,
  );
  const longest = largest(outcomes.map(({ outageMs }) => outageMs));
  const worst = outcomes.find(({ outageMs }) => outageMs === longest);

  console.log(`\n${served.length} of ${faults} faults: the cluster served again without a hand`);
  console.log(
    `messages: ${load.acknowledged.length} acknowledged, ${lost.length} lost, ` +
      `${duplicates} duplicates, ${unexpected.length} unexpected`,
  );
  for (const body of lost.slice(0, 20)) console.log(`lost ${story(load, body)}`);
  console.log(`longest outage: ${seconds(longest)} (${worst?.kind ?? 'none'}); seed ${seed}\n`);
  console.log(
    table(
      ['', 'faults', 'served again', 'median ms', 'max ms', 'median outage ms', 'max outage ms'],
      FAULTS.map(({ name }) => row(name)),
    ),
  );
  return served.length === faults && lost.length === 0 && unexpected.length === 0;
}

function row(kind: string): (string | number)[] {
  const all = outcomes.filter((outcome) => outcome.kind === kind);
  const recoveries = all.flatMap(({ recoveryMs }) =>
    recoveryMs === undefined ? [] : [recoveryMs],
  );
  const outages = all.map(({ outageMs }) => outageMs);
  const figures = [median(recoveries), largest(recoveries), median(outages), largest(outages)];
  return [kind, all.length, recoveries.length, ...figures.map(whole)];
}

function isSent(load: Load, body: string): boolean {
  return /^\d+$/.test(body) && Number(body) < load.sent;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
