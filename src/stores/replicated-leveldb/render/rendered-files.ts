import { portAt } from '../../../config/broker/ports.js';
import { removesInactive, storeAttributes } from '../../../config/broker/config.js';
import { largestFrame } from '../../../config/limits.js';
import { originOf, replicationEndpoint } from '../../../config/endpoints.js';
import type { ClusterConfig, NodeConfig } from '../../../config/schema.js';
import type { TlsConfig } from '../../../config/tls.js';
import { timespan } from '../../../config/units.js';
import type { Endpoint } from '../../../lib/dial.js';
import { renderTemplate } from '../../../lib/templates.js';
import {
  accountSpecs,
  everybodyOf,
  groupsOf,
  PAGES,
  rightsEntries,
  secretOf,
  WEB_GROUP,
  type Realm,
} from '../../accounts.js';
import type { Credentials, RenderedFile } from '../../rendered-file.js';
import { digestOf, superAccountOf } from '../zookeeper/access.js';
import { certificateFiles } from './certificate-files.js';
import { JMX_ACCESS } from '../jmx.js';
import { CONSOLE_POLICY } from './console-policy.js';

/** The files of users with their passwords, which a running broker reads again. */
const USER_FILES = [
  'users.properties',
  'users-before.properties',
  'console-users.properties',
  'console-users-before.properties',
] as const;

const BROKER_FILES = [
  'activemq.xml',
  'jetty.xml',
  'credentials.properties',
  'login.config',
  ...USER_FILES,
  'groups.properties',
  'jolokia-access.xml',
  'log4j.properties',
  'replication-peers',
] as const;

const SECRET_FILES = new Set<string>(['credentials.properties', ...USER_FILES]);

const RELOADED_FILES = new Set<string>([...USER_FILES, 'groups.properties']);

/**
 * Whom the message port asks for a certificate, as the server (`…ClientAuth`) and its transports (`transport.…`) want to be told.
 * Without one, strangers come as far as the login, and with TLS 1.3 they could fill the heap there (CVE-2026-39304).
 */
function tlsOptions({ clientCertificates }: TlsConfig): string[] {
  const [auth, protocols] =
    clientCertificates === 'needed'
      ? ['needClientAuth', 'TLSv1.2,TLSv1.3']
      : ['wantClientAuth', 'TLSv1.2'];
  return [`${auth}=true`, `transport.${auth}=true`, `transport.enabledProtocols=${protocols}`];
}

/** Frames and connections are bounded, so that no client can fill the broker's memory at will. */
export function connectorUri(config: ClusterConfig, node: NodeConfig): string {
  return uriOf(config, node.host, node.messagePort, {
    connections: config.limits.connections,
    frame: largestFrame(config),
    protocols: 'default,amqp,stomp',
  });
}

/** The ports beside the message port: of the same transport, with its accounts, its TLS and its limits. */
export function furtherConnectors(config: ClusterConfig, node: NodeConfig) {
  return config.broker.connectors.map(
    ({ name, protocol, port, bind, maximumConnections, maxFrameSize }) => ({
      name,
      uri: uriOf(config, bind ?? node.host, portAt(config, node, name, port), {
        connections: maximumConnections ?? config.limits.connections,
        frame: maxFrameSize ?? largestFrame(config),
        protocols: protocol === 'openwire' ? 'default' : protocol,
      }),
    }),
  );
}

function uriOf(
  { tls }: ClusterConfig,
  host: string,
  port: number,
  limits: { readonly connections: number; readonly frame: number; readonly protocols: string },
): string {
  const options = [
    `maximumConnections=${limits.connections}`,
    `wireFormat.maxFrameSize=${limits.frame}`,
    `auto.protocols=${limits.protocols}`,
    // Two threads wait for the first bytes of each connection, and stay for 30 s; a client writes them at once.
    'maxConnectionThreadPoolSize=200',
    'protocolDetectionTimeOut=10000',
    ...(tls ? tlsOptions(tls) : []),
  ];
  return `auto+nio${tls ? '+ssl' : ''}://${host}:${port}?${options.join('&')}`;
}

/**
 * Where a slave may connect to, as dev.mqha.patches.replication_addresses.Peers reads it: every node of mqha.yaml, and what
 * runs on another address until it is restarted.
 */
export function peersOf(config: ClusterConfig, running: readonly Endpoint[]): string[] {
  const all = [...config.nodes.map(replicationEndpoint), ...running];
  return [...new Set(all.map(({ host, port }) => `${host}:${port}`))];
}

/**
 * Who is let in with which password, as properties are written.
 * @param before those whose password is to count beside another
 */
function usersOf(config: ClusterConfig, credentials: Credentials, realm: Realm, before = false) {
  return accountSpecs(config)
    .filter(({ realms }) => realms.includes(realm))
    .flatMap(({ name }) => {
      const { password, next, previous } = secretOf(credentials, name) ?? {};
      const counting = before ? (next === undefined ? previous : password) : (next ?? password);
      // An empty one would let everybody in.
      if (counting === undefined || counting === '') return [];
      return [{ name, password: propertyValue(counting) }];
    });
}

/** A value of a properties file, which is read as ISO 8859-1 with backslashes (java.util.Properties.load). */
export function propertyValue(text: string): string {
  return text.replace(
    /[^A-Za-z0-9_-]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Every file that follows from `mqha.yaml`; depends on nothing but its arguments.
 * @param sizes the `replicas` of nodes that are to have others than mqha.yaml says
 * @param running replication addresses of brokers that run, which may be others than mqha.yaml says
 */
export function renderCluster(
  config: ClusterConfig,
  credentials: Credentials,
  sizes: Readonly<Record<string, number>> = {},
  running: readonly Endpoint[] = [],
): RenderedFile[] {
  const peers = peersOf(config, running);
  const files = config.nodes.flatMap((node) =>
    [...BROKER_FILES, ...(config.broker.jmx ? [JMX_ACCESS] : [])].map((name) => ({
      path: `nodes/${node.name}/conf/${name}`,
      content: renderTemplate(`broker/${name}`, {
        cluster: { ...config, replicas: sizes[node.name] ?? config.replicas },
        node,
        credentials,
        pages: usersOf(config, credentials, 'messages').find(({ name }) => name === PAGES),
        users: usersOf(
          config,
          credentials,
          name.startsWith('console-') ? 'web' : 'messages',
          name.endsWith('-before.properties'),
        ),
        groups: groupsOf(config),
        rights: rightsEntries(config),
        everybody: everybodyOf(config).join(','),
        webGroup: WEB_GROUP,
        connectorUri: connectorUri(config, node),
        origin: originOf({ ...node, port: node.webPort }),
        contentPolicy: CONSOLE_POLICY,
        peers,
        own: config.broker,
        connectors: furtherConnectors(config, node),
        policiesFor: new Set(config.broker.policies.map(({ of }) => of)),
        removesInactive: removesInactive(config.broker),
        storeAttributes: storeAttributes(config.broker, node.broker),
        sessionTimeout: timespan(config.zookeeper.sessionTimeoutMs),
      }),
      secret: SECRET_FILES.has(name),
      ...(RELOADED_FILES.has(name) ? { reloaded: true } : {}),
    })),
  );
  files.push(...certificateFiles(config, credentials.certificates));
  const [server] = config.zookeeper.servers;
  if (config.zookeeper.managed) {
    const isOwned = config.zookeeper.authentication === 'generated';
    const superDigest = isOwned
      ? digestOf(superAccountOf(credentials.zookeeperPassword))
      : undefined;
    for (const name of ['zoo.cfg', 'log4j.properties']) {
      files.push({
        path: `zookeeper/conf/${name}`,
        content: renderTemplate(`zookeeper/${name}`, {
          server,
          superDigest,
          tls: config.zookeeper.tls,
        }),
        secret: name === 'zoo.cfg',
      });
    }
  }
  return files;
}
