import type { KillCode } from '../../state/journal/entries.js';
import type { SupervisorEvent } from './event.js';
import type { Fault } from '../../observe/conditions/faults.js';
import type { Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import { isSame, type ProcessId } from '../../agents/process.js';
import { abandonRestart } from './restarts.js';
import { isUp, type SupervisedProcess } from './state.js';
import type { Step } from './step.js';

/**
 * What was started again before the second had failed would be a quorum for a third, which fails as well. Nobody has to end
 * where somebody serves.
 */
export function endDoomed(step: Step): void {
  const { state } = step;
  for (const [name, reason] of state.doomed) {
    const supervised = state.processes.get(name);
    const restart = state.restarts.get(name)?.state;
    // It is there in a moment.
    if (restart === 'starting' || restart === 'launched') continue;
    state.doomed.delete(name);
    if (state.failovers.isServed) continue;
    if (supervised) kill(step, supervised, 'hopeless', reason, reason);
    else abandonRestart(step, name, reason);
  }
}

/**
 * A master that does not serve, and whose log ends before that of a slave, keeps the cluster from electing that one.
 */
export function endMasterBehind(step: Step, { election }: Observation): void {
  const { state } = step;
  const master = valueOf(election)?.master;
  const name = master?.container ?? '';
  const reason = master && state.failures.behind(master.znode);
  const supervised = state.processes.get(name);
  if (reason === undefined || !supervised || state.failovers.isServed) return;
  kill(step, supervised, 'behind', reason, `${name} lacks what its slaves have`);
}

/** A process that was at fault for its limit. */
export function endFaulty(step: Step, { name, code }: Fault): void {
  const supervised = step.state.processes.get(name);
  if (!supervised) return;
  // A port that very many connect to answers late, and its broker is not hung; one that a signal has stopped is.
  if (code === 'hung' && !supervised.info.suspended) {
    const { pid, startTime } = supervised.info;
    step.act({ type: 'ask', name, pid, startTime });
  } else {
    endForFault(step, supervised, code);
  }
}

/** Whether a master that seemed to hang has answered when it was given more time. */
export function onAsked(step: Step, event: SupervisorEvent & { readonly type: 'asked' }): void {
  const { state } = step;
  const supervised = state.processes.get(event.name);
  if (!supervised || event.answers || !isSame(supervised.info, event)) return;
  // It may have been demoted meanwhile, or a person may be stopping it.
  const isStill = state.faults.some(({ name, code }) => name === event.name && code === 'hung');
  if (!isStill || !isUp(state, event.name)) return;
  endForFault(step, supervised, 'hung');
}

/** It is tried again once it has been at fault for another limit. */
export function onNotKilled({ state }: Step, name: string, id: ProcessId): void {
  const supervised = state.processes.get(name);
  if (supervised && isSame(supervised.info, id)) {
    state.processes.set(name, { ...supervised, killed: undefined });
  }
}

function endForFault(step: Step, supervised: SupervisedProcess, code: Fault['code']): void {
  const how = `${supervised.name} was ${code}`;
  kill(step, supervised, code, `${how} for its limit`, how);
}

/** @param how what is said of the end of the process */
function kill(
  step: Step,
  supervised: SupervisedProcess,
  code: KillCode,
  reason: string,
  how: string,
): void {
  const { name, info } = supervised;
  // It is on its way.
  if (supervised.killed !== undefined) return;
  step.state.processes.set(name, { ...supervised, killed: how });
  step.act({ type: 'kill', name, pid: info.pid, startTime: info.startTime, code, reason });
}
