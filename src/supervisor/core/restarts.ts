import { processNames, ZOOKEEPER } from '../../config/processes.js';
import { quorumOf } from '../../config/checks.js';
import { processesOf, processReadings, type Observation } from '../../observe/observation.js';
import { decidingIn } from '../../observe/quorum.js';
import type { Attempt } from './action.js';
import { CrashBackoff, type Lately } from './crash-backoff.js';
import type { StartResult } from './event.js';
import { roomOnShortDisks } from './short-disks.js';
import { brokersOf, isEnding, isUp, type RestartState, type State } from './state.js';
import type { Step } from './step.js';

/** A dead broker is started again only when its successor serves: both need the machine's cores. */
const SUCCESSOR_MS = 3000;
/** A node whose disk has no room is looked at again after this time. */
const ROOM_MS = 1000;

/** Errors of a start that only a person can end. */
const HOPELESS = new Set(['store-damaged', 'copies-lost']);

/** A process that keeps dying, and what of. */
export interface Dying extends Lately {
  readonly reason: string | undefined;
}

/** Those that have died often of late and are started again even so, by name. */
export function dyingOf(state: State, now: number): ReadonlyMap<string, Dying> {
  const found = new Map<string, Dying>();
  for (const [name, backoff] of state.backoff) {
    const lately = backoff.lately(now);
    if (!lately || state.restarts.get(name)?.state === 'given-up') continue;
    found.set(name, { ...lately, reason: state.reasons.get(name) });
  }
  return found;
}

/** Whether something is to be started, or has just been. */
export function isBusy({ restarts }: State): boolean {
  return [...restarts.values()].some(({ state }) => state !== 'given-up');
}

/**
 * Plans the start of a process that is wanted and has died, unless that is planned.
 * @param healthyMs how long it had been healthy
 * @param lookedAt when the look at it began that did not find it
 * @param why it must not be tried again, where it must not
 */
export function planRestart(
  step: Step,
  name: string,
  healthyMs: number,
  lookedAt: number,
  why = step.state.failures.hopeless(name, step.state.config.nodes.length),
): void {
  const { state, now } = step;
  const known = state.restarts.get(name);
  if (known && !(known.state === 'launched' && lookedAt > known.at)) return;
  let backoff = state.backoff.get(name);
  if (!backoff) state.backoff.set(name, (backoff = new CrashBackoff()));
  const verdict = backoff.count(now, healthyMs, state.config.supervisor.restarts);
  if (verdict.action === 'give-up') {
    giveUp(step, name, verdict.deaths, verdict.withinMs, why);
  } else if (why !== undefined) {
    giveUp(step, name, verdict.attempt, 0, why);
  } else {
    const { attempt, delayMs } = verdict;
    state.restarts.set(name, { state: 'waiting', attempt, at: now + delayMs });
    step.tell({ type: 'restart-planned', node: name, attempt, delayMs });
  }
}

/** A start that is planned is not made. */
export function abandonRestart(step: Step, name: string, reason: string): void {
  const known = step.state.restarts.get(name);
  if (known?.state === 'waiting') giveUp(step, name, known.attempt, 0, reason);
}

function giveUp(
  step: Step,
  node: string,
  deaths: number,
  withinMs: number,
  reason: string | undefined,
): void {
  step.state.restarts.set(node, { state: 'given-up', deaths });
  step.tell({
    type: 'gave-up',
    node,
    deaths,
    withinMs: Math.round(withinMs),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** Somebody serves, whose log will do. */
export function forgetRefusals({ restarts, refused }: State): void {
  for (const name of refused) {
    if (restarts.get(name)?.state === 'given-up') restarts.delete(name);
  }
  refused.clear();
}

/** What a look says of who is to be started, and the starts that are due. */
export function followRestarts(step: Step, seen: Observation): void {
  const { state } = step;
  const names = processNames(state.config, state.config.nodes);
  const readings = processReadings(seen);
  for (const name of names) {
    if (state.processes.has(name) || isEnding(state, name)) continue;
    const reading = readings.get(name);
    if (!isUp(state, name)) state.restarts.delete(name);
    // Who is not known to run may run.
    else if (reading && 'value' in reading) planRestart(step, name, 0, reading.at);
  }
  for (const known of [state.restarts, state.backoff, state.reasons]) {
    for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
  }
  startDue(step, seen);
}

function startDue(step: Step, seen: Observation): void {
  const { state, now } = step;
  if (state.isStarting) return;
  const due = [...state.restarts].flatMap(([name, restart]) =>
    restart.state === 'waiting' && restart.at <= now ? [{ name, attempt: restart.attempt }] : [],
  );
  if (due.length === 0) return;
  const { config } = state;
  const living = processesOf(seen).size;
  const quorum = quorumOf(decidingIn(config, seen).electing);
  if (awaitsSuccessor(state, seen, living >= quorum, now)) return;
  const settled = brokersOf(state).every(({ healthySince }) => healthySince !== undefined);
  for (const { name, attempt } of due) state.restarts.set(name, { state: 'starting', attempt });
  state.isStarting = true;
  // ZooKeeper first: the brokers wait for it.
  const attempts = due.toSorted(
    (a: Attempt, b: Attempt) => Number(b.name === ZOOKEEPER) - Number(a.name === ZOOKEEPER),
  );
  step.act({ type: 'start', attempts, room: roomOnShortDisks(living, quorum, settled) });
}

function awaitsSuccessor(
  state: State,
  { election }: Observation,
  isQuorum: boolean,
  now: number,
): boolean {
  return (
    'value' in election &&
    isQuorum &&
    state.unservedSince !== undefined &&
    now - state.unservedSince < SUCCESSOR_MS
  );
}

/** What came of a start. */
export function onStarted(step: Step, results: readonly StartResult[]): void {
  const { state, now } = step;
  state.isStarting = false;
  for (const result of results) {
    const { name } = result;
    const known = state.restarts.get(name);
    // It was seen meanwhile, or a person has asked for something else.
    if (known?.state !== 'starting') continue;
    const { attempt } = known;
    if (result.outcome === 'failed') {
      failed(step, result, attempt);
      continue;
    }
    const next: RestartState =
      result.outcome === 'launched'
        ? { state: 'launched', at: now }
        : { state: 'waiting', attempt, at: result.outcome === 'no-room' ? now + ROOM_MS : now };
    state.restarts.set(name, next);
  }
}

function failed(
  step: Step,
  result: StartResult & { readonly outcome: 'failed' },
  attempt: number,
): void {
  const { state, now } = step;
  const { name, message, code, alive } = result;
  state.reasons.set(name, message);
  step.tell({ type: 'restart-failed', node: name, attempt, reason: message });
  state.restarts.delete(name);
  if (alive) return;
  // Only a person can bring back what is gone.
  const isHopeless = code !== undefined && HOPELESS.has(code);
  if (isHopeless) state.refused.add(name);
  planRestart(step, name, 0, now, isHopeless ? message : undefined);
}
