import { newSeed, randomFrom } from '../../../src/drill/random.js';
import type { Endpoint } from '../../../src/lib/dial.js';
import { waysTo, type Besieged } from '../besieged.js';
import { Frames } from '../frames.js';
import { bombard } from '../strangers.js';

/** So many to each port of the master and to ZooKeeper; a handshake takes the time of many in clear. */
const FRAMES = 10_000;
const FRAMES_OVER_TLS = 2000;
/** And to each port of the others. */
const FEW = 50;

/** Frames that were made at random, to every port and in every way. */
export async function frames(besieged: Besieged): Promise<void> {
  const seed = Number(process.env.MQHA_SEED ?? newSeed());
  console.log(`frames of the seed ${seed} (MQHA_SEED=${seed} gives them again)`);
  const made = new Frames(randomFrom(seed));
  const throwAt = (port: Endpoint, frame: () => Buffer, most = FRAMES) =>
    bombard(port, Math.min(most, port.tls ? FRAMES_OVER_TLS : FRAMES), frame, { atOnce: 100 });
  for (const { name } of besieged.before.nodes) {
    const { message, web, replication } = besieged.doors(name);
    const most = name === besieged.before.master ? FRAMES : FEW;
    for (const way of waysTo(message)) await throwAt(way, () => made.message(), most);
    for (const way of waysTo(web)) await throwAt(way, () => made.web(), most);
    for (const way of waysTo(replication)) await throwAt(way, () => made.replication(), most);
  }
  for (const way of waysTo(besieged.zookeeper)) await throwAt(way, () => made.zookeeper());
  await besieged.undisturbed();
}
