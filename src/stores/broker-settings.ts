import { createHash } from 'node:crypto';
import {
  storeAttributes,
  type BrokerConfig,
  type EntryConfig,
  type NodeBroker,
} from '../config/broker/config.js';

const POLICIES = 'broker.policies';
const VIRTUAL_DESTINATIONS = 'broker.virtualDestinations';

/** Keys whose values say nothing to a person. */
export const BROKER_DIGESTS: readonly string[] = [POLICIES, VIRTUAL_DESTINATIONS];

/** What `broker` of mqha.yaml says of one node: key and value in words. */
export function brokerKeys(
  config: BrokerConfig,
  node: NodeBroker | undefined,
): Readonly<Record<string, string>> {
  const store = storeAttributes(config, node).map(([name, value]) => `${name}=${value}`);
  return {
    [POLICIES]: digest(config.policies),
    [VIRTUAL_DESTINATIONS]: digest(config.virtualDestinations),
    'broker.store': store.join(' ') || 'none',
  };
}

const digest = (entries: readonly EntryConfig[]): string =>
  entries.length === 0
    ? 'none'
    : createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 12);
