import type { Problem } from '../../lib/errors.js';
import { DEFAULT_LOG_MB } from '../limit-values.js';

// What `broker` of mqha.yaml means, without what reads it: nothing is imported here that takes time.

/** An element of activemq.xml, in ActiveMQ's own words. */
export interface Element {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly children: readonly Element[];
}

export type Attribute = readonly [name: string, value: string];

/** A policy or a virtual destination, as activemq.xml has it. */
export interface EntryConfig {
  /** For whom it is: what two entries must not both say. */
  readonly of: string;
  readonly entry: Element;
}

/** Attributes of the store, and what mqha counts with. */
export interface StoreSettings {
  readonly attributes: readonly Attribute[];
  /** At which size a log file ends, in MB. */
  readonly logMb: number;
}

/** What a person wants otherwise in activemq.xml. */
export interface BrokerConfig {
  readonly policies: readonly EntryConfig[];
  /** Empty where brokers have what they have by default. */
  readonly virtualDestinations: readonly EntryConfig[];
  readonly store: StoreSettings;
  /** Ports beside the message port. */
  readonly connectors: readonly ConnectorConfig[];
  /** The levels of loggers by name; `root` is that of all others. */
  readonly log: Readonly<Record<string, string>>;
  /** Whether messages may be delayed; a node keeps those for itself. */
  readonly scheduler: boolean;
  /** The port of JMX of the node with the lowest messagePort; see portAt(). Undefined where brokers have none. */
  readonly jmx?: { readonly port: number } | undefined;
}

/** The connector that is the message port. */
export const FIRST_CONNECTOR = 'clients';

/** What a further connector can speak: what the message port does, by the same transport and its patches. */
export const PROTOCOLS = ['openwire', 'amqp', 'stomp'] as const;

/** A port beside the message port. */
export interface ConnectorConfig {
  readonly name: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  /** Of the node with the lowest messagePort; see portAt(). */
  readonly port: number;
  /** Where it listens; undefined at the host of its node. */
  readonly bind?: string | undefined;
  readonly maximumConnections?: number | undefined;
  /** The longest frame, in bytes. */
  readonly maxFrameSize?: number | undefined;
}

/** What a node has otherwise. */
export interface NodeBroker {
  readonly store: { readonly weight?: number | undefined };
  /** Ports by the name of their connector. */
  readonly ports: Readonly<Record<string, number>>;
}

/** What a cluster has whose mqha.yaml has no `broker`. */
export const NO_BROKER: BrokerConfig = {
  policies: [],
  virtualDestinations: [],
  store: { attributes: [], logMb: DEFAULT_LOG_MB },
  connectors: [],
  log: {},
  scheduler: false,
};

/** Entries of which two are for the same. */
export function brokerProblems({ policies, virtualDestinations }: BrokerConfig): Problem[] {
  return [
    ...twice('broker.policies', policies, 'policies'),
    ...twice('broker.virtualDestinations', virtualDestinations, 'entries'),
  ];
}

function twice(path: string, entries: readonly EntryConfig[], what: string): Problem[] {
  const seen = new Set<string>();
  return entries.flatMap(({ of }) => {
    if (seen.has(of)) return [{ path, message: `has two ${what} for ${of}; make one of them` }];
    seen.add(of);
    return [];
  });
}

/** What the store of a node gets. */
export function storeAttributes(
  { store }: BrokerConfig,
  node: NodeBroker | undefined,
): readonly Attribute[] {
  const weight = node?.store.weight;
  if (weight === undefined) return store.attributes;
  return [['weight', String(weight)], ...store.attributes.filter(([name]) => name !== 'weight')];
}

/** What the store has where nobody says otherwise (replicated/ElectingLevelDBStore.scala). */
const WEIGHT = 1;

/** With what weight a node stands for election: among those with the same messages the highest is elected. */
export function weightOf(broker: BrokerConfig, node: NodeBroker | undefined): number {
  const said = storeAttributes(broker, node).find(([name]) => name === 'weight');
  return Number(said?.[1] ?? WEIGHT);
}

/** Whether a policy has destinations removed that nobody uses: brokers look for them only where they are told to. */
export const removesInactive = ({ policies }: BrokerConfig): boolean =>
  policies.some(({ entry }) =>
    entry.attributes.some(([name, value]) => name === 'gcInactiveDestinations' && value === 'true'),
  );
