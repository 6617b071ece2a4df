import { bindings } from '../../config/checks.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { withinReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import type { PortSeen } from './cluster-checks.js';

/**
 * Who holds the ports of the nodes of this machine. Of a process that runs its ports are not connected to: its log would
 * tell of that, and a slave has not opened them.
 */
export async function readPorts(cluster: Cluster): Promise<PortSeen[]> {
  const { config, registry, here } = cluster;
  const nodes = withinReach(cluster, config.nodes, 'ports');
  const running = await registry.findAll([ZOOKEEPER, ...config.nodes.map(({ name }) => name)]);
  const ours = new Set([...running.values()].map(({ pid }) => pid));
  const wanted = withinReach(cluster, bindings(config), 'ports').map((binding) => {
    const node = nodes.find((one) => binding.what.startsWith(`${one.name} `));
    return {
      ...binding,
      key: binding.path,
      name: node?.name ?? ZOOKEEPER,
      node: node?.name ?? null,
    };
  });
  const stopped = wanted.filter(({ name }) => !running.has(name));
  const held = await here.heldPorts(stopped);
  return Promise.all(
    wanted.map(async ({ what, node, name, port, key }): Promise<PortSeen> => {
      const seen = { what, node, port };
      const isShared = wanted.some((other) => other.key !== key && other.port === port);
      const isListened = held?.some((one) => one.key === key) === true;
      // Of a port that nodes have on addresses of their own, the tables tell of all of them at once.
      if (isShared && (running.has(name) || !isListened)) return { ...seen, by: 'nobody' };
      const holder = await here.holderOf(port);
      if (!holder) return { ...seen, by: isListened ? 'unknown' : 'nobody' };
      const { kind, ...who } = holder;
      // What has ended waits a minute in the tables (TIME_WAIT), is of nobody, and keeps no broker from listening.
      if (kind === 'connection')
        return { ...seen, ...who, by: who.pid === undefined ? 'nobody' : 'connection' };
      if (who.pid === undefined) return { ...seen, by: 'unknown' };
      return { ...seen, ...who, by: ours.has(who.pid) ? 'cluster' : 'other' };
    }),
  );
}
