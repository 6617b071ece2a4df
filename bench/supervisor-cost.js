// What does the supervisor cost on a cluster at rest? Its CPU time and memory, beside the brokers'.
// node bench/supervisor-cost.js [minutes=10]
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench, withCluster } from './lib/cluster.js';
import { readOptions } from './lib/options.js';
import { table } from './lib/stats.js';
import { usageOf } from './lib/usage.js';

const { count: minutes } = readOptions('node bench/supervisor-cost.js [minutes=10]', { count: 10 });

const MINUTE_MS = 60_000;
/** After a start the JVMs still compile, and ZooKeeper's log is written: that is not rest. */
const CALM_MS = 30_000;

await runBench(() =>
  withCluster({ supervised: true }, async (cluster) => {
    await cluster.up();
    const pids = await processes(cluster);
    await sleep(CALM_MS);
    const begin = sample(pids);
    console.log(`cluster at rest; the supervisor (pid ${pids['supervisor'] ?? ''}) by the minute:`);
    let last = begin;
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(MINUTE_MS);
      const now = sample(pids);
      const cpu = used(last, now, 'supervisor');
      const rss = now.usage['supervisor']?.rssMb ?? NaN;
      console.log(`minute ${minute}: ${cpu.text}, ${rss.toFixed(0)} MB`);
      last = now;
    }
    console.log(`\n${minutes} minutes at rest`);
    console.log(
      table(
        ['', 'CPU s', '% of a core', 'RSS MB'],
        Object.keys(pids).map((name) => {
          const { cpuMs, percent } = used(begin, last, name);
          const rss = last.usage[name]?.rssMb ?? NaN;
          return [name, (cpuMs / 1000).toFixed(2), percent.toFixed(2), rss.toFixed(0)];
        }),
      ),
    );
    return true;
  }),
);

/**
 * @param {import('./lib/cluster.js').BenchCluster} cluster
 * @returns {Promise<Record<string, number>>} the pids by name
 */
async function processes(cluster) {
  const { supervisor, nodes } = await cluster.status();
  if (!supervisor?.pid) throw new Error('no supervisor runs');
  /** @type {Record<string, number>} */
  const pids = { supervisor: supervisor.pid };
  for (const { name, pid } of nodes) pids[name] = pid ?? 0;
  pids['zookeeper'] = (await cluster.pid('zookeeper')) ?? 0;
  return pids;
}

/** @param {Record<string, number>} pids */
function sample(pids) {
  const usage = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid)]));
  return { at: Date.now(), usage };
}

/**
 * @param {ReturnType<typeof sample>} begin
 * @param {ReturnType<typeof sample>} end
 * @param {string} name
 */
function used(begin, end, name) {
  const cpuMs = (end.usage[name]?.cpuMs ?? NaN) - (begin.usage[name]?.cpuMs ?? NaN);
  const percent = (100 * cpuMs) / (end.at - begin.at);
  return { cpuMs, percent, text: `${Math.round(cpuMs)} ms CPU, ${percent.toFixed(2)} % of a core` };
}
