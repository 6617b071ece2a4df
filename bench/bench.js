// mqha against what a person would do without it, on this machine and in this run: starts, the command
// line, throughput, and what a cluster uses at rest.
// node bench/bench.js [rounds=5] [--json file]
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { recordedArchives } from '../dist/cluster/archives.js';
import { prepareRuntime, thisHost } from '../dist/index.js';
import { ByHand } from './lib/by-hand.js';
import { interruption, runBench } from './lib/cluster.js';
import { restOf, startOf, throughputOf, timeOf } from './lib/measures.js';
import { readOptions } from './lib/options.js';
import { largest, median, table } from './lib/stats.js';
import { WithMqha } from './lib/with-mqha.js';
import { zkCliClassPath, zkCliGet } from './lib/zk-cli.js';

const { count: rounds, values } = readOptions('node bench/bench.js [rounds=5] [--json file]', {
  count: 5,
  flags: ['json'],
});

const BIN = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'mqha.js');
const ARCHIVES_MS = 120_000;
/** A start by hand dies of a race one time in a few; so often it is tried for one that counts. */
const TRIES = 8;
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

/** @typedef {import('./lib/by-hand.js').Parts & { zkCli: string, signal: AbortSignal }} Parts */

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
  const interrupt = interruption();
  /** @type {Set<{ remove(): Promise<void> }>} */
  const made = new Set();
  const directory = await mkdtemp(join(tmpdir(), 'mqha-bench-'));
  try {
    await Promise.race([
      measure(made, await partsOf(directory, interrupt.signal)),
      interrupt.promise,
    ]);
  } finally {
    for (const side of made) await side.remove();
    await rm(directory, { recursive: true, force: true });
    interrupt.forget();
  }
  print();
  return true;
});

/**
 * @param {Set<{ remove(): Promise<void> }>} made
 * @param {Parts} parts
 */
async function measure(made, parts) {
  /** @template {{ remove(): Promise<void> }} T @param {T} side */
  const keep = (side) => {
    made.add(side);
    return side;
  };
  /** @param {{ remove(): Promise<void> }} side */
  const remove = async (side) => {
    await side.remove();
    made.delete(side);
  };
  await recordArchives(keep, remove);
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    const sides = [
      async () => {
        const side = keep(await ByHand.make(parts));
        note(START, 'base', await startByHand(side));
        await load(side, 'base', parts);
        await remove(side);
      },
      async () => {
        const side = keep(await WithMqha.make());
        const ms = await startOf(side);
        if (ms === undefined) throw new Error('mqha brought no cluster up');
        note(START, 'mqha', ms);
        note({ what: '`mqha up` as a whole', unit: 'ms', aim: '–' }, 'mqha', await side.up);
        await commandLine(side, parts);
        await load(side, 'mqha', parts);
        await remove(side);
      },
    ];
    for (const side of round % 2 === 1 ? sides : sides.reverse()) await side();
  }
  await manyNodes(keep, remove);
}

/**
 * The files and classes that both sides run.
 * @param {string} directory for what is fetched
 * @param {AbortSignal} signal ends what else was started
 * @returns {Promise<Parts>}
 */
async function partsOf(directory, signal) {
  const { java, distribution } = await prepareRuntime(thisHost({}), {});
  const zookeeperClassPath = distribution.zookeeperClassPath().join(':');
  return {
    home: distribution.home,
    lib: join(distribution.root, 'lib'),
    classPath: distribution.classPath().join(':'),
    zookeeperClassPath,
    zkCli: await zkCliClassPath(zookeeperClassPath, directory),
    java: java.path,
    javaHome: java.home,
    signal,
  };
}

/**
 * The first start on a machine records what it loads; those that are measured come after it.
 * @param {(side: WithMqha) => WithMqha} keep
 * @param {(side: WithMqha) => Promise<void>} remove
 */
async function recordArchives(keep, remove) {
  const side = keep(await WithMqha.make());
  if (!(await recordedArchives(side.opened))) {
    const ms = await startOf(side);
    console.error(`first start, which records its classes: ${Math.round(ms ?? NaN)} ms`);
    await side.up;
    const end = Date.now() + ARCHIVES_MS;
    while (!(await recordedArchives(side.opened))) {
      if (Date.now() > end) throw new Error('no archive of the classes was made');
      await sleep(500);
    }
  }
  await remove(side);
}

/** @param {ByHand} side */
async function startByHand(side) {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const ms = await startOf(side);
    if (ms !== undefined) return ms;
    failedByHand += 1;
    console.error('by hand: not all three came up');
    await side.stop();
  }
  throw new Error(`by hand: none of ${TRIES} starts brought all three up`);
}

/**
 * @param {import('./lib/measures.js').Side} side
 * @param {'base' | 'mqha'} name
 * @param {Parts} parts
 */
async function load(side, name, parts) {
  const { rssMb, cpuPercent } = await restOf(side);
  note(MEMORY, name, rssMb);
  note(CPU, name, cpuPercent);
  for (const { load: what, producers, each } of LOADS) {
    const rate = await throughputOf(side, parts, { producers, each });
    note({ what: `messages/s, ${what}`, unit: '/s', aim: '> 1' }, name, rate);
  }
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

/**
 * @param {(side: WithMqha) => WithMqha} keep
 * @param {(side: WithMqha) => Promise<void>} remove
 */
async function manyNodes(keep, remove) {
  const three = keep(await WithMqha.make());
  const nine = keep(await WithMqha.make({ nodes: 9 }));
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
  await remove(nine);
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
  await remove(three);
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
        base.length === 0 ? '–' : (median(mqha) / median(base)).toFixed(3),
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
