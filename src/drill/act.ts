import { messageOf, MqhaError } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import { DRILL_QUEUE } from './bodies.js';
import type { Delivery, QueuedAttempt } from './checker.js';
import { look, untilWhole, type Ground } from './ground.js';
import { Hands } from './hands.js';
import { Load } from './load.js';
import { forgetAside, putBack } from './put-back.js';
import type { RoundResult, Side } from './result.js';
import { Scene, type Scenario } from './scene.js';
import { Taker } from './taker.js';
import { Witness, type TimedMark } from './witness.js';
import type { Workload } from './workloads/workload.js';

/** Clients must be let in within this time, by a cluster that is whole. */
const FLOW_MS = 20_000;
/** A send that is under way at the end is waited for so long. */
const LAST_SEND_MS = 10_000;
const TICK_MS = 200;

/** Which round it is. */
export interface Place {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly side: Side;
  /** 1, 2, 3 … */
  readonly round: number;
  /** How many it will be. */
  readonly rounds: number;
}

/** What happened while clients were sending. */
export interface Act {
  readonly scene: Scene;
  readonly began: number;
  readonly ended: number;
  readonly attempts: readonly QueuedAttempt[];
  /** What was taken from the queue of the load meanwhile. */
  readonly consumed: readonly Delivery[];
  readonly marks: readonly TimedMark[];
  readonly log: RoundResult['log'];
  readonly masterAfter: string | null;
  /** Whole again by what the scenario promises, without more help. */
  readonly back: boolean;
  readonly isWhole: boolean;
  readonly failed: boolean;
}

/**
 * Lets clients send, does something to the cluster at a moment that chance chooses, and waits until
 * the cluster is whole again. However that goes, what was done is undone.
 */
export async function enact(
  ground: Ground,
  place: Place,
  run: (scene: Scene) => Promise<void>,
): Promise<Act> {
  const { options, calm, client } = ground;
  const { host } = ground.cluster;
  const status = await look(ground);
  const witness = await Witness.begin(calm);
  const load = new Load({
    queue: DRILL_QUEUE,
    client,
    clients: options.clients,
    rate: options.rate,
    run: ground.run,
    firstClient: ground.numberClients(options.clients),
  });
  const taker = new Taker(DRILL_QUEUE, client, () => load.acknowledged);
  const phase = { now: '' };
  const scene = new Scene({
    ground,
    side: place.side,
    witness,
    hands: new Hands(ground, witness),
    load,
    status,
    say: (text) => {
      if (text === phase.now) return;
      phase.now = text;
      host.emit({ type: 'drill-phase', ...title(place), phase: text });
    },
  });
  const began = Date.now();
  scene.say('sending');
  load.start();
  taker.start();
  const ticker = setInterval(() => {
    const { rate, acknowledged, outageMs } = load;
    const figures = { phase: phase.now, rate, acknowledged, outageMs };
    host.emit({ type: 'drill-progress', ...title(place), ...figures });
  }, TICK_MS);
  const hear = ground.listen(witness);
  let isWhole = false;
  let failed = false;
  try {
    await steady(scene);
    scene.say(place.scenario.name);
    await run(scene);
    await scene.whole();
    isWhole = true;
    witness.mark('whole', null, 'every node is in again');
    await scene.served();
    scene.say('sending');
    await scene.pause(began + options.durationMs - Date.now());
  } catch (error) {
    failed = true;
    if (host.signal.aborted) scene.unknown.push('the round was interrupted');
    else scene.faults.push(firstLine(messageOf(error)));
  }
  let back = isWhole && scene.faults.length === 0;
  if (isWhole) {
    await ground.record.settle('killed');
    await forgetAside(ground);
  } else {
    scene.say('putting the cluster back');
    isWhole = await helped(ground, scene);
    // What was interrupted had no time to come back by itself.
    if (host.signal.aborted) back = isWhole;
  }
  clearInterval(ticker);
  hear();
  scene.say('ending the load');
  await load.stop(LAST_SEND_MS);
  await taker.stop();
  const ended = Date.now();
  const { marks, log } = await witness.end();
  const { master } = await look(ground);
  return {
    scene,
    began,
    ended,
    attempts: [...attemptsOf(load), ...scene.attempts],
    consumed: taker.deliveries,
    marks,
    log,
    masterAfter: master,
    back,
    isWhole,
    failed,
  };
}

/** Clients are served, and the fault comes at a moment that nobody knows before. */
async function steady(scene: Scene): Promise<void> {
  const { options, random, cluster } = scene.ground;
  const flows = await scene.load.flows(0, Deadline.in(FLOW_MS), cluster.host.signal);
  await scene.pause(options.durationMs * (0.2 + 0.2 * random()));
  if (flows) return;
  throw new MqhaError('drill-failed', 'the clients were not served before anything was done', {
    hint: 'See `mqha status`.',
  });
}

/** A cluster that did not come back is helped as a person would. */
async function helped(ground: Ground, scene: Scene): Promise<boolean> {
  const { limitMs } = ground.options;
  try {
    const done = await putBack(ground, limitMs);
    for (const text of done) scene.witness.mark('repair', null, `the drill ${text}`);
    return (await untilWhole(ground, new Map(), Deadline.in(limitMs))) !== undefined;
  } catch (error) {
    scene.faults.push(`it could not be put back: ${firstLine(messageOf(error))}`);
    return false;
  }
}

/** Only what has reached a broker can come out of a queue. */
function attemptsOf(load: Load): QueuedAttempt[] {
  return load.sends
    .flat()
    .filter(({ broker }) => broker !== undefined)
    .map(({ body, outcome }) => ({
      body,
      queue: DRILL_QUEUE,
      acknowledged: outcome === 'acknowledged',
    }));
}

function title({ scenario, workload, side, round, rounds }: Place) {
  return { scenario: scenario.name, workload: workload.name, side, round, rounds };
}

/** Of a text that quotes a log. */
export function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
