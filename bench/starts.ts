// How often does a broker start? Rounds of three at once, as `up` does it; every start counted.
// npm run starts -- [rounds=34] [--tls]
import { runBench, withCluster } from './lib/cluster.js';
import { readOptions } from './lib/options.js';

const { count: rounds, tls } = readOptions('npm run starts -- [rounds=34] [--tls]', {
  count: 34,
  tls: true,
});

await runBench(() =>
  withCluster({ supervised: true, tls }, async (cluster) => {
    let starts = 0;
    let succeeded = 0;
    for (let round = 1; round <= rounds; round++) {
      const { exitCode, stderr } = await cluster.run('up');
      const { nodes } = await cluster.status();
      const good = nodes.filter(
        ({ process, accepting, attached }) => process === 'running' && (accepting || attached),
      ).length;
      starts += nodes.length;
      succeeded += good;
      console.log(`round ${round}: ${good} of ${nodes.length} (${succeeded} of ${starts} so far)`);
      if (exitCode !== 0) console.log(stderr);
      await cluster.must('down');
    }
    console.log(`${succeeded} of ${starts} broker starts succeeded`);
    return succeeded === starts;
  }),
);
