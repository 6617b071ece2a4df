import { createHash } from 'node:crypto';
import { storeAttributes } from '../config/broker/config.js';
import { jmxPort, portAt } from '../config/broker/ports.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';

const POLICIES = 'broker.policies';
const VIRTUAL_DESTINATIONS = 'broker.virtualDestinations';
const CONNECTORS = 'broker.connectors';
const LOG = 'broker.log';

/** Keys whose values say nothing to a person. */
export const BROKER_DIGESTS: readonly string[] = [POLICIES, VIRTUAL_DESTINATIONS, CONNECTORS, LOG];

/**
 * What `broker` of mqha.yaml says of one node: key and value in words.
 * @param node undefined where there is none of its name
 */
export function brokerKeys(
  config: Pick<ClusterConfig, 'broker' | 'nodes'>,
  node: NodeConfig | undefined,
): Readonly<Record<string, string>> {
  const { policies, virtualDestinations, connectors, log, scheduler } = config.broker;
  const store = storeAttributes(config.broker, node?.broker).map(
    ([name, value]) => `${name}=${value}`,
  );
  const portOf = (name: string, first: number) =>
    node ? portAt(config, node, name, first) : first;
  return {
    [POLICIES]: digest(policies),
    [VIRTUAL_DESTINATIONS]: digest(virtualDestinations),
    'broker.store': store.join(' ') || 'none',
    [CONNECTORS]: digest(
      connectors.map((connector) => ({
        ...connector,
        port: portOf(connector.name, connector.port),
      })),
    ),
    [LOG]: digest(Object.entries(log)),
    'broker.scheduler': String(scheduler),
    'broker.jmx': String((node ? jmxPort(config, node) : config.broker.jmx?.port) ?? 'none'),
  };
}

const digest = (entries: readonly unknown[]): string =>
  entries.length === 0
    ? 'none'
    : createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 12);
