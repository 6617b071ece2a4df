import { messageOf, MqhaError } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import { DRILL_QUEUE } from '../workloads/payload.js';
import type { Delivery, QueuedAttempt } from '../analysis/checker.js';
import { look, untilWhole, type DrillContext } from '../drill-context.js';
import { Load } from '../workloads/load.js';
import { forgetAside } from '../../operations/undo-drill.js';
import { recoverAll } from '../recover.js';
import type { RoundResult, Side } from '../result.js';
import { ScenarioContext } from '../scenarios/scenario-context.js';
import type { Scenario } from '../scenarios/scenario.js';
import { QueueConsumer } from '../workloads/queue-consumer.js';
import { TimelineRecorder, type TimedMark } from '../timeline/timeline-recorder.js';
import type { Workload } from '../workloads/workload.js';

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
export interface Injection {
  readonly scenario: ScenarioContext;
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
export async function injectUnderLoad(
  context: DrillContext,
  place: Place,
  run: (scenario: ScenarioContext) => Promise<void>,
): Promise<Injection> {
  const { options, calm, client } = context;
  const { host } = context.cluster;
  const status = await look(context);
  const timeline = await TimelineRecorder.begin(calm);
  const load = new Load({
    queue: DRILL_QUEUE,
    client,
    clients: options.clients,
    rate: options.rate,
    run: context.run,
    firstClient: context.numberClients(options.clients),
  });
  const consumer = new QueueConsumer(DRILL_QUEUE, client, () => load.acknowledged);
  const phase = { now: '' };
  const scenario = new ScenarioContext({
    drill: context,
    side: place.side,
    timeline,
    load,
    status,
    say: (text) => {
      if (text === phase.now) return;
      phase.now = text;
      host.emit({ type: 'drill-phase', ...title(place), phase: text });
    },
  });
  const began = Date.now();
  scenario.say('sending');
  load.start();
  consumer.start();
  const ticker = setInterval(() => {
    const { rate, acknowledged, outageMs } = load;
    const figures = { phase: phase.now, rate, acknowledged, outageMs };
    host.emit({ type: 'drill-progress', ...title(place), ...figures });
  }, TICK_MS);
  const hear = context.listen(timeline);
  let isWhole = false;
  let failed = false;
  try {
    await steady(scenario);
    scenario.say(place.scenario.name);
    await run(scenario);
    await scenario.recoverAll();
    await scenario.whole();
    isWhole = true;
    timeline.mark('whole', null, 'every node runs and is attached again');
    await scenario.served();
    scenario.say('sending');
    await scenario.pause(began + options.durationMs - Date.now());
  } catch (error) {
    failed = true;
    if (host.signal.aborted) scenario.unknown.push('the round was interrupted');
    else scenario.violations.push(firstLine(messageOf(error)));
  }
  let back = isWhole && scenario.violations.length === 0;
  if (isWhole) {
    await context.record.settle('killed');
    await forgetAside(context);
  } else {
    scenario.say('recovering the cluster');
    isWhole = await helped(context, scenario);
    // What was interrupted had no time to come back by itself.
    if (host.signal.aborted) back = isWhole;
  }
  clearInterval(ticker);
  hear();
  scenario.say('ending the load');
  await load.stop(LAST_SEND_MS);
  await consumer.stop();
  const ended = Date.now();
  const { marks, log } = await timeline.end();
  const { master } = await look(context);
  return {
    scenario,
    began,
    ended,
    attempts: [...attemptsOf(load), ...scenario.attempts],
    consumed: consumer.deliveries,
    marks,
    log,
    masterAfter: master,
    back,
    isWhole,
    failed,
  };
}

/** Clients are served, and the fault comes at a moment that nobody knows before. */
async function steady(scenario: ScenarioContext): Promise<void> {
  const { options, random, cluster } = scenario.drill;
  const flows = await scenario.load.flows(0, Deadline.in(FLOW_MS), cluster.host.signal);
  await scenario.pause(options.durationMs * (0.2 + 0.2 * random()));
  if (flows) return;
  throw new MqhaError('drill-failed', 'the clients were not served before anything was done', {
    hint: 'See `mqha status`.',
  });
}

/** A cluster that did not come back is helped as a person would. */
async function helped(context: DrillContext, scenario: ScenarioContext): Promise<boolean> {
  const { limitMs } = context.options;
  try {
    const done = await recoverAll(context, limitMs);
    for (const text of done) scenario.timeline.mark('repair', null, `the drill ${text}`);
    return (await untilWhole(context, Deadline.in(limitMs))) !== undefined;
  } catch (error) {
    scenario.violations.push(`it could not be recovered: ${firstLine(messageOf(error))}`);
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
