import { quorumOf } from '../../config/checks.js';
import type { EndRecord } from '../../stores/end-record.js';
import type { SupervisorEvent } from './event.js';
import { isSame, type ProcessId } from '../../agents/process.js';
import { planRestart } from './restarts.js';
import { isUp, type State, type SupervisedProcess } from './state.js';
import type { Step } from './step.js';

/** A process serves, or is attached. */
export function markHealthy(supervised: SupervisedProcess, now: number): SupervisedProcess {
  return supervised.healthySince === undefined ? { ...supervised, healthySince: now } : supervised;
}

/** A process does neither any more. */
export function markUnhealthy(supervised: SupervisedProcess, now: number): SupervisedProcess {
  const { healthySince, healthyMs } = supervised;
  if (healthySince === undefined) return supervised;
  return {
    ...supervised,
    healthySince: undefined,
    healthyMs: Math.max(healthyMs, now - healthySince),
  };
}

/**
 * A process is proven dead. It is told once, whoever saw it first.
 * @param at when that was known, in milliseconds of the steady clock
 */
export function onProcessExit(step: Step, name: string, id: ProcessId, at: number): void {
  const { state, now } = step;
  const supervised = state.processes.get(name);
  if (!supervised || !isSame(supervised.info, id)) return;
  state.processes.delete(name);
  state.endedAt.set(name, at);
  state.ending.push(markUnhealthy(supervised, now));
  if (supervised.znode) step.act({ type: 'release', name, ...supervised.znode });
  step.act({ type: 'examine', name, pid: id.pid, startTime: id.startTime });
  if (state.failovers.died(name, now)) state.unservedSince = now;
}

/** It is known what a process has left behind. */
export function onExamined(
  step: Step,
  event: SupervisorEvent & { readonly type: 'examined' },
): void {
  const { state } = step;
  const supervised = state.ending.find((one) => one.name === event.name && isSame(one.info, event));
  if (!supervised) return;
  state.ending = state.ending.filter((one) => one !== supervised);
  const { name, end, desired } = event;
  state.desired = desired;
  // A command says what it wants before it ends a process, maybe a moment ago.
  const wanted = isUp(state, name);
  if (end) noteEnd(step, name, end, event.at);
  const full = wanted && event.diskFull ? 'the disk that holds its data is full' : undefined;
  const why = supervised.killed ?? end?.message ?? full;
  const reason = why ?? (wanted ? `${name} died` : `${name} was stopped`);
  // Where nothing else tells of what it died, the end of its log may.
  const last = wanted && why === undefined ? event.last : [];
  state.reasons.set(
    name,
    last.length === 0 ? reason : `${reason}; its log ends with: ${last.join('; ')}`,
  );
  step.tell({
    type: 'process-ended',
    node: name,
    pid: event.pid,
    wanted: wanted ? 'up' : 'down',
    ...(why === undefined ? {} : { how: why }),
    ...(end === undefined ? {} : { code: end.code, exitCode: end.exitCode }),
    ...(last.length === 0 ? {} : { last }),
  });
  step.write(state.failovers.explain(name, reason));
  // Who is there already was started by a command.
  if (wanted && !state.processes.has(name)) planRestart(step, name, supervised.healthyMs, step.now);
}

/** What a broker has recorded of its own end. */
function noteEnd(step: Step, name: string, end: EndRecord, at: string): void {
  const { state } = step;
  for (const other of state.failures.note(name, end, state.elected)) {
    state.doomed.set(other, `${other} and ${name} end for the same reason`);
  }
  if (end.code === 'log-lost') missCopies(step, [name], at);
}

/** The copies of these nodes are gone, as one of them has found, or a start. */
export function missCopies(step: Step, names: readonly string[], at: string): void {
  const { state } = step;
  const { replicas } = state.config;
  const nodes = state.copies.lost(names, replicas - quorumOf(replicas));
  if (!nodes) return;
  state.copiesLost = { at, nodes };
  step.tell({ type: 'copies-lost', nodes });
}

/** A person has asked for these anew: what they did before is forgiven. */
export function resetOnRequest(state: State): void {
  for (const [name, { state: wanted, at }] of Object.entries(state.desired.processes)) {
    if (state.askedAt.get(name) === at) continue;
    const isFirst = !state.askedAt.has(name);
    state.askedAt.set(name, at);
    if (isFirst || wanted === 'down') continue;
    state.backoff.get(name)?.forgive();
    state.restarts.delete(name);
    state.failures.forgive(name);
    state.doomed.delete(name);
  }
}
