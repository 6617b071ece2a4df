import type { Cluster } from '../state/cluster.js';
import { writeSupervisorState, type SupervisorState } from '../state/supervisor-state.js';
import { processNames } from '../stores/replicated-leveldb/zookeeper/server.js';
import type { Dying, RestartState } from './restarter.js';
import type { Fault } from './rules.js';

/** What a supervisor knows at the end of a look. */
export interface Knowledge {
  /** Who serves. */
  readonly serving: string | undefined;
  readonly isWanted: (name: string) => boolean;
  readonly revival: ReadonlyMap<string, RestartState>;
  readonly faults: readonly Fault[];
  /** Who keeps dying. */
  readonly dying: ReadonlyMap<string, Dying>;
}

/** What a supervisor says of itself to `mqha status`; written whenever it has changed. */
export class StateWriter {
  private readonly since: string;
  private written = '';
  /** When more copies were lost at once than a quorum bears, and whose. */
  copiesLost: SupervisorState['copiesLost'];

  /** @param since when the supervisor began */
  constructor(since: Date) {
    this.since = since.toISOString();
  }

  /** A statement that cannot be written is missed by `status`, and by nobody else. */
  async write({ config, layout }: Cluster, knowledge: Knowledge): Promise<void> {
    const { serving, isWanted, revival, faults } = knowledge;
    const dying = [...knowledge.dying].filter(([name]) => isWanted(name));
    const state: SupervisorState = {
      pid: process.pid,
      since: this.since,
      serving: serving ?? null,
      ...(this.copiesLost && { copiesLost: this.copiesLost }),
      ...(dying.length > 0 && { dying: Object.fromEntries(dying.map(dyingState)) }),
      processes: Object.fromEntries(
        processNames(config, config.nodes).map((name) => [
          name,
          {
            wanted: isWanted(name) ? 'up' : 'down',
            does: whatIsDone(revival.get(name)),
            fault: faults.find((fault) => fault.name === name)?.code ?? null,
          },
        ]),
      ),
    };
    const text = JSON.stringify(state);
    if (text === this.written) return;
    this.written = text;
    await writeSupervisorState(layout, state).catch(() => undefined);
  }
}

function dyingState([name, { deaths, withinMs, reason }]: [string, Dying]) {
  return [name, { deaths, withinMs: Math.round(withinMs), reason: reason ?? null }] as const;
}

function whatIsDone(
  revival: RestartState | undefined,
): SupervisorState['processes'][string]['does'] {
  if (revival === undefined) return 'nothing';
  return revival.state === 'launched' ? 'starting' : revival.state;
}
