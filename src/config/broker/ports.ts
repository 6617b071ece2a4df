import type { Problem } from '../../lib/errors.js';
import type { ClusterConfig, NodeConfig } from '../schema.js';

/** An address of a node beside those of `nodes`. */
export interface FurtherPort {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

type Ported = Pick<ClusterConfig, 'broker' | 'nodes'>;

/**
 * The port of a node that counts up from node to node as the message ports do: brokers of one machine have different ones,
 * and removing a node moves no port of another.
 * @param name of its connector
 * @param first of the node with the lowest messagePort
 */
export function portAt({ nodes }: Ported, node: NodeConfig, name: string, first: number): number {
  const lowest = Math.min(...nodes.map(({ messagePort }) => messagePort));
  return node.broker?.ports[name] ?? first + node.messagePort - lowest;
}

/** The addresses that the broker of a node listens on, beside those that every one has. */
export function furtherPorts(config: Ported, node: NodeConfig): FurtherPort[] {
  return config.broker.connectors.map(({ name, port, bind }) => ({
    key: `broker.connectors ${name}`,
    host: bind ?? node.host,
    port: portAt(config, node, name, port),
  }));
}

/** Names that are there twice or belong to nothing, and ports that are none. */
export function portProblems(config: Ported): Problem[] {
  const { connectors } = config.broker;
  const names = connectors.map(({ name }) => name.toLowerCase());
  const known = new Set(connectors.map(({ name }) => name));
  return [
    ...connectors.flatMap(({ name }, index): Problem[] => {
      const path = `broker.connectors[${index}].name`;
      return names.indexOf(name.toLowerCase()) === index
        ? []
        : [{ path, message: `the connector "${name}" is there twice` }];
    }),
    ...config.nodes.flatMap((node, index): Problem[] => {
      const own = Object.keys(node.broker?.ports ?? {}).filter((name) => !known.has(name));
      return [
        ...own.map((name) => ({
          path: `nodes[${index}].broker.ports.${name}`,
          message: 'is not the name of an entry of broker.connectors',
        })),
        ...furtherPorts(config, node)
          .filter(({ port }) => port > 65_535)
          .map(({ key, port }) => ({
            path: 'broker',
            message: `${key} of ${node.name} would be port ${port}: it counts up as messagePort does; give the node its own in nodes[${index}].broker.ports`,
          })),
      ];
    }),
  ];
}
