import type { ClusterConfig } from '../config/schema.js';
import type { SupervisorState } from '../state/supervisor-state.js';
import { ZOOKEEPER } from '../config/processes.js';
import { faultsOf, NO_MEMORY } from './conditions/faults.js';
import { processOf, processReadings, type Observation } from './observation.js';
import { valueOf } from './reading.js';

/**
 * What the supervisor has stated, without what this look contradicts: a fault, since the supervisor's own look is up to a
 * second older; that it left a process down that runs here, since that may have ended, or been started by a person, in
 * between. What could not be learned contradicts nothing.
 */
export function confirmed(
  stated: SupervisorState['processes'],
  config: ClusterConfig,
  seen: Observation,
): SupervisorState['processes'] {
  const election = valueOf(seen.election);
  const atFault = new Set(faultsOf(config, seen, NO_MEMORY).map(({ name }) => name));
  const running = new Set(
    [...processReadings(seen)].filter(([, found]) => valueOf(found)).map(([name]) => name),
  );
  const isUnclear = (name: string) => {
    if (name === ZOOKEEPER) return false;
    if (!election) return true;
    const node = seen.nodes.find((one) => one.node.name === name);
    if (!node || !processOf(node) || election.master?.container === name) return false;
    return 'unknown' in node.attachment;
  };
  return Object.fromEntries(
    Object.entries(stated).map(([name, found]) => {
      const fault = atFault.has(name) || isUnclear(name) ? found.fault : null;
      const does = found.does === 'given-up' && running.has(name) ? 'nothing' : found.does;
      const { reason, ...rest } = found;
      const isDown = reason !== undefined && !running.has(name);
      return [name, { ...rest, fault, does, ...(isDown && { reason }) }];
    }),
  );
}
