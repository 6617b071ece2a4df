import { usageError, type MqhaError } from '../lib/errors.js';
import type { ClusterConfig } from './schema.js';

/** Whether an address is reached from its own machine alone, as far as its name tells. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * The addresses at which a cluster listens and that others than this machine can reach, as far as their names tell.
 * @param clear those alone where nothing is encrypted
 */
function reachable({ nodes, zookeeper, tls, broker }: ClusterConfig, clear: boolean): string[] {
  const hosts =
    clear && tls
      ? []
      : [
          ...nodes.flatMap(({ host, replicationHost }) => [host, replicationHost]),
          ...broker.connectors.flatMap(({ bind }) => bind ?? []),
        ];
  if (zookeeper.managed && !(clear && zookeeper.tls)) {
    hosts.push(...zookeeper.servers.map(({ host }) => host));
  }
  return [...new Set(hosts.filter((host) => !isLoopback(host)))];
}

/**
 * How open a cluster is: 0 on loopback, and on a network where all is encrypted; 1 on a network in clear text; 2 there
 * without accounts. TLS does not take their place: the web port asks nobody for a certificate.
 */
export function exposureOf(config: ClusterConfig): 0 | 1 | 2 {
  if (config.authentication === 'none' && reachable(config, false).length > 0) return 2;
  return reachable(config, true).length > 0 ? 1 : 0;
}

/** What is wrong with where a cluster listens, in a sentence; undefined on loopback, and where it is wanted so. */
export function exposureText(config: ClusterConfig): string | undefined {
  const exposure = exposureOf(config);
  if (exposure === 0 || config.insecureNetwork) return undefined;
  const where = reachable(config, exposure === 1).join(', ');
  return exposure === 2
    ? `${where} is reached over the network, and authentication is none: whoever reaches it reads, writes and removes every message`
    : `${where} is reached over the network, and passwords and messages go over it in clear text`;
}

/**
 * An error for a cluster that would be open to a network for the first time, or more than before.
 * @param before what was rendered last, where something was: what was so already is warned of, not refused
 */
export function exposureError(
  config: ClusterConfig,
  before: ClusterConfig | undefined,
): MqhaError | undefined {
  const text = exposureText(config);
  if (text === undefined) return undefined;
  if (before && exposureOf(before) >= exposureOf(config)) return undefined;
  return usageError(
    'insecure-network',
    text,
    config.authentication === 'none'
      ? 'Leave out --no-auth (`authentication: none`), or use addresses of loopback (127.0.0.1). Who insists sets `insecureNetwork: true` in mqha.yaml (`mqha init --insecure-network`).'
      : `${cureOf(config)} Who has a network that nobody else reaches sets \`insecureNetwork: true\` in mqha.yaml (\`mqha init --insecure-network\`).`,
  );
}

function cureOf({ tls }: ClusterConfig): string {
  return tls
    ? 'Leave out `zookeeper.tls: false`, so that ZooKeeper is encrypted as the rest is.'
    : 'Encrypt every link: `tls: true` in mqha.yaml (`mqha init --tls`). Or use addresses of loopback (127.0.0.1).';
}

/** Which servers of an ensemble that is not managed are reached in clear text, though links are encrypted. */
export function clearServers({ tls, zookeeper }: ClusterConfig): string[] {
  if (!tls || zookeeper.managed || zookeeper.tls) return [];
  return [...new Set(zookeeper.servers.map(({ host }) => host))].filter(
    (host) => !isLoopback(host),
  );
}
