// Fault after fault on a cluster that works: does it recover without help, and is every
// acknowledged message still there at the end?
// npm run chaos -- [faults=100] [--seed N]
import { setTimeout as sleep } from 'node:timers/promises';
import { checkQueue, type QueueCheck } from '../src/drill/analysis/checker.js';
import { countDead, drain } from '../src/drill/analysis/drain.js';
import { depthOf } from '../src/drill/drill-context.js';
import { randomFrom, shuffled } from '../src/drill/random.js';
import { MqhaError } from '../src/lib/errors.js';
import { Deadline } from '../src/lib/time.js';
import { Load } from '../test/support/load.js';
import { CHAOS_FAULTS, type ChaosFault } from './lib/chaos-faults.js';
import { runBench, withCluster, type BenchCluster } from './lib/cluster.js';
import { keepEvidence, keepStores } from './lib/evidence.js';
import { BenchFaults } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { largest, median, table, whole } from './lib/stats.js';

const { count, values } = readOptions('npm run chaos -- [faults=100] [--seed N]', {
  count: 100,
  flags: ['seed'],
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
const random = randomFrom(seed);

const QUEUE = 'chaos';
const RECOVERY_MS = 90_000;
/** So long the cluster must go on serving before it counts: what recovers may fall once more. */
const HELD_MS = 1500;
const DRAIN_MS = 600_000;
const DEAD_LETTERS_MS = 60_000;

interface Outcome {
  readonly kind: string;
  readonly began: number;
  /** Undefined where the cluster did not serve again. */
  readonly recoveryMs: number | undefined;
  /** The longest time without an acknowledgement. */
  readonly outageMs: number;
  readonly problem: string | undefined;
}

const outcomes: Outcome[] = [];

console.log(`${count} faults, seed ${seed}`);
await runBench(() =>
  withCluster({ supervised: true }, async (cluster) => {
    await cluster.up();
    const load = new Load(await cluster.clients(), QUEUE, { pauseMs: 8 });
    for (const fault of inRandomOrder()) {
      if (!(await oneFault(cluster, load, fault))) break;
    }
    if (!(await load.stop())) console.log('the last message was not acknowledged');
    const check = await checkOf(cluster, load);
    if (check.lost.length > 0) {
      const dead = await countDead(check.lost, await cluster.clients(), DEAD_LETTERS_MS);
      console.log(`${dead} of the lost messages are dead letters`);
      await keepStores(cluster, await keepEvidence(cluster));
    }
    return report(load, check);
  }),
);

/** Reads the queue to its end, and compares what comes with what was sent. */
async function checkOf(cluster: BenchCluster, load: Load): Promise<QueueCheck> {
  const opened = await cluster.open();
  const acknowledged = new Set(load.acknowledged);
  const { deliveries, unread } = await drain(QUEUE, {
    client: await cluster.clients(),
    expected: acknowledged,
    depth: () => depthOf({ calm: opened }, QUEUE),
    limitMs: DRAIN_MS,
  });
  opened.host.connections.close();
  if (unread !== undefined) throw new Error(unread);
  const sent = Array.from({ length: load.sent }, (_, number) => String(number));
  return checkQueue(
    sent.map((body) => ({ body, acknowledged: acknowledged.has(body) })),
    deliveries,
  );
}

/** Every kind before one comes a second time, so that each kind is met about as often. */
function inRandomOrder(): ChaosFault[] {
  const order: ChaosFault[] = [];
  while (order.length < count) order.push(...shuffled(CHAOS_FAULTS, random));
  return order.slice(0, count);
}

/** @returns whether the cluster serves, so that the next fault can come */
async function oneFault(cluster: BenchCluster, load: Load, fault: ChaosFault): Promise<boolean> {
  await load.flows(10_000);
  await sleep(random() * 2000);
  const began = Date.now();
  const status = await cluster.status();
  const faults = await BenchFaults.on(cluster, { load, resumes: fault.resumes === true });
  const problems: string[] = [];
  const what = await fault.inject({ cluster, status, load, random, faults, problems });
  const servedAt = await servesAgain(cluster, faults);
  const problem = problems.length === 0 ? undefined : problems.join('; ');
  await load.flows(10_000);
  const outageMs = load.longestGap(began);
  const recoveryMs = servedAt === undefined ? undefined : servedAt - began;
  outcomes.push({ kind: fault.name, began, recoveryMs, outageMs, problem });
  const outcome =
    recoveryMs === undefined
      ? `NOT SERVING after ${RECOVERY_MS / 1000} s`
      : `serving after ${seconds(recoveryMs)}, nothing acknowledged for ${seconds(outageMs)}`;
  console.log(
    `${String(outcomes.length).padStart(3)}/${count} ${fault.name}: ${what}: ${outcome}` +
      (problem === undefined ? '' : `; BUT ${problem}`),
  );
  if (recoveryMs !== undefined && problem === undefined) return true;
  await keepEvidence(cluster);
  return recoveryMs !== undefined || helped(cluster);
}

/**
 * Waits, without help, until what the faults met is at work again and the cluster serves and goes
 * on serving.
 * @returns since when it serves; undefined where the time ran out
 */
async function servesAgain(
  cluster: BenchCluster,
  faults: BenchFaults,
): Promise<number | undefined> {
  const deadline = Deadline.in(RECOVERY_MS);
  try {
    await faults.recover();
    await faults.recovered(deadline);
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'timeout') return undefined;
    throw error;
  }
  let since = Infinity;
  while (!deadline.passed) {
    const { state } = await cluster.status();
    since = state === 'serving' ? Math.min(since, Date.now()) : Infinity;
    if (Date.now() - since >= HELD_MS) return since;
    await sleep(250);
  }
  return undefined;
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

function report(load: Load, { counts, lost }: QueueCheck): boolean {
  const served = outcomes.filter(
    ({ recoveryMs, problem }) => recoveryMs !== undefined && problem === undefined,
  );
  const longest = largest(outcomes.map(({ outageMs }) => outageMs));
  const worst = outcomes.find(({ outageMs }) => outageMs === longest);

  console.log(`\n${served.length} of ${count} faults: the cluster recovered without help`);
  console.log(
    `messages: ${counts.acknowledged} acknowledged, ${counts.lost} lost, ` +
      `${counts.duplicated} duplicates, ${counts.unexpected} unexpected`,
  );
  for (const body of lost.slice(0, 20)) console.log(`lost ${story(load, body)}`);
  console.log(`longest outage: ${seconds(longest)} (${worst?.kind ?? 'none'}); seed ${seed}\n`);
  console.log(
    table(
      ['', 'faults', 'served again', 'median ms', 'max ms', 'median outage ms', 'max outage ms'],
      CHAOS_FAULTS.map(({ name }) => row(name)),
    ),
  );
  return served.length === count && counts.lost === 0 && counts.unexpected === 0;
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

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
