// How long are clients without a master? From SIGKILL of the master to the first acknowledged
// persistent send, under a supervisor and with the store's own means, in turn in one run; with --tls, under a
// supervisor with every link encrypted and with none.
// npm run failover -- [rounds=30] [--tls] [--calm seconds] [--json file]
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { kill } from '../src/drill/faults/kill-processes.js';
import { LogSince, saidAt } from '../src/drill/timeline/broker-log.js';
import { eventually } from '../test/support/cluster.js';
import { Deadline } from '../src/lib/time.js';
import { Load } from '../test/support/load.js';
import {
  recordArchives,
  runBench,
  withCluster,
  type BenchCluster,
  type BenchOptions,
} from './lib/cluster.js';
import { BenchFaults } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { largest, median, percentile, table, whole } from './lib/stats.js';
import { ZnodeWatch } from './lib/znodes.js';
import { zookeeperPassword } from '../src/state/identity.js';

const {
  count: rounds,
  values,
  tls,
} = readOptions('npm run failover -- [rounds=30] [--tls] [--calm seconds] [--json file]', {
  count: 30,
  flags: ['json', 'calm'],
  tls: true,
});

/** From the moment at which the cluster is whole again to the next kill: a broker that has just started is still compiling. */
const CALM_MS = 1000 * Number(values.calm ?? 1);

/** Two clusters at once would disturb one another, so the sides take turns, each with a new cluster. */
const BLOCK = 5;
const RECOVERY_MS = 90_000;

interface Side {
  readonly name: string;
  readonly options: BenchOptions;
}

const SUPERVISED: Side = { name: 'supervisor', options: { supervised: true } };
/** The store's own failover: nobody watches, and a dead master is noticed when its session expires. */
const STORE: Side = {
  name: 'store alone, 2s',
  options: { supervised: false, sessionTimeout: '2s' },
};

const SECURED: Side = { name: 'supervisor, TLS', options: { supervised: true, tls: true } };

/** The first is compared with the second; and what their medians are to be to one another. */
const [SIDES, AIM] = tls ? [[SECURED, SUPERVISED], 1.2] : [[SUPERVISED, STORE], 0.15];

/** What happens one after the other between the kill and the first acknowledgement. */
const STAGES = [
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
] as const;

type Stage = (typeof STAGES)[number];

interface Round {
  readonly side: string;
  readonly block: number;
  readonly killed: string;
  readonly newMaster: string;
  /** From the kill to the first acknowledgement. */
  readonly milliseconds: number;
  /** Milliseconds after the kill; null where unknown. */
  readonly stages: Readonly<Record<Stage, number | null>>;
}

const results: Round[] = [];

await runBench(async () => {
  for (const { options } of SIDES) await recordArchives(options);
  for (let block = 0; block * BLOCK < rounds; block++) {
    // A B, B A, …: what drifts in the machine meets both sides alike.
    const order = block % 2 === 0 ? SIDES : SIDES.toReversed();
    for (const side of order) {
      const count = Math.min(BLOCK, rounds - block * BLOCK);
      await withCluster(side.options, (cluster) => oneBlock(cluster, side.name, block, count));
    }
  }
  report();
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ rounds: results }, null, 2)}\n`);
  }
  return true;
});

async function oneBlock(
  cluster: BenchCluster,
  side: string,
  block: number,
  count: number,
): Promise<void> {
  await cluster.up();
  const { config, layout, tls: identity } = await cluster.open();
  const { connect, path, tls: isSecured } = config.zookeeper;
  const ensemble = { connect, ...(isSecured ? { tls: identity } : {}) };
  const watch = new ZnodeWatch(ensemble, path, await zookeeperPassword(layout));
  const load = new Load(await cluster.clients(), 'failover', { pauseMs: 5 });
  try {
    for (let number = 0; number < count; number++) {
      await load.flows(10_000);
      // ZooKeeper counts in ticks of half a second: the kills must not fall in step with them.
      await sleep(CALM_MS + Math.random() * 1000);
      const faults = await BenchFaults.on(cluster, { load });
      const round = { side, block, ...(await oneRound(cluster, watch, load, faults)) };
      results.push(round);
      console.log(
        `${side}, round ${results.filter((done) => done.side === side).length} of ${rounds}: ` +
          `${round.killed} killed, ${round.newMaster} acknowledged after ${round.milliseconds} ms`,
      );
      await recovered(cluster, faults);
    }
    await load.stop();
  } finally {
    watch.close();
  }
}

async function oneRound(
  cluster: BenchCluster,
  watch: ZnodeWatch,
  load: Load,
  faults: BenchFaults,
): Promise<Omit<Round, 'side' | 'block'>> {
  const status = await cluster.status();
  const master = status.nodes.find((node) => node.name === status.master);
  if (!master?.member) throw new Error(`no master to kill: ${status.state}`);
  const logs = new Map<string, LogSince>();
  for (const { name } of status.nodes) logs.set(name, await LogSince.now(cluster.log(name)));

  const killedAt = await faults.inject(kill([master.name]));
  const link = await load.newLink(killedAt, RECOVERY_MS);
  if (!link) {
    throw new Error(`no message was acknowledged within ${RECOVERY_MS / 1000} s`);
  }

  const lines = (await logs.get(link.broker)?.lines()) ?? [];
  const since = (time: number): number | null => (Number.isNaN(time) ? null : time - killedAt);
  return {
    killed: master.name,
    newMaster: link.broker,
    milliseconds: link.firstAckAt - killedAt,
    stages: {
      'znode gone': since(watch.goneAt(master.member, killedAt)),
      'slave stopped': since(saidAt(lines, 'Slave stopped')),
      promoted: since(saidAt(lines, 'Promoted to master')),
      'master started': since(saidAt(lines, 'Master started')),
      'slave caught up': since(saidAt(lines, 'Slave has now caught up')),
      'broker starting': since(saidAt(lines, ') is starting')),
      listening: since(saidAt(lines, 'Listening for connections at')),
      'TCP accepted': since(link.acceptedAt),
      'AMQP open': since(link.openAt),
      'first ack': since(link.firstAckAt),
    },
  };
}

/** Without a supervisor somebody has to start the killed node again. */
async function recovered(cluster: BenchCluster, faults: BenchFaults): Promise<void> {
  await faults.recover();
  await faults.recovered(Deadline.in(RECOVERY_MS));
  await eventually(
    () => cluster.status(),
    ({ state }) => state === 'serving',
    RECOVERY_MS,
  );
}

function report(): void {
  const sides = SIDES.map(({ name }) => ({
    name,
    rounds: results.filter((round) => round.side === name),
  }));
  const totals = sides.map((side) => side.rounds.map(({ milliseconds }) => milliseconds));
  console.log('\nFrom the kill of the master to the first acknowledged persistent send, in ms');
  console.log(
    table(
      ['', 'rounds', 'median', 'p95', 'max'],
      sides.map(({ name }, index) => {
        const all = totals[index] ?? [];
        const figures = [median(all), percentile(all, 0.95), largest(all)];
        return [name, all.length, ...figures.map(whole)];
      }),
    ),
  );
  const [ours = NaN, theirs = NaN] = totals.map(median);
  console.log(`ratio of the medians: ${(ours / theirs).toFixed(3)} (aim: ${AIM})`);

  console.log('\nWhere it goes: each piece from the one before it, medians in ms');
  console.log(
    table(
      ['', ...sides.map(({ name }) => name)],
      STAGES.map((stage) => [
        stage,
        ...sides.map((side) => whole(median(pieces(side.rounds, stage)))),
      ]),
    ),
  );
}

/** How long a stage took after the one before it, of the rounds that know both. */
function pieces(side: readonly Round[], stage: Stage): number[] {
  const before = STAGES[STAGES.indexOf(stage) - 1];
  return side.flatMap(({ stages }) => {
    const end = stages[stage];
    const begin = before === undefined ? 0 : stages[before];
    return end !== null && begin !== null ? [end - begin] : [];
  });
}
