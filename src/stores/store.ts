import type { ClusterConfig } from '../config/schema.js';
import type { Coordination } from './coordination.js';

/** What of mqha.yaml says where a cluster is coordinated. */
export type CoordinationSettings = Pick<ClusterConfig, 'name' | 'zookeeper'>;

/** What is run: the door through which the rest of mqha comes to a kind of store. */
export interface Store {
  readonly kind: 'replicated-leveldb';
  /** What decides which node is master. Nothing is opened before it is asked. */
  coordination(settings: CoordinationSettings): Coordination;
}
