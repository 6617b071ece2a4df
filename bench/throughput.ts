// What makes mqha's brokers faster: each thing that it does otherwise is added alone to the cluster of a person.
// With --tls: what encryption costs, a cluster with it beside one without.
// npm run throughput -- [rounds=4] [--tls] [--json file]
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { compilerOptions } from '../src/stores/replicated-leveldb/compilers.js';
import { ByHand } from './lib/by-hand.js';
import { recordArchives, runBench } from './lib/cluster.js';
import { startByHand, startOf, throughputOf } from './lib/measures.js';
import { readOptions } from './lib/options.js';
import { Sides, type BenchParts } from './lib/sides.js';
import { median, table, whole } from './lib/stats.js';
import { WithMqha } from './lib/with-mqha.js';

const {
  count: rounds,
  values,
  tls,
} = readOptions('npm run throughput -- [rounds=4] [--tls] [--json file]', {
  count: 4,
  flags: ['json'],
  tls: true,
});

const SETTLE_MS = 5000;
const COLD = [
  { load: '1 producer, cold', producers: 1, each: 2000 },
  { load: '8 producers, cold', producers: 8, each: 500 },
];
const WARM = [
  { load: '1 producer, warm', producers: 1, each: 3000 },
  { load: '8 producers, warm', producers: 8, each: 1000 },
];
/** When 28,000 messages have passed. */
const LATE = [{ load: '8 producers, later', producers: 8, each: 4000 }];
const LOADS = [...COLD, ...WARM, ...WARM, ...LATE];

/** A way to make the cluster, and what it is called. */
type Variant = readonly [name: string, make: () => Promise<ByHand | WithMqha>];

/** Variant → load → messages a second. */
const results = new Map<string, Map<string, number[]>>();

await runBench(async () => {
  await Sides.with(measure);
  print();
  return true;
});

async function measure(sides: Sides): Promise<void> {
  const { parts } = sides;
  await recordArchives();
  if (tls) await recordArchives({ supervised: true, tls });
  const variants = tls ? encryption() : differences(parts);
  for (let round = 0; round < rounds; round++) {
    // Each variant comes at another place in each round.
    const shift = Math.round((round * variants.length) / rounds);
    for (const [name, make] of [...variants.slice(shift), ...variants.slice(0, shift)]) {
      const side = sides.keep(await make());
      if (side instanceof ByHand) await startByHand(side, () => undefined);
      else if ((await startOf(side)) === undefined) throw new Error('mqha brought no cluster up');
      await sleep(SETTLE_MS);
      for (const { load, producers, each } of LOADS) {
        note(name, load, await throughputOf(side, parts, { producers, each }));
      }
      await sides.remove(side);
    }
  }
}

/** Encryption alone. */
function encryption(): readonly Variant[] {
  return [
    ['in clear', () => WithMqha.make()],
    ['with TLS', () => WithMqha.make({ tls: true })],
  ];
}

/** What mqha's brokers do otherwise, each difference alone. */
function differences(parts: BenchParts): readonly Variant[] {
  const heap = { heap: '-Xmx512m' };
  const patched = { jars: parts.guard };
  const compilers = { options: compilerOptions({ tls: false }) };
  const all = { native: true, nio: true, ...heap, ...patched, ...compilers };
  return [
    ['by hand', () => ByHand.make(parts)],
    ['+ native LevelDB', () => ByHand.make(parts, { native: true })],
    ['+ heap of 512 MB', () => ByHand.make(parts, heap)],
    ['+ one connector with NIO', () => ByHand.make(parts, { nio: true })],
    ['+ patched classes', () => ByHand.make(parts, patched)],
    ['+ compilers', () => ByHand.make(parts, compilers)],
    ['all of these', () => ByHand.make(parts, all)],
    ['mqha', () => WithMqha.make()],
  ];
}

function note(variant: string, load: string, rate: number): void {
  const loads = results.get(variant) ?? new Map<string, number[]>();
  loads.set(load, [...(loads.get(load) ?? []), rate]);
  results.set(variant, loads);
  console.error(`${variant}, ${load}: ${Math.round(rate)} /s`);
}

function print(): void {
  const loads = [...COLD, ...WARM, ...LATE].map(({ load }) => load);
  const base = [...results.values()][0];
  const rows = [...results].map(([variant, rates]) => [
    variant,
    ...loads.map((load) => {
      const rate = median(rates.get(load) ?? []);
      return `${whole(rate)} (${(rate / median(base?.get(load) ?? [])).toFixed(2)})`;
    }),
  ]);
  console.log(table(['messages/s (to the first)', ...loads], rows));
  const file = values.json;
  if (file === undefined) return;
  const document = {
    measuredAt: new Date().toISOString(),
    rounds,
    variants: [...results].map(([variant, rates]) => ({ variant, ...Object.fromEntries(rates) })),
  };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
