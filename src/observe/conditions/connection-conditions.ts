import { MAX_CONNECTIONS } from '../../config/limits.js';
import { isServing, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { problem, type StatusFacts } from './condition.js';

/** Worth a look before it is full: clients may come at once, as after a failover. */
const HIGH = 0.9 * MAX_CONNECTIONS;

const HINT =
  'End clients that leave connections open, or have them share some (a pool). Whoever is connected goes on.';

/** A message port that lets nobody else in, or soon will not. */
export function connectionProblems(seen: Observation, { master }: StatusFacts): StatusProblem[] {
  const full = seen.nodes.filter((node) => isServing(node) && valueOf(node.full) === true);
  if (full.length > 0) {
    return full.map(({ node: { name } }) =>
      problem(
        'error',
        'connections-full',
        name,
        `${name} lets no other client in: it has all the ${MAX_CONNECTIONS} connections that it may, or many that have not said who they are`,
        HINT,
      ),
    );
  }
  const connections = valueOf(seen.master)?.usage?.connections ?? 0;
  if (connections < HIGH) return [];
  return [
    problem(
      'warning',
      'connections-high',
      master,
      `${connections} clients are connected to ${master ?? 'the master'}, which may have ${MAX_CONNECTIONS}`,
      HINT,
    ),
  ];
}
