import type { ClusterStatus } from '../../observe/status.js';

/** How long a start may go without a master before it is supervised, in milliseconds. */
const UNLED_MS = 60_000;

/**
 * Whether a start is to be supervised from now on. Brokers that start need the machine's cores more, and what fails at its
 * store is dealt with by whoever starts them. Once a master has opened its store both are done with. Where none does, a
 * member may hold the election up or be stuck with its store, which only a supervisor ends.
 * @param sinceMs how long the start has lasted, in milliseconds
 */
export function isForSupervisor({ nodes }: Pick<ClusterStatus, 'nodes'>, sinceMs: number): boolean {
  return sinceMs >= UNLED_MS || nodes.some(({ role }) => role === 'master');
}
