// How long may a master pause? SIGSTOP, SIGCONT some seconds later, under a client that sends:
// does it stay master, and for how long is nothing acknowledged?
// npm run pause -- [times=5]
import { setTimeout as sleep } from 'node:timers/promises';
import { sinceMark } from '../src/agents/local/log.js';
import { suspend } from '../src/drill/faults/suspend-processes.js';
import type { ClusterStatus } from '../src/observe/status.js';
import { eventually, NotInTime } from '../test/support/cluster.js';
import { Load } from '../test/support/load.js';
import { logMark } from '../test/support/watched.js';
import { runBench, withCluster, type BenchCluster } from './lib/cluster.js';
import { BenchFaults } from './lib/faults.js';
import { readOptions } from './lib/options.js';
import { largest, median, table, whole } from './lib/stats.js';

const { count: times } = readOptions('npm run pause -- [times=5]', { count: 5 });

const PAUSES_MS = [1000, 2000, 4000];
const RECOVERY_MS = 90_000;
/** An election after a pause begins within this, or there is none. */
const AFTERMATH_MS = 4000;

const SIDES = [
  { name: 'supervisor', options: { supervised: true } },
  { name: 'store alone, 2s', options: { supervised: false, sessionTimeout: '2s' } },
];

interface Outcome {
  readonly side: string;
  readonly pauseMs: number;
  readonly stayed: boolean;
  /** The longest time without an acknowledgement. */
  readonly gapMs: number;
  /** Whether `mqha up` had to help. */
  readonly handNeeded: boolean;
}

const outcomes: Outcome[] = [];

await runBench(async () => {
  for (const side of SIDES) {
    await withCluster(side.options, async (cluster) => {
      await cluster.up();
      const load = new Load(await cluster.clients(), 'pause', { pauseMs: 5 });
      for (let time = 0; time < times; time++) {
        for (const pauseMs of PAUSES_MS) {
          const outcome = await onePause(cluster, load, side.name, pauseMs);
          outcomes.push(outcome);
          console.log(
            `${side.name}: master paused for ${pauseMs / 1000} s: ` +
              `${outcome.stayed ? 'it stayed master' : 'another election'}, ` +
              `nothing acknowledged for ${outcome.gapMs} ms` +
              (outcome.handNeeded ? '; it had to be helped' : ''),
          );
        }
      }
      await load.stop();
    });
  }
  report();
  return true;
});

async function onePause(
  cluster: BenchCluster,
  load: Load,
  side: string,
  pauseMs: number,
): Promise<Outcome> {
  await load.flows(10_000);
  await sleep(1000 + Math.random() * 1000);
  const before = await cluster.status();
  const logs = await Promise.all(
    before.nodes.map(async ({ name }) => ({ name, mark: await logMark(cluster, name) })),
  );
  const faults = await BenchFaults.on(cluster);
  const began = await faults.inject(suspend([before.master ?? '']));
  await sleep(began + pauseMs - Date.now());
  await faults.recover();
  await sleep(AFTERMATH_MS);
  const served = await servesAgain(cluster);
  await load.flows(RECOVERY_MS);
  const gapMs = load.longestGap(began);
  const said = await Promise.all(logs.map(({ name, mark }) => sinceMark(cluster.log(name), mark)));
  if (!served) await cluster.up();
  const stayed =
    served !== undefined &&
    identity(served) === identity(before) &&
    !/Promoted to master|Demoted to slave/.test(said.join('\n'));
  return { side, pauseMs, stayed, gapMs, handNeeded: served === undefined };
}

/**
 * The status; undefined where the cluster does not serve again, or where a broker has died and nobody
 * is there to start it.
 */
async function servesAgain(cluster: BenchCluster): Promise<ClusterStatus | undefined> {
  const isOver = ({ state, nodes }: ClusterStatus): boolean =>
    state === 'serving' ||
    (!cluster.supervised && nodes.some((node) => node.process === 'stopped'));
  try {
    const status = await eventually(() => cluster.status(), isOver, RECOVERY_MS);
    return status.state === 'serving' ? status : undefined;
  } catch (error) {
    if (error instanceof NotInTime) return undefined;
    throw error;
  }
}

/** The same node, the same process and the same znode. */
function identity({ master, nodes }: ClusterStatus): string {
  const node = nodes.find(({ name }) => name === master);
  return [master, node?.pid, node?.member].join(' ');
}

function report(): void {
  console.log('\nA master that pauses; the times are without an acknowledgement, in ms');
  console.log(
    table(
      ['', 'pause s', 'times', 'stayed master', 'median', 'max'],
      SIDES.flatMap(({ name }) =>
        PAUSES_MS.map((pauseMs) => {
          const all = outcomes.filter((done) => done.side === name && done.pauseMs === pauseMs);
          const gaps = all.map(({ gapMs }) => gapMs);
          const stayed = all.filter((outcome) => outcome.stayed).length;
          const figures = [whole(median(gaps)), whole(largest(gaps))];
          return [name, pauseMs / 1000, all.length, stayed, ...figures];
        }),
      ),
    ),
  );
}
