import { membersOf } from '../../stores/election.js';
import { ZOOKEEPER } from '../../config/processes.js';
import type { SupervisorEvent } from './event.js';
import {
  markHealthy,
  markUnhealthy,
  missCopies,
  onExamined,
  onProcessExit,
  resetOnRequest,
} from './exits.js';
import { faultInputOf } from './fault-input.js';
import { faultsOf } from '../../observe/conditions/faults.js';
import { endDoomed, endFaulty, endMasterBehind, onAsked, onNotKilled } from './kills.js';
import type { Look } from './look.js';
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
    case 'look':
      onLook(step, event.look);
      break;
    case 'exited':
      onProcessExit(step, event.name, event);
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

function onLook(step: Step, look: Look): void {
  for (const { name, ...id } of look.ended) onProcessExit(step, name, id);
  const seen = withoutTheDead(step.state, look);
  followProcesses(step, seen);
  followZooKeeper(step, seen);
  followMaster(step, seen);
  endMasterBehind(step, seen);
  endDoomed(step);
  followHealth(step, seen);
  followFaults(step, seen);
  releaseLeft(step, seen);
  followRestarts(step, seen);
}

/** A look that began before a process ended may still have seen it, and have had its answer. */
function withoutTheDead(state: State, look: Look): Look {
  const processes = new Map(
    [...look.processes].filter(([name, info]) => !isSame(info, state.dead.get(name))),
  );
  const { serving = '' } = look;
  const isGone = look.local.has(serving) && !processes.has(serving);
  return { ...look, processes, serving: isGone ? undefined : look.serving };
}

function followProcesses(step: Step, look: Look): void {
  const { state } = step;
  for (const [name, { info }] of state.processes) {
    const seen = look.processes.get(name);
    // One that mqha.yaml no longer names lives on, and is nobody's to look after.
    if (!isSame(info, seen)) state.processes.delete(name);
  }
  for (const [name, info] of look.processes) {
    state.restarts.delete(name);
    const known = state.processes.get(name);
    if (!known) step.tell({ type: 'process-started', node: name, pid: info.pid });
    state.processes.set(name, withZnode({ ...(known ?? unknown(name)), info }, look));
  }
}

const unknown = (name: string): Omit<SupervisedProcess, 'info'> => ({
  name,
  registered: false,
  healthySince: undefined,
  healthyMs: 0,
  znode: undefined,
  killed: undefined,
});

function withZnode(process: SupervisedProcess, look: Look): SupervisedProcess {
  const { name, info } = process;
  if (!look.znodes || !look.election) return process;
  const [member, ...others] = membersOf(look.election, name);
  if (!member) return { ...process, znode: undefined };
  const own = look.znodes.get(name);
  const isOwn = others.length === 0 && own !== undefined && isSame(own, info);
  return {
    ...process,
    registered: true,
    znode: isOwn ? { znode: own.znode, session: own.session } : process.znode,
  };
}

/** What has been healthy may die more often before it is given up. */
function followHealth({ state, now }: Step, look: Look): void {
  for (const process of state.processes.values()) {
    const { name, info } = process;
    const attachment = look.attachments.get(name);
    const isAttached = isSame(attachment, info) && attachment?.state === 'attached';
    if (isAttached) state.copies.attached(name);
    const isHealthy =
      name === ZOOKEEPER
        ? look.election !== undefined || process.healthySince !== undefined
        : isAttached || name === look.serving;
    state.processes.set(name, (isHealthy ? markHealthy : markUnhealthy)(process, now));
  }
}

function followFaults(step: Step, look: Look): void {
  const { state, now } = step;
  const input = faultInputOf(state.config, look, brokersOf(state), state.served);
  state.faults = faultsOf(input).filter(({ name }) => isUp(state, name));
  const due = state.clock.update(state.faults, now, state.config.supervisor);
  for (const fault of due) endFaulty(step, fault, look);
}

/** Znodes of the dead that could not be removed at once, or that died while nobody looked. */
function releaseLeft(step: Step, { election, processes }: Look): void {
  if (!election) return;
  const names = step.state.config.nodes
    .map((node) => node.name)
    .filter((name) => !processes.has(name) && membersOf(election, name).length > 0);
  if (names.length > 0) step.act({ type: 'release-noted', names });
}
