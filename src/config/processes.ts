import type { ClusterConfig, NodeConfig } from './schema.js';

/** The name under which the managed ZooKeeper is kept beside the nodes. */
export const ZOOKEEPER = 'zookeeper';

/** The names of the processes of these nodes, and of the managed ZooKeeper where there is one. */
export function processNames(
  { zookeeper }: Pick<ClusterConfig, 'zookeeper'>,
  nodes: readonly Pick<NodeConfig, 'name'>[],
): string[] {
  const names = nodes.map(({ name }) => name);
  return zookeeper.managed ? [...names, ZOOKEEPER] : names;
}
