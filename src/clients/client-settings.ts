import type { Account } from './brokers.js';
import { originOf } from '../config/endpoints.js';
import type { ClusterConfig } from '../config/schema.js';
import { CONSOLE, MANAGEMENT } from '../config/users.js';

/** The URL that a JMS client follows the master with: every node's message port. */
export function failoverUrl(config: ClusterConfig): string {
  return `failover:(${config.nodes.map((node) => brokerUrl(node)).join(',')})`;
}

/** The OpenWire URL of one node. */
export function brokerUrl(node: { readonly host: string; readonly messagePort: number }): string {
  return `tcp://${node.host}:${node.messagePort}`;
}

/** The path of Jolokia, which answers GET reads of the broker's own MBeans. */
const JOLOKIA = '/api/jolokia/';

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
}

/** What a client needs to know of a cluster, running or not. */
export function clientSettings(
  config: ClusterConfig,
  account: Account | undefined,
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
  };
}
