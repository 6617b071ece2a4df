// What does the supervisor cost on a cluster at rest? Its CPU time and memory, beside the brokers'.
// npm run supervisor-cost -- [minutes=10]
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench, withCluster, type BenchCluster } from './lib/cluster.js';
import { readOptions } from './lib/options.js';
import { table } from './lib/stats.js';
import { usageOf, type Usage } from './lib/usage.js';

const { count: minutes } = readOptions('npm run supervisor-cost -- [minutes=10]', { count: 10 });

const MINUTE_MS = 60_000;
/** After a start the JVMs still compile, and ZooKeeper's log is written: that is not rest. */
const CALM_MS = 30_000;

/** What each process has used up to a moment. */
interface Sample {
  readonly at: number;
  readonly usage: ReadonlyMap<string, Usage>;
}

await runBench(() =>
  withCluster({ supervised: true }, async (cluster) => {
    await cluster.up();
    const pids = await processes(cluster);
    await sleep(CALM_MS);
    const begin = sample(pids);
    console.log(
      `cluster at rest; the supervisor (pid ${pids.get('supervisor') ?? ''}) by the minute:`,
    );
    let last = begin;
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(MINUTE_MS);
      const now = sample(pids);
      const { cpuMs, percent } = used(last, now, 'supervisor');
      const cpu = `${Math.round(cpuMs)} ms CPU, ${percent.toFixed(2)} % of a core`;
      console.log(`minute ${minute}: ${cpu}, ${memoryIn(now, 'supervisor')} MB`);
      last = now;
    }
    console.log(`\n${minutes} minutes at rest`);
    console.log(
      table(
        ['', 'CPU s', '% of a core', 'RSS MB'],
        [...pids.keys()].map((name) => {
          const { cpuMs, percent } = used(begin, last, name);
          return [name, (cpuMs / 1000).toFixed(2), percent.toFixed(2), memoryIn(last, name)];
        }),
      ),
    );
    return true;
  }),
);

/** The pids by name. */
async function processes(cluster: BenchCluster): Promise<Map<string, number>> {
  const { supervisor, nodes } = await cluster.status();
  const zookeeper = await cluster.find('zookeeper');
  const pids = new Map<string, number>();
  const all = [
    { name: 'supervisor', pid: supervisor.pid },
    ...nodes,
    { name: 'zookeeper', pid: zookeeper?.pid ?? null },
  ];
  for (const { name, pid } of all) {
    if (pid === null) throw new Error(`${name} does not run`);
    pids.set(name, pid);
  }
  return pids;
}

function sample(pids: ReadonlyMap<string, number>): Sample {
  const usage = new Map([...pids].map(([name, pid]) => [name, usageOf(pid)]));
  return { at: Date.now(), usage };
}

function used(begin: Sample, end: Sample, name: string): { cpuMs: number; percent: number } {
  const cpuMs = (end.usage.get(name)?.cpuMs ?? NaN) - (begin.usage.get(name)?.cpuMs ?? NaN);
  return { cpuMs, percent: (100 * cpuMs) / (end.at - begin.at) };
}

function memoryIn({ usage }: Sample, name: string): string {
  return (usage.get(name)?.rssMb ?? NaN).toFixed(0);
}
