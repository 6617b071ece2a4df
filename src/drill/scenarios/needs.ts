import type { ClusterConfig } from '../../config/schema.js';

/** Of a scenario that needs a slave: why this cluster is too small for it. */
export function needsSlave({ replicas }: ClusterConfig): string | undefined {
  return replicas > 1 ? undefined : 'there is no slave';
}

/** Of a scenario in which others must go on without one: they need quorum. */
export function needsOthers({ replicas }: ClusterConfig): string | undefined {
  return replicas > 2 ? undefined : `with ${replicas} nodes no other takes over while one is down`;
}
