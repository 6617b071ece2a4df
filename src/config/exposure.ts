import { usageError, type MqhaError } from '../lib/errors.js';
import type { ClusterConfig } from './schema.js';

/** Whether an address is reached from its own machine alone, as far as its name tells. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host);

/** The addresses at which a cluster listens and that others than this machine can reach, as far as their names tell. */
function reachable({ nodes, zookeeper }: ClusterConfig): string[] {
  const hosts = nodes.flatMap(({ host, replicationHost }) => [host, replicationHost]);
  if (zookeeper.managed) hosts.push(...zookeeper.servers.map(({ host }) => host));
  return [...new Set(hosts.filter((host) => !isLoopback(host)))];
}

/** How open a cluster is: 0 on loopback, 1 on a network in clear text, 2 there without accounts. */
export function exposureOf(config: ClusterConfig): 0 | 1 | 2 {
  if (reachable(config).length === 0) return 0;
  return config.authentication === 'none' ? 2 : 1;
}

/** What is wrong with where a cluster listens, in a sentence; undefined on loopback, and where it is wanted so. */
export function exposureText(config: ClusterConfig): string | undefined {
  const exposure = exposureOf(config);
  if (exposure === 0 || config.insecureNetwork) return undefined;
  const where = reachable(config).join(', ');
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
      : 'Use addresses of loopback (127.0.0.1), with a tunnel between machines. Who has a network that nobody else reaches sets `insecureNetwork: true` in mqha.yaml (`mqha init --insecure-network`).',
  );
}
