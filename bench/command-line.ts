// How long the short commands take, beside ZooKeeper's own client and a bare Node.js.
// npm run command-line -- [times=20] [--node path]
import { commandPairs, versionOf } from './lib/command-line.js';
import { runBench } from './lib/cluster.js';
import { readOptions } from './lib/options.js';
import { Rows } from './lib/rows.js';
import { Sides } from './lib/sides.js';
import { WithMqha } from './lib/with-mqha.js';

const { count: times, values } = readOptions('npm run command-line -- [times=20] [--node path]', {
  count: 20,
  flags: ['node'],
});
const node = values.node ?? process.execPath;

await runBench(async () => {
  const rows = new Rows();
  await Sides.with(async (sides) => {
    const side = sides.keep(await WithMqha.make());
    await side.start();
    const pairs = commandPairs(side, sides.parts, node);
    // The first time fills caches.
    for (const { mqha } of pairs) await mqha();
    for (let time = 0; time < times; time++) {
      const owners = ['base', 'mqha'] as const;
      for (const pair of pairs) {
        const title = { what: pair.what, aim: pair.aim, unit: 'ms' };
        for (const owner of time % 2 === 0 ? owners : owners.toReversed()) {
          rows.note(title, owner, await pair[owner]());
        }
      }
    }
  });
  console.log(`Node.js ${versionOf(node)}\n${rows.toString()}`);
  return true;
});
