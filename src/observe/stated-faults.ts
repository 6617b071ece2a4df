import type { ClusterConfig } from '../config/schema.js';
import type { SupervisorState } from '../state/supervisor-state.js';
import { ZOOKEEPER } from '../config/processes.js';
import { faultsOf, NO_MEMORY } from './conditions/faults.js';
import { processOf, type Observation } from './observation.js';
import { valueOf } from './reading.js';

/**
 * What the supervisor has stated, without the faults that this look contradicts: its own look is up to a second older.
 * What could not be learned contradicts nothing.
 */
export function confirmed(
  stated: SupervisorState['processes'],
  config: ClusterConfig,
  seen: Observation,
): SupervisorState['processes'] {
  const election = valueOf(seen.election);
  const atFault = new Set(faultsOf(config, seen, NO_MEMORY).map(({ name }) => name));
  const isUnclear = (name: string) => {
    if (name === ZOOKEEPER) return false;
    if (!election) return true;
    const node = seen.nodes.find((one) => one.node.name === name);
    if (!node || !processOf(node) || election.master?.container === name) return false;
    return 'unknown' in node.attachment;
  };
  return Object.fromEntries(
    Object.entries(stated).map(([name, found]) => {
      const isContradicted = !atFault.has(name) && !isUnclear(name);
      return [name, isContradicted ? { ...found, fault: null } : found];
    }),
  );
}
