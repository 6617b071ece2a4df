import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { NO_BROKER } from '../config/broker/config.js';
import { splitConnect } from '../config/connect.js';
import { CONNECTIONS } from '../config/limit-values.js';
import { sizeText } from '../config/limits.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import { rightsDigest } from './accounts.js';
import { BROKER_DIGESTS, brokerKeys } from './broker-settings.js';

/**
 * What a running broker was started with; null where its command does not say so, since an earlier mqha has
 * started it.
 */
export interface BrokerSettings {
  readonly replicas: number | null;
  readonly sync: string | null;
  readonly zkPath: string | null;
  /** Every key of mqha.yaml that a broker reads at its start only, in words. */
  readonly keys: ReadonlyMap<string, string> | null;
}

/** A key whose value is not told: options may hold a secret, and stand in the command anyway. */
export const OPTIONS = 'java.options';

/** Who may do what, as a digest: a broker that does not say it knows the account of mqha alone. */
export const USERS = 'users';

/** Whether links are encrypted. */
const TLS = 'tls';

/** The ensemble; by its chroot brokers find one another, by its servers they need not. */
const CONNECT = 'zookeeper.connect';

const CONNECTION_LIMIT = 'limits.connections';

/** What is so of a broker that an mqha has started which knew no such key. */
const BEFORE = {
  [TLS]: 'false',
  'tls.clientCertificates': 'none',
  'zookeeper.tls': 'false',
  [CONNECTION_LIMIT]: String(CONNECTIONS.least),
  ...brokerKeys({ broker: NO_BROKER, nodes: [] }, undefined),
};

/** Keys whose values say nothing to a person. */
export const DIGESTS: readonly string[] = [OPTIONS, USERS, ...BROKER_DIGESTS];

type Marker = 'replicas' | 'sync' | 'zkPath' | 'settings';

const marker = (key: Marker) => `-Dmqha.${key}=`;

/** What mqha.yaml says of one node, as far as its broker reads it at its start only: key and value in words. */
export function settingsFor(config: ClusterConfig, name: string): Map<string, string> {
  const { zookeeper, java, limits } = config;
  const node = config.nodes.find((candidate) => candidate.name === name);
  const options = createHash('sha256').update(java.options.join('\0')).digest('hex');
  return new Map(
    Object.entries({
      name: config.name,
      replicas: String(config.replicas),
      sync: config.sync,
      authentication: config.authentication,
      [USERS]: rightsDigest(config),
      console: String(config.console),
      [TLS]: String(config.tls !== undefined),
      'tls.clientCertificates': config.tls?.clientCertificates ?? 'none',
      [CONNECT]: zookeeper.connect,
      'zookeeper.path': zookeeper.path,
      'zookeeper.authentication': zookeeper.authentication,
      'zookeeper.tls': String(zookeeper.tls),
      'zookeeper.sessionTimeout': `${zookeeper.sessionTimeoutMs}ms`,
      'store.acks': config.store.acks,
      'java.home': java.home ?? 'none',
      'java.heap': `${java.heapMb}m`,
      'java.heapDump': String(java.heapDump),
      [OPTIONS]: options.slice(0, 12),
      'limits.memory': `${limits.memoryPercent}%`,
      'limits.store': sizeText(limits.storeMb),
      'limits.temp': sizeText(limits.tempMb),
      'limits.message': sizeText(limits.messageMb),
      [CONNECTION_LIMIT]: String(limits.connections),
      ...brokerKeys(config, node),
      host: node?.host ?? '',
      webPort: String(node?.webPort ?? ''),
      messagePort: String(node?.messagePort ?? ''),
      replicationHost: node?.replicationHost ?? '',
      replicationPort: String(node?.replicationPort ?? ''),
    }),
  );
}

/**
 * The JVM options that say what a broker is started with. A broker reads its file once, so only its own
 * command can prove what it has; a record or a rendered file may be lost, or newer than the process.
 */
export function settingMarkers(config: ClusterConfig, name: string): string[] {
  // Without a space, whatever a value holds: some systems show a command as one text.
  const all = new URLSearchParams([...settingsFor(config, name)]).toString();
  return [
    `${marker('replicas')}${config.replicas}`,
    `${marker('sync')}${config.sync}`,
    `${marker('zkPath')}${config.zookeeper.path}`,
    `${marker('settings')}${all}`,
  ];
}

/** Reads the markers of a broker's command. */
export function settingsOf(argv: readonly string[]): BrokerSettings {
  const read = (key: Marker) =>
    argv.find((word) => word.startsWith(marker(key)))?.slice(marker(key).length) ?? null;
  const replicas = Number(read('replicas') ?? Number.NaN);
  const all = read('settings');
  return {
    replicas: Number.isInteger(replicas) && replicas > 0 ? replicas : null,
    sync: read('sync'),
    zkPath: read('zkPath'),
    keys: all === null ? null : new Map([...Object.entries(BEFORE), ...new URLSearchParams(all)]),
  };
}

/** Whether a broker with this command authenticates at ZooKeeper with the cluster's password. */
export function authenticatesAtZooKeeper(argv: readonly string[]): boolean {
  return settingsOf(argv).keys?.get('zookeeper.authentication') === 'generated';
}

/** Whether the ports of a running broker speak TLS. */
export function speaksTls(argv: readonly string[]): boolean {
  return settingsOf(argv).keys?.get(TLS) === 'true';
}

/** Whether a running broker knows the accounts of applications and persons; one of an earlier mqha knows mqha's alone. */
export function knowsAccounts(argv: readonly string[]): boolean {
  return settingsOf(argv).keys?.has(USERS) === true;
}

/** Which settings a running broker has otherwise than mqha.yaml; the number of nodes is judged apart. */
export function differingKeys(
  has: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string[] {
  return [...wanted.keys()].filter(
    (key) => key !== 'replicas' && has.has(key) && has.get(key) !== wanted.get(key),
  );
}

/** Whether a broker with this command runs with the settings of mqha.yaml; of an earlier mqha that is not known. */
export function runsAsConfigured(
  config: ClusterConfig,
  name: string,
  argv: readonly string[],
): boolean {
  const { keys } = settingsOf(argv);
  return keys === null || differingKeys(keys, settingsFor(config, name)).length === 0;
}

/**
 * A node with the addresses that its running broker listens on: those of mqha.yaml may have been edited since.
 * @param argv of its process; empty where none runs
 */
export function asStarted(node: NodeConfig, argv: readonly string[]): NodeConfig {
  const { keys } = settingsOf(argv);
  const port = (key: 'webPort' | 'messagePort' | 'replicationPort') => {
    const value = Number(keys?.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value > 0 ? value : node[key];
  };
  return {
    name: node.name,
    host: keys?.get('host') ?? node.host,
    webPort: port('webPort'),
    messagePort: port('messagePort'),
    replicationHost: keys?.get('replicationHost') ?? node.replicationHost,
    replicationPort: port('replicationPort'),
    tls: keys ? keys.get(TLS) === 'true' : node.tls,
    ...(node.broker ? { broker: node.broker } : {}),
  };
}

/** How many connections a port of a broker may have: as it was started, not as mqha.yaml says since then. */
export function connectionLimit(
  { limits }: Pick<ClusterConfig, 'limits'>,
  argv: readonly string[],
): number {
  const started = Number(settingsOf(argv).keys?.get(CONNECTION_LIMIT) ?? Number.NaN);
  return started > 0 ? started : limits.connections;
}

/**
 * The keys by which brokers find one another: two that differ in one of them are no members of one another. Who was
 * started by an mqha without passwords for ZooKeeper does not say `zookeeper.authentication`, and meets both.
 */
const MEETING = ['name', TLS, 'zookeeper.tls', 'zookeeper.path', 'zookeeper.authentication'];

/** Which of the keys by which brokers find one another a running one has otherwise than mqha.yaml. */
export function meetingKeysDiffering(
  config: ClusterConfig,
  name: string,
  argv: readonly string[],
): string[] {
  const { keys } = settingsOf(argv);
  if (keys === null) return [];
  const isOther = (connect = '') =>
    splitConnect(connect).chroot !== splitConnect(config.zookeeper.connect).chroot;
  return differingKeys(keys, settingsFor(config, name)).filter((key) =>
    key === CONNECT ? isOther(keys.get(key)) : MEETING.includes(key),
  );
}

/**
 * The configuration under which running brokers have found one another: mqha.yaml may have been edited since they were
 * started. Where they do not agree it is that of mqha.yaml.
 * @param running the commands of the brokers
 */
export function asMet(config: ClusterConfig, running: Iterable<readonly string[]>): ClusterConfig {
  const met = [...running].flatMap((argv) => {
    const { keys } = settingsOf(argv);
    if (keys === null) return [];
    const path = keys.get('zookeeper.path') ?? config.zookeeper.path;
    const { chroot } = splitConnect(keys.get(CONNECT) ?? config.zookeeper.connect);
    const secure = keys.get('zookeeper.tls') === 'true';
    const name = keys.get('name') ?? config.name;
    return [{ name, chroot, path, secure, tls: keys.get(TLS) === 'true' }];
  });
  const [first] = met;
  if (!first || met.some((other) => !isDeepStrictEqual(other, first))) return config;
  const { name, chroot, path, secure, tls } = first;
  const { zookeeper } = config;
  const now = splitConnect(zookeeper.connect);
  const isThere = chroot === now.chroot && path === zookeeper.path;
  const isSame = name === config.name && isThere && secure === zookeeper.tls;
  if (isSame && tls === (config.tls !== undefined)) return config;
  return {
    ...config,
    name,
    tls: tls ? (config.tls ?? TLS_UNKNOWN) : undefined,
    nodes: config.nodes.map((node) => ({ ...node, tls })),
    zookeeper: { ...zookeeper, connect: `${now.servers}${chroot}`, path, tls: secure },
  };
}

/**
 * A configuration as clients reach its brokers: by the addresses and the transport with which those run.
 * @param running the commands of the brokers, by node
 */
export function asReached(
  config: ClusterConfig,
  running: ReadonlyMap<string, { readonly argv: readonly string[] }>,
): ClusterConfig {
  const met = asMet(
    config,
    [...running.values()].map(({ argv }) => argv),
  );
  const nodes = met.nodes.map((node) => asStarted(node, running.get(node.name)?.argv ?? []));
  return { ...met, nodes };
}

/** Of brokers that speak TLS where mqha.yaml has no word on it any more. */
const TLS_UNKNOWN: ClusterConfig['tls'] = {
  clientCertificates: 'optional',
  certificates: 'generated',
};
