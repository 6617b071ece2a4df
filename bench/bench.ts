// mqha against what a person would do without it, on this machine and in this run: starts, the command
// line, throughput, and what a cluster uses at rest.
// npm run bench -- [rounds=5] [--json file]
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { kill } from '../src/drill/faults/kill-processes.js';
import { suspend } from '../src/drill/faults/suspend-processes.js';
import { ByHand } from './lib/by-hand.js';
import { recordArchives, runBench } from './lib/cluster.js';
import { commandPairs, statusOf } from './lib/command-line.js';
import { BenchFaults } from './lib/faults.js';
import {
  cpuAtRestOf,
  memoryOf,
  startByHand,
  startOf,
  throughputOf,
  type Side,
} from './lib/measures.js';
import { readOptions } from './lib/options.js';
import { Rows, type Owner } from './lib/rows.js';
import { Sides, type BenchParts } from './lib/sides.js';
import { WithMqha } from './lib/with-mqha.js';

const { count: rounds, values } = readOptions('npm run bench -- [rounds=5] [--json file]', {
  count: 5,
  flags: ['json'],
});

/** How long a cluster is left alone after its start, and after the load. */
const SETTLE_MS = 30_000;
const LOADS = [
  { load: '1 producer, cold', producers: 1, each: 2000 },
  { load: '8 producers, cold', producers: 8, each: 1000 },
  { load: '1 producer, warm', producers: 1, each: 4000 },
  { load: '8 producers, warm', producers: 8, each: 2000 },
] as const;

const START = { what: 'start until served and attached', unit: 'ms', aim: '≤ 0.4' };
const WHOLE = { what: '`mqha up` to its end : served and attached', unit: 'ms', aim: '–' };
const MEMORY = { what: 'memory of a broker at rest', unit: 'MB', aim: '< 1' };
const CPU = { what: 'CPU of three brokers at rest', unit: '% of a core', aim: 'least' };
const NINE = { what: '`mqha status`, 9 nodes : 3 nodes', unit: 'ms', aim: '≤ 1.3' };
const HUNG = {
  what: '`mqha status`, one hung and one dead : all well',
  unit: 'ms',
  aim: '< 2 s',
};

const rows = new Rows();
let failedByHand = 0;

await runBench(async () => {
  await Sides.with(measure);
  print();
  return true;
});

async function measure(sides: Sides): Promise<void> {
  const { parts } = sides;
  await recordArchives();
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    const both = [
      async () => {
        const side = sides.keep(await ByHand.make(parts));
        const times = await startByHand(side, () => (failedByHand += 1));
        if (times) {
          rows.note(START, 'base', times.servedMs);
          rows.note(WHOLE, 'base', times.servedMs);
        }
        await settled(side, 'base');
        await load(side, 'base', parts);
        await sides.remove(side);
      },
      async () => {
        const side = sides.keep(await WithMqha.make());
        const times = await startOf(side);
        if (!times) throw new Error('mqha brought no cluster up');
        rows.note(START, 'mqha', times.servedMs);
        rows.note(WHOLE, 'mqha', times.wholeMs);
        await settled(side, 'mqha');
        await commandLine(side, parts);
        await load(side, 'mqha', parts);
        await sides.remove(side);
      },
    ];
    for (const side of round % 2 === 1 ? both : both.reverse()) await side();
  }
  await manyNodes(sides);
}

async function settled(side: Side, owner: Owner): Promise<void> {
  await sleep(SETTLE_MS);
  rows.note(MEMORY, owner, await memoryOf(side));
}

async function load(side: Side, owner: Owner, parts: BenchParts): Promise<void> {
  for (const { load: what, producers, each } of LOADS) {
    const rate = await throughputOf(side, parts, { producers, each });
    rows.note({ what: `messages/s, ${what}`, unit: '/s', aim: '> 1' }, owner, rate);
  }
  await sleep(SETTLE_MS);
  rows.note(CPU, owner, await cpuAtRestOf(side));
}

async function commandLine(side: WithMqha, parts: BenchParts): Promise<void> {
  for (let time = 0; time < 3; time++) {
    for (const { what, aim, base, mqha } of commandPairs(side, parts)) {
      rows.note({ what, aim, unit: 'ms' }, 'base', await base());
      rows.note({ what, aim, unit: 'ms' }, 'mqha', await mqha());
    }
  }
}

async function manyNodes(sides: Sides): Promise<void> {
  const three = sides.keep(await WithMqha.make());
  const nine = sides.keep(await WithMqha.make({ nodes: 9 }));
  for (const side of [three, nine]) await side.start();
  for (let time = 0; time < rounds; time++) {
    const well = await statusOf(three);
    rows.note(NINE, 'base', well);
    rows.note(HUNG, 'base', well);
    rows.note(NINE, 'mqha', await statusOf(nine));
  }
  await sides.remove(nine);
  const [suspended = '', dead = ''] = three.brokers.map(({ name }) => name);
  const faults = await BenchFaults.on(three.cluster);
  await faults.inject(suspend([suspended]));
  await faults.inject(kill([dead]));
  // Short enough for the supervisor not to have ended the suspended one.
  for (let time = 0; time < 3; time++) rows.note(HUNG, 'mqha', await statusOf(three));
  await sides.remove(three);
}

function print(): void {
  console.log(rows.toString());
  console.log(`starts by hand that did not bring all three brokers up: ${failedByHand}`);
  const file = values.json;
  if (file === undefined) return;
  const document = { measuredAt: new Date().toISOString(), failedByHand, rows: rows.all };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
