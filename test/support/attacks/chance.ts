import { newSeed, randomFrom } from '../../../src/drill/random.js';
import type { Endpoint } from '../../../src/lib/dial.js';
import { waysTo, type Besieged } from '../besieged.js';
import { Frames } from '../frames.js';
import { bombard } from '../strangers.js';

/** So many to each port of the master and to ZooKeeper, and so many connections at once. */
const IN_CLEAR = { count: 10_000, atOnce: 100 };
/** A handshake takes the time of many frames; MQHA_FRAMES=10000 makes as many of them as in clear. */
const OVER_TLS = { count: Number(process.env.MQHA_FRAMES ?? 1000), atOnce: 25 };
/** And to each port of the others. */
const FEW = 50;

/** Frames that were made at random, to every port and in every way. */
export async function frames(besieged: Besieged): Promise<void> {
  const seed = Number(process.env.MQHA_SEED ?? newSeed());
  console.log(`frames of the seed ${seed} (MQHA_SEED=${seed} gives them again)`);
  const made = new Frames(randomFrom(seed));
  const { count, atOnce } = besieged.settings.tls ? OVER_TLS : IN_CLEAR;
  const throwAt = (port: Endpoint, frame: () => Buffer, most = count) =>
    bombard(port, most, frame, { atOnce });
  for (const { name } of besieged.before.nodes) {
    const { message, web, replication } = besieged.doors(name);
    const most = name === besieged.before.master ? count : FEW;
    for (const way of waysTo(message)) await throwAt(way, () => made.message(), most);
    for (const way of waysTo(web)) await throwAt(way, () => made.web(), most);
    for (const way of waysTo(replication)) await throwAt(way, () => made.replication(), most);
  }
  for (const way of waysTo(besieged.zookeeper)) await throwAt(way, () => made.zookeeper());
  await besieged.undisturbed();
}
