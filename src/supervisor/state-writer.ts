import type { Cluster } from '../state/cluster.js';
import {
  readSupervisorState,
  writeSupervisorState,
  type SupervisorState,
} from '../state/supervisor-state.js';
import { processNames } from '../config/processes.js';
import { dyingOf, type Dying } from './core/restarts.js';
import { isUp, type RestartState, type State } from './core/state.js';

/**
 * What a supervisor says of itself to `mqha status`.
 * @param since when it began, ISO time
 * @param now in milliseconds of the steady clock
 */
export function statedBy(state: State, since: string, now: number): SupervisorState {
  const { config, failovers, copiesLost, restarts, faults } = state;
  const dying = [...dyingOf(state, now)].filter(([name]) => isUp(state, name));
  return {
    pid: process.pid,
    since,
    authenticates: true,
    serving: (failovers.isServed ? failovers.last : undefined) ?? null,
    ...(copiesLost && { copiesLost: { at: copiesLost.at, nodes: [...copiesLost.nodes] } }),
    ...(dying.length > 0 && { dying: Object.fromEntries(dying.map(dyingState)) }),
    processes: Object.fromEntries(
      processNames(config, config.nodes).map((name) => [
        name,
        {
          wanted: isUp(state, name) ? 'up' : 'down',
          does: whatIsDone(restarts.get(name)),
          fault: faults.find((fault) => fault.name === name)?.code ?? null,
          ...reasonOf(state, name),
        },
      ]),
    ),
  };
}

/** Writes what a supervisor says of itself, whenever that has changed. */
export class StateWriter {
  readonly #since: string;
  #written = '';

  /** @param since when the supervisor began */
  constructor(since: Date) {
    this.#since = since.toISOString();
  }

  /** A statement that cannot be written is missed by `status`, and by nobody else. */
  async write({ layout }: Cluster, state: State, now: number): Promise<void> {
    const stated = statedBy(state, this.#since, now);
    const text = JSON.stringify(stated);
    if (text === this.#written && (await readSupervisorState(layout).catch(() => undefined)))
      return;
    try {
      await writeSupervisorState(layout, stated);
      this.#written = text;
    } catch {
      // It is written with the next look.
    }
  }
}

function dyingState([name, { deaths, withinMs, reason }]: [string, Dying]) {
  return [name, { deaths, withinMs: Math.round(withinMs), reason: reason ?? null }] as const;
}

/** Why a process does not run that is wanted; nothing of one that runs. */
function reasonOf(state: State, name: string): { readonly reason?: string } {
  const reason = state.reasons.get(name);
  const isDown = isUp(state, name) && !state.processes.has(name);
  return isDown && reason !== undefined ? { reason } : {};
}

function whatIsDone(
  restart: RestartState | undefined,
): SupervisorState['processes'][string]['does'] {
  if (restart === undefined) return 'nothing';
  return restart.state === 'launched' ? 'starting' : restart.state;
}
