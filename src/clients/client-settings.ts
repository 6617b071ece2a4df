import { existsSync } from 'node:fs';
import type { Account } from './brokers.js';
import { certificatePaths } from '../certificates/files.js';
import { originOf } from '../config/endpoints.js';
import type { Layout } from '../config/layout.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import { APP, CONSOLE, MANAGEMENT } from '../config/users.js';

/** The URL that a JMS client follows the master with: every node's message port. */
export function failoverUrl(config: ClusterConfig): string {
  return `failover:(${config.nodes.map((node) => brokerUrl(node)).join(',')})`;
}

/** The OpenWire URL of one node. */
export function brokerUrl({
  host,
  messagePort,
  tls,
}: Pick<NodeConfig, 'host' | 'messagePort' | 'tls'>): string {
  return `${tls ? 'ssl' : 'tcp'}://${host}:${messagePort}`;
}

/** The path of Jolokia, which answers GET reads of the broker's own MBeans. */
const JOLOKIA = '/api/jolokia/';

/** What a client needs where the message ports speak TLS; absolute paths of PEM files. */
export interface ClientTls {
  /** The authority by which a broker proves who it is. */
  readonly authority: string;
  /** What the client shows, with those between it and its authority, leaf first; null where it has none. */
  readonly certificate: string | null;
  /** PKCS #8, without a password. */
  readonly key: string | null;
}

/** The document of `mqha env --json`. */
export interface ClientSettings {
  readonly failoverUrl: string;
  /** The account of applications; null for an anonymous cluster. */
  readonly username: string | null;
  readonly password: string | null;
  readonly brokers: readonly { readonly name: string; readonly url: string }[];
  /** Who opens the console; `mqha account show` prints the password. */
  readonly consoleUsername: string | null;
  /** Where the master's console is; of a cluster without its pages, where Jolokia is. */
  readonly consoles: readonly { readonly name: string; readonly url: string }[];
  /** Null where nothing is encrypted. */
  readonly tls: ClientTls | null;
}

/**
 * Where the certificates of a client are.
 * @param name of its account; one without a certificate of its own shows that of applications, where there is one
 * @returns null where nothing is encrypted
 */
export function clientTls(
  config: ClusterConfig,
  layout: Layout,
  name: string = APP,
): ClientTls | null {
  if (!config.tls) return null;
  const paths = certificatePaths(layout);
  const shown = [name, APP]
    .map((who) => paths.client(who))
    .find(({ certificate, key }) => existsSync(certificate) && existsSync(key));
  return {
    authority: paths.clusterAuthority.certificate,
    certificate: shown?.certificate ?? null,
    key: shown?.key ?? null,
  };
}

/** What a client needs to know of a cluster, running or not. @param tls see clientTls() */
export function clientSettings(
  config: ClusterConfig,
  account: Account | undefined,
  tls: ClientTls | null = null,
): ClientSettings {
  return {
    failoverUrl: failoverUrl(config),
    username: account?.username ?? null,
    password: account?.password ?? null,
    consoleUsername: account ? (account.username === MANAGEMENT ? MANAGEMENT : CONSOLE) : null,
    brokers: config.nodes.map((node) => ({ name: node.name, url: brokerUrl(node) })),
    consoles: config.nodes.map((node) => ({
      name: node.name,
      url: `${originOf({ ...node, port: node.webPort })}${config.console ? '/' : JOLOKIA}`,
    })),
    tls,
  };
}
