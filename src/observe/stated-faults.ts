import { quorumOf } from '../config/checks.js';
import type { SupervisorState } from '../state/supervisor-state.js';
import { ZOOKEEPER } from '../config/processes.js';
import { faultsOf } from './conditions/faults.js';
import type { Observation } from './observation.js';
import type { NodeStatus } from './status.js';

/**
 * What the supervisor has stated, without the faults that this look contradicts: its own look is up to a second older.
 * @param replicas of whoever elects
 */
export function confirmed(
  stated: SupervisorState['processes'],
  seen: Observation,
  nodes: readonly NodeStatus[],
  replicas: number,
): SupervisorState['processes'] {
  const atFault = new Set(
    faultsOf({
      election: seen.election,
      quorum: quorumOf(replicas),
      alive: new Set(nodes.flatMap(({ name, pid }) => (pid === null ? [] : [name]))),
      suspended: new Set(
        seen.nodes.flatMap(({ node, process }) => (process?.suspended === true ? [node.name] : [])),
      ),
      registered: new Set(),
      serving: nodes.find(({ accepting, role }) => accepting && role === 'master')?.name,
      served: undefined,
      // What could not be learned contradicts nothing.
      attachments: new Map(
        nodes.map(({ name, attached }) => [
          name,
          { state: attached === true ? 'attached' : 'attaching', progress: 0 },
        ]),
      ),
      zookeeperSilent: seen.zookeeper.process !== undefined && seen.election === undefined,
    }).map(({ name }) => name),
  );
  const isKnown = (name: string) => name === ZOOKEEPER || seen.election !== undefined;
  return Object.fromEntries(
    Object.entries(stated).map(([name, process]) => {
      const isContradicted = isKnown(name) && !atFault.has(name);
      return [name, isContradicted ? { ...process, fault: null } : process];
    }),
  );
}
