import { isServing, type Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import type { Step } from './step.js';

/** Who has all the connections that it may, and since when; one whose port was not asked stays as it was. */
export function followConnections(step: Step, { nodes }: Observation): void {
  const { state, now } = step;
  const full = new Map<string, number>();
  for (const seen of nodes) {
    const { name } = seen.node;
    const since = state.full.get(name);
    const found = valueOf(seen.full);
    if (found === true && isServing(seen)) {
      if (since === undefined) step.tell({ type: 'connections-full', node: name });
      full.set(name, since ?? now);
    } else if (since !== undefined && found === undefined) {
      full.set(name, since);
    } else if (since !== undefined && isServing(seen)) {
      step.tell({ type: 'connections-free', node: name, afterMs: Math.round(now - since) });
    }
  }
  state.full = full;
}
