// How long are clients without a master? From SIGKILL of the master to the first acknowledged
// persistent send, under a supervisor and with the store's own means, in turn in one run.
// node bench/failover.js [rounds=30] [--json file]
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogSince, saidAt } from '../dist/drill/timeline/broker-log.js';
import { runBench, withCluster } from './lib/cluster.js';
import { readOptions } from './lib/options.js';
import { Producer } from './lib/producer.js';
import { largest, median, percentile, table, whole } from './lib/stats.js';
import { ZnodeWatch } from './lib/znodes.js';

const { count: rounds, values } = readOptions('node bench/failover.js [rounds=30] [--json file]', {
  count: 30,
  flags: ['json'],
});

/** Two clusters at once would disturb one another, so the sides take turns, each with a new cluster. */
const BLOCK = 5;
const RECOVERY_MS = 90_000;

const SUPERVISED = { name: 'supervisor', options: { supervised: true } };
/** The store's own failover: nobody watches, and a dead master is noticed when its session expires. */
const STORE = {
  name: 'store alone, 2s',
  options: { supervised: false, sessionTimeout: '2s' },
};

/** What happens one after the other between the kill and the first acknowledgement. */
const STAGES = /** @type {const} */ ([
  'znode gone',
  'slave stopped',
  'promoted',
  'master started',
  'slave caught up',
  'broker starting',
  'listening',
  'TCP accepted',
  'AMQP open',
  'first ack',
]);

/**
 * @typedef {object} Round
 * @property {string} side
 * @property {number} block
 * @property {string} killed
 * @property {string} newMaster
 * @property {number} milliseconds from the kill to the first acknowledgement
 * @property {Record<string, number | null>} stages milliseconds after the kill; null where unknown
 */

/** @type {Round[]} */
const results = [];

await runBench(async () => {
  for (let block = 0; block * BLOCK < rounds; block++) {
    // A B, B A, …: what drifts in the machine meets both sides alike.
    const order = block % 2 === 0 ? [SUPERVISED, STORE] : [STORE, SUPERVISED];
    for (const side of order) {
      const count = Math.min(BLOCK, rounds - block * BLOCK);
      await withCluster(side.options, (cluster) => oneBlock(cluster, side.name, block, count));
    }
  }
  report();
  if (values['json'] !== undefined) {
    await writeFile(values['json'], `${JSON.stringify({ rounds: results }, null, 2)}\n`);
  }
  return true;
});

/**
 * @param {import('./lib/cluster.js').BenchCluster} cluster
 * @param {string} side
 * @param {number} block
 * @param {number} count
 */
async function oneBlock(cluster, side, block, count) {
  await cluster.up();
  const { config } = await cluster.open();
  const watch = new ZnodeWatch(config.zookeeper.connect, config.zookeeper.path);
  const producer = new Producer(await cluster.clients(), { queue: 'failover', pauseMs: 5 });
  try {
    for (let number = 0; number < count; number++) {
      await producer.flows(10_000);
      // ZooKeeper counts in ticks of half a second: the kills must not fall in step with them.
      await sleep(1000 + Math.random() * 1000);
      const round = await oneRound(cluster, watch, producer, side, block);
      results.push(round);
      console.log(
        `${side}, round ${results.filter((done) => done.side === side).length} of ${rounds}: ` +
          `${round.killed} killed, ${round.newMaster} acknowledged after ${round.milliseconds} ms`,
      );
      await bringBack(cluster);
    }
    await producer.stop();
  } finally {
    watch.close();
  }
}

/**
 * @param {import('./lib/cluster.js').BenchCluster} cluster
 * @param {ZnodeWatch} watch
 * @param {Producer} producer
 * @param {string} side
 * @param {number} block
 * @returns {Promise<Round>}
 */
async function oneRound(cluster, watch, producer, side, block) {
  const status = await cluster.status();
  const master = status.nodes.find((node) => node.name === status.master);
  if (!master?.pid || !master.member) throw new Error(`no master to kill: ${status.state}`);
  const logs = new Map();
  for (const { name } of status.nodes) logs.set(name, await LogSince.now(cluster.log(name)));

  const killedAt = Date.now();
  process.kill(master.pid, 'SIGKILL');
  const link = await producer.newLink(killedAt, RECOVERY_MS);
  if (!link) {
    throw new Error(`no message was acknowledged within ${RECOVERY_MS / 1000} s`);
  }

  const lines = await logs.get(link.broker).lines();
  /** @type {Record<typeof STAGES[number], number>} */
  const times = {
    'znode gone': watch.goneAt(master.member, killedAt),
    'slave stopped': saidAt(lines, 'Slave stopped'),
    promoted: saidAt(lines, 'Promoted to master'),
    'master started': saidAt(lines, 'Master started'),
    'slave caught up': saidAt(lines, 'Slave has now caught up'),
    'broker starting': saidAt(lines, ') is starting'),
    listening: saidAt(lines, 'Listening for connections at'),
    'TCP accepted': link.acceptedAt,
    'AMQP open': link.openAt,
    'first ack': link.firstAckAt,
  };
  const stages = STAGES.map((stage) => [stage, orNull(times[stage] - killedAt)]);
  return {
    side,
    block,
    killed: master.name,
    newMaster: link.broker,
    milliseconds: link.firstAckAt - killedAt,
    stages: Object.fromEntries(stages),
  };
}

/** Without a supervisor somebody has to start the killed node again. @param {import('./lib/cluster.js').BenchCluster} cluster */
async function bringBack(cluster) {
  if (!cluster.supervised) await cluster.up();
  const served = await cluster.until((status) => status.state === 'serving', {
    limitMs: RECOVERY_MS,
  });
  if (!served) throw new Error(`not serving again within ${RECOVERY_MS / 1000} s`);
}

function report() {
  const [supervised, store] = [SUPERVISED, STORE].map(({ name }) =>
    results.filter((round) => round.side === name),
  );
  const sides = [supervised ?? [], store ?? []];
  const totals = sides.map((side) => side.map(({ milliseconds }) => milliseconds));
  console.log('\nFrom the kill of the master to the first acknowledged persistent send, in ms');
  console.log(
    table(
      ['', 'rounds', 'median', 'p95', 'max'],
      [SUPERVISED, STORE].map(({ name }, index) => {
        const side = totals[index] ?? [];
        const figures = [median(side), percentile(side, 0.95), largest(side)];
        return [name, side.length, ...figures.map(whole)];
      }),
    ),
  );
  const [ours = NaN, theirs = NaN] = totals.map(median);
  console.log(`ratio of the medians: ${(ours / theirs).toFixed(3)} (aim: 0.15)`);

  console.log('\nWhere it goes: each piece from the one before it, medians in ms');
  console.log(
    table(
      ['', SUPERVISED.name, STORE.name],
      STAGES.map((stage) => [stage, ...sides.map((side) => whole(median(pieces(side, stage))))]),
    ),
  );
}

/**
 * How long a stage took after the one before it, of the rounds that know both.
 * @param {readonly Round[]} side
 * @param {typeof STAGES[number]} stage
 */
function pieces(side, stage) {
  const before = STAGES[STAGES.indexOf(stage) - 1];
  return side.flatMap(({ stages }) => {
    const end = stages[stage];
    const begin = before === undefined ? 0 : stages[before];
    return typeof end === 'number' && typeof begin === 'number' ? [end - begin] : [];
  });
}

/** @param {number} value */
function orNull(value) {
  return Number.isNaN(value) ? null : value;
}
