import { DEFAULT_HOST, FIRST_PORTS } from './default-values.js';
import { completeConfig } from './load.js';
import type { ClusterConfig } from './schema.js';

/** What `mqha init` can be told; everything left out follows the port table. */
export interface InitOptions {
  readonly nodes: number;
  readonly name?: string;
  readonly webPort?: number;
  readonly messagePort?: number;
  readonly replicationPort?: number;
  /** One host for all nodes, or one for each, in order. */
  readonly hosts?: readonly string[];
  /** An ensemble that exists; without it mqha runs a ZooKeeper of its own. */
  readonly zookeeper?: string;
  readonly zookeeperPort?: number;
  readonly zkPath?: string;
  readonly sync?: string;
  readonly authentication?: boolean;
  /** Addresses off loopback are wanted, although passwords and messages go there in clear text. */
  readonly insecureNetwork?: boolean;
  /** Whether every link is encrypted. */
  readonly tls?: boolean;
  /** Whether the pages of the web console are served. */
  readonly console?: boolean;
  /** False: no supervisor, and sessions that are short for that reason. */
  readonly supervisor?: boolean;
}

/**
 * The port table: web and message ports count up from the given ones. Nodes on one host share the
 * replication port on loopback addresses of their own, so that a hung master does not hold the
 * address that its successor must bind; where the machine lacks those addresses the port counts up.
 *
 * @param canBind whether this machine can listen on the given loopback address
 * @throws MqhaError `config-invalid` with every problem of the options
 */
export async function portTable(
  options: InitOptions,
  canBind: (host: string) => Promise<boolean>,
): Promise<ClusterConfig> {
  const hosts = options.hosts ?? [DEFAULT_HOST];
  const hostOf = (index: number) => (hosts.length === 1 ? hosts[0] : hosts[index]) ?? '';
  const oneHost = new Set(hosts).size === 1;
  const loopback = (index: number) => `127.0.0.${index + 1}`;
  const indexes = Array.from({ length: options.nodes }, (_, index) => index);
  const ownAddresses =
    oneHost && (await Promise.all(indexes.map((index) => canBind(loopback(index))))).every(Boolean);
  const first = {
    web: options.webPort ?? FIRST_PORTS.web,
    message: options.messagePort ?? FIRST_PORTS.message,
    replication: options.replicationPort ?? FIRST_PORTS.replication,
  };
  const value = {
    ...(options.name === undefined ? {} : { name: options.name }),
    replicas: options.nodes,
    ...(options.sync === undefined ? {} : { sync: options.sync }),
    authentication: options.authentication === false ? 'none' : 'generated',
    console: options.console === true,
    insecureNetwork: options.insecureNetwork === true,
    tls: options.tls === true,
    zookeeper: {
      managed: options.zookeeper === undefined,
      connect: options.zookeeper ?? `127.0.0.1:${options.zookeeperPort ?? FIRST_PORTS.zookeeper}`,
      ...(options.zkPath === undefined ? {} : { path: options.zkPath }),
    },
    supervisor: { enabled: options.supervisor !== false },
    nodes: indexes.map((index) => ({
      name: `mq${String(index + 1).padStart(2, '0')}`,
      host: hostOf(index),
      webPort: first.web + index,
      messagePort: first.message + index,
      replicationHost: ownAddresses ? loopback(index) : oneHost ? '127.0.0.1' : hostOf(index),
      replicationPort: first.replication + (ownAddresses || !oneHost ? 0 : index),
    })),
  };
  return completeConfig(value, 'the options');
}
