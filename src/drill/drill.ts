import { brokersOf } from '../clients/brokers.js';
import type { Cluster } from '../state/cluster.js';
import type { ClusterEvent } from '../state/progress.js';
import type { ClusterStatus } from '../observe/status.js';
import type { Confirm } from '../operations/stop.js';
import { refuseNameChanged } from '../operations/start/name-changed.js';
import { endSupervisor } from '../operations/supervision.js';
import { supervisorPid } from '../state/supervisor-lock.js';
import { messageOf } from '../lib/errors.js';
import { Deadline, formatDuration } from '../lib/time.js';
import { firstLine } from './run/injection.js';
import { discardEarlier, healthy, recoverEarlier, step } from './run/preconditions.js';
import { newRun } from './workloads/payload.js';
import { sumCounts } from './analysis/checker.js';
import { consentToDrill, refused, refuseElsewhere } from './run/consent.js';
import { look, type DrillOptions, type DrillContext } from './drill-context.js';
import { lockDrill } from './lock.js';
import { recoverAll } from './recover.js';
import { randomFrom } from './random.js';
import { DrillRecord } from '../state/drill-record.js';
import {
  DRILL_SCHEMA,
  type DrillResult,
  type RoundResult,
  type ScenarioResult,
  type Side,
} from './result.js';
import { holdRound } from './run/round.js';
import type { Scenario } from './scenarios/scenario.js';
import { scenariosNamed } from './scenarios/index.js';
import { setupOf } from './run/setup.js';
import { scenarioResult, summaryOf, together, verdictOnRound } from './analysis/verdict.js';
import { DEFAULT_WORKLOAD } from './title.js';
import type { TimelineRecorder } from './timeline/timeline-recorder.js';
import { workloadsNamed } from './workloads/index.js';
import type { Workload } from './workloads/workload.js';

const SUPERVISOR_MS = 15_000;
const INTERRUPTED = 'the drill was interrupted';

/**
 * Drills a cluster: clients send, faults come, and what they lose and how long they wait is measured.
 * However it ends, the cluster is put back as it was. An interruption gives a result, too.
 * @throws MqhaError `drill-refused` (exit code 3), `name-changed`, `declined`, `needs-consent` before anything was done
 */
export async function drill(
  asked: Cluster,
  options: DrillOptions,
  confirm: Confirm,
): Promise<DrillResult> {
  const scenarios = scenariosNamed(options.scenarios);
  const workloads = workloadsNamed(options.workloads ?? [DEFAULT_WORKLOAD]);
  refuseElsewhere(asked);
  await refuseNameChanged(asked);
  refuseIfNever(asked, scenarios);
  const lock = await lockDrill(asked);
  // Each would take the other's faults for its own.
  if (!lock)
    throw refused('another one is in progress on this cluster', 'Wait until it has finished.');
  const context = await contextOf(asked, options);
  try {
    await recoverEarlier(context);
    const status = await healthy(context);
    await consentToDrill(context.cluster, status, confirm);
    const sides = sidesOf(options, status);
    await discardEarlier(context, status);
    return await conduct(context, { scenarios, workloads, sides }, status);
  } finally {
    await lock.release();
  }
}

async function contextOf(asked: Cluster, options: DrillOptions): Promise<DrillContext> {
  const { host } = asked;
  const recorders = new Set<TimelineRecorder>();
  const told = new Set<string>();
  const emit = (event: ClusterEvent) => {
    if (event.type === 'stopping') {
      for (const recorder of recorders) {
        recorder.mark('fault', event.name, `${event.name} (pid ${event.pid}) is being stopped`);
      }
    }
    // The steps of the use cases are details here; a warning comes with every start.
    const isNews = event.type === 'warning' && !told.has(event.message);
    if (event.type === 'warning') told.add(event.message);
    if (isNews || event.type.startsWith('drill-')) host.emit(event);
  };
  let clients = 0;
  return {
    cluster: { ...asked, host: { ...host, emit } },
    calm: { ...asked, host: { ...host, emit, signal: new AbortController().signal } },
    record: await DrillRecord.open(asked.layout, host),
    client: { brokers: brokersOf(asked.config, asked.tls), account: asked.account },
    options,
    random: randomFrom(options.seed),
    run: newRun(),
    undeliverable: new Map(),
    earlier: new Set(),
    listen: (recorder) => {
      recorders.add(recorder);
      return () => recorders.delete(recorder);
    },
    numberClients: (count) => (clients += count) - count,
  };
}

/** @throws MqhaError `drill-refused` where nothing that was asked for can be done to this cluster */
function refuseIfNever({ config }: Cluster, scenarios: readonly Scenario[]): void {
  const reasons = scenarios.map((scenario) => scenario.impossible?.(config));
  if (reasons.some((reason) => reason === undefined)) return;
  throw refused(reasons[0] ?? 'no scenario was named', 'Choose another scenario.');
}

/** @throws MqhaError `drill-refused` where a supervisor is asked for and none runs */
function sidesOf({ supervisor }: DrillOptions, { supervisor: now }: ClusterStatus): Side[] {
  const wanted = supervisor ?? (now.running ? 'both' : 'without');
  if (wanted === 'without') return ['alone'];
  if (!now.running) {
    throw refused(
      'no supervisor runs',
      'Start one with `mqha up`, or drill `--supervisor without`.',
    );
  }
  return wanted === 'with' ? ['supervisor'] : ['supervisor', 'alone'];
}

/** Everything that is to be held. */
interface Programme {
  readonly scenarios: readonly Scenario[];
  readonly workloads: readonly Workload[];
  readonly sides: readonly Side[];
}

/** What is held several rounds of. */
interface Item {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly side: Side;
}

function keyOf({ scenario, workload, side }: Item): string {
  return `${scenario.name} ${workload.name} ${side}`;
}

/** What was held so far. */
interface Progress {
  readonly rounds: RoundResult[];
  /** Why a scenario could not be held, or not to its end, by keyOf(). */
  readonly reasons: Map<string, string>;
  /** The cluster could not be put back: nothing more can be done. */
  isOver: boolean;
}

async function conduct(
  context: DrillContext,
  { scenarios, workloads, sides }: Programme,
  before: ClusterStatus,
): Promise<DrillResult> {
  const { cluster, calm, options, record } = context;
  const began = new Date();
  const supervised = before.supervisor.running;
  const setup = await setupOf(calm, options, supervised);
  const progress: Progress = { rounds: [], reasons: new Map(), isOver: false };
  const plan = sides.map((side) => ({
    side,
    // What a supervisor does not change is measured once.
    scenarios: scenarios.filter((scenario) => side === sides[0] || scenario.supervised),
  }));
  try {
    for (const { side, scenarios: ofSide } of plan) {
      if (side === 'alone' && (await supervisorPid(calm)) !== undefined && !progress.isOver) {
        await record.add({ supervisor: true });
        step(context, 'ending the supervisor for the rounds without one');
        await endSupervisor(calm, Deadline.in(SUPERVISOR_MS));
      }
      for (const scenario of ofSide) {
        for (const workload of workloads) {
          await holdAll(context, { scenario, workload, side }, progress);
        }
      }
    }
  } finally {
    await restore(context);
  }
  const interrupted = cluster.host.signal.aborted;
  const results = scenarios.flatMap((scenario) =>
    workloads.flatMap((workload) =>
      plan
        .filter((entry) => entry.scenarios.includes(scenario))
        .map(({ side }) => resultOf({ scenario, workload, side }, progress)),
    ),
  );
  const verdict = together(results.map((result) => result.verdict));
  return {
    schema: DRILL_SCHEMA,
    verdict,
    summary: summaryOf(verdict, results, progress.rounds, interrupted),
    interrupted,
    startedAt: began.toISOString(),
    ms: Date.now() - began.getTime(),
    setup,
    counts: sumCounts(progress.rounds.map(({ counts }) => counts)),
    scenarios: results,
    rounds: progress.rounds,
    problems: (await look(context)).problems,
  };
}

/** What cannot be put back is told; the record keeps it for the next who tries. */
async function restore(context: DrillContext): Promise<void> {
  try {
    await recoverAll(context, context.options.limitMs);
  } catch (error) {
    const message = `the cluster could not be recovered: ${firstLine(messageOf(error))}; \`mqha up\` tries again`;
    context.calm.host.emit({ type: 'warning', message });
  }
}

async function holdAll(context: DrillContext, item: Item, progress: Progress): Promise<void> {
  const { scenario } = item;
  const { cluster, options } = context;
  const { signal } = cluster.host;
  const why = (reason: string) => progress.reasons.set(keyOf(item), reason);
  const impossible = scenario.impossible?.(cluster.config);
  if (impossible !== undefined) {
    why(impossible);
    return;
  }
  for (let round = 1; round <= options.rounds; round++) {
    if (signal.aborted || progress.isOver) {
      why(
        signal.aborted ? INTERRUPTED : 'the cluster could not be recovered after the round before',
      );
      return;
    }
    const place = { ...item, round, rounds: options.rounds };
    try {
      const { result, isWhole } = await holdRound(context, place);
      progress.rounds.push(result);
      progress.isOver = !isWhole;
      tell(context, result, options.rounds);
    } catch (error) {
      // What was held before is still known.
      progress.isOver = true;
      why(`round ${round} could not be held: ${firstLine(messageOf(error))}`);
      return;
    }
  }
}

function resultOf(item: Item, progress: Progress): ScenarioResult {
  const { scenario, workload, side } = item;
  const rounds = progress.rounds.filter(
    (round) =>
      round.scenario === scenario.name && round.workload === workload.name && round.side === side,
  );
  const { name, description } = scenario;
  const isUsual = workload.name === DEFAULT_WORKLOAD;
  const what = {
    name,
    workload: workload.name,
    description: isUsual ? description : `${description} ${workload.description}`,
  };
  return scenarioResult(what, side, rounds, progress.reasons.get(keyOf(item)));
}

/** One line for a round that was held. */
function tell({ calm }: DrillContext, round: RoundResult, rounds: number): void {
  const { acknowledged, lost, consumedAgain } = round.counts;
  const outage =
    round.outageMs === null
      ? 'service did not recover'
      : round.outageMs === 0
        ? 'no outage'
        : `outage ${formatDuration(round.outageMs)}`;
  const verdict = verdictOnRound(round);
  const again = consumedAgain === 0 ? '' : `, ${consumedAgain} consumed again`;
  const remarks = [...round.faults, ...(round.unknown ?? [])].map((text) => `; ${text}`).join('');
  calm.host.emit({
    type: 'drill-round',
    scenario: round.scenario,
    workload: round.workload,
    side: round.side,
    round: round.round,
    rounds,
    passed: verdict === 'passed',
    text: `${round.target}: ${outage}, ${acknowledged} acknowledged, ${lost} lost${again}${remarks}`,
  });
}
