// mqha against what a person would do without it, on this machine and in this run: starts, the command
// line, throughput, and what a cluster uses at rest.
// node bench/bench.js [rounds=5] [--json file]
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ByHand } from './lib/by-hand.js';
import { runBench } from './lib/cluster.js';
import {
  cpuAtRestOf,
  memoryOf,
  startByHand,
  startOf,
  throughputOf,
  timeOf,
} from './lib/measures.js';
import { readOptions } from './lib/options.js';
import { Sides } from './lib/sides.js';
import { largest, median, table } from './lib/stats.js';
import { WithMqha } from './lib/with-mqha.js';
import { zkCliGet } from './lib/zk-cli.js';

const { count: rounds, values } = readOptions('node bench/bench.js [rounds=5] [--json file]', {
  count: 5,
  flags: ['json'],
});

const BIN = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'mqha.js');
/** How long a cluster is left alone after its start, and after the load. */
const SETTLE_MS = 30_000;
const LOADS = [
  { load: '1 producer, cold', producers: 1, each: 2000 },
  { load: '8 producers, cold', producers: 8, each: 1000 },
  { load: '1 producer, warm', producers: 1, each: 4000 },
  { load: '8 producers, warm', producers: 8, each: 2000 },
];

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} unit
 * @property {string} aim
 * @property {number[]} base
 * @property {number[]} mqha
 */

/** @typedef {import('./lib/sides.js').Parts} Parts */

/** @type {Map<string, Row>} */
const rows = new Map();
let failedByHand = 0;

/**
 * @param {Omit<Row, 'base' | 'mqha'>} row
 * @param {'base' | 'mqha'} side
 * @param {number} value
 */
function note({ what, unit, aim }, side, value) {
  const row = rows.get(what) ?? { what, unit, aim, base: [], mqha: [] };
  row[side].push(value);
  rows.set(what, row);
  console.error(`${what}, ${side}: ${value.toFixed(value < 100 ? 1 : 0)} ${unit}`);
}

const START = { what: 'start until served and attached', unit: 'ms', aim: '≤ 0.4' };
const MEMORY = { what: 'memory of a broker at rest', unit: 'MB', aim: '< 1' };
const CPU = { what: 'CPU of three brokers at rest', unit: '% of a core', aim: 'least' };
const STATUS = { what: '`mqha status` : `zkCli get`', unit: 'ms', aim: '≤ 0.2' };

await runBench(async () => {
  await Sides.with(measure);
  print();
  return true;
});

/** @param {Sides} sides */
async function measure(sides) {
  const { parts } = sides;
  await sides.recordArchives();
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    const both = [
      async () => {
        const side = sides.keep(await ByHand.make(parts));
        const ms = await startByHand(side, () => (failedByHand += 1));
        if (ms !== undefined) note(START, 'base', ms);
        await settled(side, 'base');
        await load(side, 'base', parts);
        await sides.remove(side);
      },
      async () => {
        const side = sides.keep(await WithMqha.make());
        const ms = await startOf(side);
        if (ms === undefined) throw new Error('mqha brought no cluster up');
        note(START, 'mqha', ms);
        note({ what: '`mqha up` as a whole', unit: 'ms', aim: '–' }, 'mqha', await side.up);
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

/**
 * @param {import('./lib/measures.js').Side} side
 * @param {'base' | 'mqha'} name
 */
async function settled(side, name) {
  await sleep(SETTLE_MS);
  note(MEMORY, name, await memoryOf(side));
}

/**
 * @param {import('./lib/measures.js').Side} side
 * @param {'base' | 'mqha'} name
 * @param {Parts} parts
 */
async function load(side, name, parts) {
  for (const { load: what, producers, each } of LOADS) {
    const rate = await throughputOf(side, parts, { producers, each });
    note({ what: `messages/s, ${what}`, unit: '/s', aim: '> 1' }, name, rate);
  }
  await sleep(SETTLE_MS);
  note(CPU, name, await cpuAtRestOf(side));
}

/**
 * @param {WithMqha} side
 * @param {Parts} parts
 */
async function commandLine(side, parts) {
  const zkCli = zkCliGet(parts.zkCli, side.zookeeperAddress, '/activemq/mqstores');
  const status = [BIN, '-C', side.cluster.directory, 'status'];
  for (let time = 0; time < 3; time++) {
    note(STATUS, 'base', await timeOf(parts.java, zkCli));
    note(STATUS, 'mqha', await timeOf(process.execPath, status));
    for (const option of ['--version', '--help']) {
      const row = { what: `\`mqha ${option}\` : \`node -e 0\``, unit: 'ms', aim: '< 1.6' };
      note(row, 'base', await timeOf(process.execPath, ['-e', '0']));
      note(row, 'mqha', await timeOf(process.execPath, [BIN, option]));
    }
  }
}

/** @param {Sides} sides */
async function manyNodes(sides) {
  const three = sides.keep(await WithMqha.make());
  const nine = sides.keep(await WithMqha.make({ nodes: 9 }));
  for (const side of [three, nine]) {
    await side.start();
    await side.up;
  }
  /** @param {WithMqha} side */
  const status = (side) => timeOf(process.execPath, [BIN, '-C', side.cluster.directory, 'status']);
  const row = { what: '`mqha status`, 9 nodes : 3 nodes', unit: 'ms', aim: '≤ 1.3' };
  for (let time = 0; time < rounds; time++) {
    note(row, 'base', await status(three));
    note(row, 'mqha', await status(nine));
  }
  await sides.remove(nine);
  const [suspended = 0, dead = 0] = await three.pids();
  const hung = {
    what: '`mqha status`, one hung and one dead : all well',
    unit: 'ms',
    aim: '< 2 s',
  };
  process.kill(suspended, 'SIGSTOP');
  process.kill(dead, 'SIGKILL');
  // Short enough for the supervisor not to have ended the suspended one.
  for (let time = 0; time < 3; time++) note(hung, 'mqha', await status(three));
  await three.cluster.resumeAll();
  for (const value of rows.get(row.what)?.base ?? []) note(hung, 'base', value);
  await sides.remove(three);
}

function print() {
  /** @param {number[]} all */
  const spread = (all) =>
    all.length === 0
      ? '–'
      : `${text(median(all))} (${text(Math.min(...all))}–${text(largest(all))})`;
  console.log(
    table(
      ['', 'without', 'mqha', 'ratio', 'aim', 'n'],
      [...rows.values()].map(({ what, unit, aim, base, mqha }) => [
        `${what}, ${unit}`,
        spread(base),
        spread(mqha),
        base.length === 0 || mqha.length === 0 ? '–' : (median(mqha) / median(base)).toFixed(3),
        aim,
        mqha.length,
      ]),
    ),
  );
  console.log(`starts by hand that did not bring all three brokers up: ${failedByHand}`);
  const file = values['json'];
  if (file) {
    const document = {
      measuredAt: new Date().toISOString(),
      failedByHand,
      rows: [...rows.values()],
    };
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  }
}

/** @param {number} value */
function text(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
