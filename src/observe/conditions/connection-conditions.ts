import type { ClusterConfig } from '../../config/schema.js';
import { connectionLimit } from '../../stores/settings.js';
import { isServing, processOf, type NodeObservation, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { problem, type StatusFacts } from './condition.js';

/** Worth a look before it is full: clients may come at once, as after a failover. */
const HIGH = 0.9;

const HINT =
  'End clients that leave connections open, or have them share some (a pool). Whoever is connected goes on.';

/** A message port that lets nobody else in, or soon will not. */
export function connectionProblems(
  config: ClusterConfig,
  seen: Observation,
  { master }: StatusFacts,
): StatusProblem[] {
  const limitOf = (node: NodeObservation | undefined) =>
    connectionLimit(config, (node && processOf(node)?.argv) ?? []);
  const full = seen.nodes.filter((node) => isServing(node) && valueOf(node.full) === true);
  if (full.length > 0) {
    return full.map((node) =>
      problem(
        'error',
        'connections-full',
        node.node.name,
        `${node.node.name} lets no other client in: it has all the ${limitOf(node)} connections that it may, or many that have not said who they are`,
        HINT,
      ),
    );
  }
  const connections = valueOf(seen.master)?.usage?.connections ?? 0;
  // They are counted over all ports.
  const further = config.broker.connectors.map(
    ({ maximumConnections = config.limits.connections }) => maximumConnections,
  );
  const most = further.reduce(
    (sum, more) => sum + more,
    limitOf(seen.nodes.find(({ node }) => node.name === master)),
  );
  if (connections < HIGH * most) return [];
  return [
    problem(
      'warning',
      'connections-high',
      master,
      `${connections} clients are connected to ${master ?? 'the master'}, which may have ${most}`,
      HINT,
    ),
  ];
}
