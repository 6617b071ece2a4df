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
    const process = state.processes.get(name);
    const restart = state.restarts.get(name)?.state;
    // It is there in a moment.
    if (!process && (restart === 'starting' || restart === 'launched')) continue;
    state.doomed.delete(name);
    if (state.failovers.isServed) continue;
    if (process) kill(step, process, 'hopeless', reason, reason);
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
  const process = state.processes.get(name);
  if (reason === undefined || !process || state.failovers.isServed) return;
  kill(step, process, 'behind', reason, `${name} lacks what its slaves have`);
}

/** A process that was at fault for its limit. */
export function endFaulty(step: Step, { name, code }: Fault): void {
  const process = step.state.processes.get(name);
  if (!process) return;
  // A port that very many connect to answers late, and its broker is not hung; one that a signal has stopped is.
  if (code === 'hung' && !process.info.suspended) {
    const { pid, startTime } = process.info;
    step.act({ type: 'ask', name, pid, startTime });
  } else {
    endForFault(step, process, code);
  }
}

/** Whether a master that seemed to hang has answered when it was given more time. */
export function onAsked(step: Step, event: SupervisorEvent & { readonly type: 'asked' }): void {
  const { state } = step;
  const process = state.processes.get(event.name);
  if (!process || event.answers || !isSame(process.info, event)) return;
  // It may have been demoted meanwhile, or a person may be stopping it.
  const isStill = state.faults.some(({ name, code }) => name === event.name && code === 'hung');
  if (!isStill || !isUp(state, event.name)) return;
  endForFault(step, process, 'hung');
}

/** It is tried again once it has been at fault for another limit. */
export function onNotKilled({ state }: Step, name: string, id: ProcessId): void {
  const process = state.processes.get(name);
  if (process && isSame(process.info, id)) {
    state.processes.set(name, { ...process, killed: undefined });
  }
}

function endForFault(step: Step, process: SupervisedProcess, code: Fault['code']): void {
  const how = `${process.name} was ${code}`;
  kill(step, process, code, `${how} for its limit`, how);
}

/** @param how what is said of the end of the process */
function kill(
  step: Step,
  process: SupervisedProcess,
  code: KillCode,
  reason: string,
  how: string,
): void {
  const { name, info } = process;
  // It is on its way.
  if (process.killed !== undefined) return;
  step.state.processes.set(name, { ...process, killed: how });
  step.act({ type: 'kill', name, pid: info.pid, startTime: info.startTime, code, reason });
}
