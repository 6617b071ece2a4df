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

/** Under which name `nodes[].broker.ports` has the port of JMX. */
const JMX = 'jmx';

/** Where JMX listens. It speaks in clear and lets any number of connections in, so no other machine may reach it. */
export const JMX_HOST = '127.0.0.1';

/** The port of JMX that a node has; undefined where it has none. */
export function jmxPort(config: Ported, node: NodeConfig): number | undefined {
  return config.broker.jmx && portAt(config, node, JMX, config.broker.jmx.port);
}

/** The addresses that the broker of a node listens on, beside those that every one has. */
export function furtherPorts(config: Ported, node: NodeConfig): FurtherPort[] {
  const jmx = jmxPort(config, node);
  return [
    ...config.broker.connectors.map(({ name, port, bind }) => ({
      key: `broker.connectors ${name}`,
      host: bind ?? node.host,
      port: portAt(config, node, name, port),
    })),
    ...(jmx === undefined ? [] : [{ key: 'broker.jmx', host: JMX_HOST, port: jmx }]),
  ];
}

/** Names that are there twice or belong to nothing, and ports that are none. */
export function portProblems(config: Ported): Problem[] {
  const { connectors, jmx } = config.broker;
  const names = connectors.map(({ name }) => name.toLowerCase());
  const known = new Set([...connectors.map(({ name }) => name), ...(jmx ? [JMX] : [])]);
  return [
    ...(jmx && names.includes(JMX)
      ? [
          {
            path: `broker.connectors[${names.indexOf(JMX)}].name`,
            message: `"${JMX}" is what broker.jmx is called in nodes[].broker.ports; choose another name`,
          },
        ]
      : []),
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
          message: 'is not the name of an entry of broker.connectors, nor "jmx" beside broker.jmx',
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
