import { membersOf } from '../../stores/election.js';
import { processNames, ZOOKEEPER } from '../../config/processes.js';
import { followConnections } from './connections.js';
import type { SupervisorEvent } from './event.js';
import {
  markHealthy,
  markUnhealthy,
  missCopies,
  onExamined,
  onProcessExit,
  resetOnRequest,
} from './exits.js';
import { faultsOf } from '../../observe/conditions/faults.js';
import { endDoomed, endFaulty, endMasterBehind, onAsked, onNotKilled } from './kills.js';
import {
  processReadings,
  servingIn,
  withoutTheEnded,
  type Observation,
} from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import { isSame } from '../../agents/process.js';
import { followMaster, followZooKeeper } from './masters.js';
import { followRestarts, isBusy, onStarted } from './restarts.js';
import { brokersOf, isAnyUp, isUp, type State, type SupervisedProcess } from './state.js';
import { Step, type Decision } from './step.js';

/** The pauses between two looks: nothing is wrong, something may be, nobody serves. */
const CALM_MS = 1000;
const ALERT_MS = 250;
const OUTAGE_MS = 50;

/**
 * What follows from an event: the one place where the state of a supervisor changes. It is pure; events are given to it
 * one after the other.
 * @param now in milliseconds of the steady clock
 */
export function decide(state: State, event: SupervisorEvent, now: number): Decision {
  const step = new Step(state, now);
  switch (event.type) {
    case 'configured':
      step.state.config = event.config;
      break;
    case 'desired':
      step.state.desired = event.desired;
      resetOnRequest(step.state);
      break;
    case 'observed':
      onObserved(step, event.seen);
      break;
    case 'exited':
      onProcessExit(step, event.name, event, now);
      break;
    case 'examined':
      onExamined(step, event);
      break;
    case 'released': {
      const { node, znode, session } = event;
      step.tell({ type: 'znode-removed', node, znode, session });
      break;
    }
    case 'asked':
      onAsked(step, event);
      break;
    case 'killed': {
      const { name, pid, code, reason } = event;
      step.tell({ type: 'process-killed', node: name, pid, code, reason });
      break;
    }
    case 'not-killed':
      onNotKilled(step, event.name, event);
      break;
    case 'started':
      onStarted(step, event.results);
      missCopies(step, event.lost, event.at);
      break;
    case 'recalled':
      step.state.failures.note(event.name, event.end, undefined);
      break;
  }
  return step.done;
}

/** How long to wait before the next look, in milliseconds, where nothing is heard before. */
export function pauseOf(state: State): number {
  const { failovers, clock } = state;
  if (!failovers.isServed && failovers.last !== undefined && isAnyUp(state)) return OUTAGE_MS;
  return clock.isCalm && !isBusy(state) && state.ending.length === 0 ? CALM_MS : ALERT_MS;
}

function onObserved(step: Step, observation: Observation): void {
  endMissing(step, observation);
  const seen = withoutTheEnded(observation, step.state.endedAt);
  followProcesses(step, seen);
  followZooKeeper(step, seen);
  followMaster(step, seen);
  followConnections(step, seen);
  endMasterBehind(step, seen);
  endDoomed(step);
  followHealth(step, seen);
  followFaults(step, seen);
  releaseLeft(step, seen);
  followRestarts(step, seen);
}

/** Whoever is looked after and was not found is dead: an observer gives up nobody who lives. */
function endMissing(step: Step, seen: Observation): void {
  const readings = processReadings(seen);
  for (const [name, { info }] of step.state.processes) {
    const reading = readings.get(name);
    if (!reading || 'unknown' in reading || isSame(info, reading.value)) continue;
    onProcessExit(step, name, info, reading.at);
  }
}

function followProcesses(step: Step, seen: Observation): void {
  const { state } = step;
  const local = seen.nodes.filter((one) => one.local).map(({ node }) => node);
  const names = processNames(state.config, local);
  // One that mqha.yaml no longer names lives on, and is nobody's to look after.
  for (const name of state.processes.keys()) {
    if (!names.includes(name)) state.processes.delete(name);
  }
  for (const [name, reading] of processReadings(seen)) {
    const info = valueOf(reading);
    if (!info) continue;
    state.restarts.delete(name);
    const known = state.processes.get(name);
    if (!known) step.tell({ type: 'process-started', node: name, pid: info.pid });
    const found = { ...(known ?? unknownProcess(name)), info };
    // An election that is older may not know of it yet.
    const isCurrent = seen.election.at >= reading.at;
    state.processes.set(name, isCurrent ? withZnode(found, seen) : found);
  }
}

const unknownProcess = (name: string): Omit<SupervisedProcess, 'info'> => ({
  name,
  registered: false,
  healthySince: undefined,
  healthyMs: 0,
  znode: undefined,
  killed: undefined,
});

function withZnode(found: SupervisedProcess, seen: Observation): SupervisedProcess {
  const election = valueOf(seen.election);
  if (!election) return found;
  const { name } = found;
  if (membersOf(election, name).length === 0) return { ...found, znode: undefined };
  const node = seen.nodes.find((one) => one.node.name === name);
  const own = node && valueOf(node.znode);
  return { ...found, registered: true, znode: own ?? found.znode };
}

/** What has been healthy may die more often before it is given up. */
function followHealth({ state, now }: Step, seen: Observation): void {
  const serving = servingIn(seen);
  const attached = new Set(
    seen.nodes.flatMap(({ node, attachment }) =>
      valueOf(attachment)?.state === 'attached' ? [node.name] : [],
    ),
  );
  for (const found of state.processes.values()) {
    const { name } = found;
    if (attached.has(name)) state.copies.attached(name);
    const isHealthy =
      name === ZOOKEEPER
        ? 'value' in seen.election || found.healthySince !== undefined
        : attached.has(name) || name === serving;
    state.processes.set(name, (isHealthy ? markHealthy : markUnhealthy)(found, now));
  }
}

function followFaults(step: Step, seen: Observation): void {
  const { state, now } = step;
  const members = brokersOf(state).filter(({ registered }) => registered);
  const registered = new Set(members.map(({ name }) => name));
  const faults = faultsOf(state.config, seen, { registered, served: state.served });
  state.faults = faults.filter(({ name }) => isUp(state, name));
  const due = state.clock.update(state.faults, now, state.config.supervisor);
  for (const fault of due) endFaulty(step, fault);
}

/** Znodes of the dead that could not be removed at once, or that died while nobody looked. */
function releaseLeft(step: Step, seen: Observation): void {
  const election = valueOf(seen.election);
  if (!election) return;
  const names = seen.nodes
    .filter(({ process: found }) => 'value' in found && found.value === undefined)
    .map(({ node }) => node.name)
    .filter((name) => membersOf(election, name).length > 0);
  if (names.length > 0) step.act({ type: 'release-noted', names });
}
