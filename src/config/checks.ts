import type { Problem } from '../lib/errors.js';
import { brokerProblems } from './broker/config.js';
import { furtherPorts, portProblems } from './broker/ports.js';
import { clearServers, exposureText } from './exposure.js';
import { limitProblems, limitWarnings } from './limits.js';
import type { ClusterConfig } from './schema.js';

/** ⌊replicas/2⌋ + 1: the members that must be there for a master (ElectingLevelDBStore.clusterSizeQuorum). */
export function quorumOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}

interface Binding {
  readonly path: string;
  readonly what: string;
  readonly host: string;
  readonly port: number;
  /** Whose machine it is: the host of its node, where that is known. */
  readonly machine?: string;
}

/** Every address that this cluster listens on, in the order of the file. */
export function bindings(config: ClusterConfig): Binding[] {
  const list: Binding[] = [];
  const server = config.zookeeper.servers[0];
  if (config.zookeeper.managed && server) {
    list.push({ path: 'zookeeper.connect', what: 'the managed ZooKeeper', ...server });
  }
  config.nodes.forEach((node, index) => {
    const further = furtherPorts(config, node).map(({ key, ...address }) => ({
      path: 'broker',
      what: `${key} of ${node.name}`,
      machine: node.host,
      ...address,
    }));
    const at = `nodes[${index}]`;
    list.push(
      { path: `${at}.webPort`, what: `${node.name} webPort`, host: node.host, port: node.webPort },
      {
        path: `${at}.messagePort`,
        what: `${node.name} messagePort`,
        host: node.host,
        port: node.messagePort,
      },
      {
        path: `${at}.replicationPort`,
        what: `${node.name} replicationPort`,
        host: node.replicationHost,
        port: node.replicationPort,
      },
      ...further,
    );
  });
  return list;
}

const ANY = new Set(['0.0.0.0']);

const LOOPBACK = /^(localhost|127\.[\d.]+)$/i;

/** A loopback address is of one machine alone; nodes with other hosts may be on machines of their own. */
function elsewhere(a: Binding, b: Binding): boolean {
  if (a.machine === undefined || b.machine === undefined || a.machine === b.machine) return false;
  const machines = [a.machine, b.machine];
  return LOOPBACK.test(a.host) && !machines.some((machine) => LOOPBACK.test(machine));
}

function sameAddress(a: Binding, b: Binding): boolean {
  if (elsewhere(a, b)) return false;
  const host = (name: string) => (name === 'localhost' ? '127.0.0.1' : name.toLowerCase());
  return a.port === b.port && (host(a.host) === host(b.host) || ANY.has(a.host) || ANY.has(b.host));
}

/** What no single value shows: names used twice, ports that clash, counts that do not agree. */
export function crossChecks(config: ClusterConfig): Problem[] {
  const problems: Problem[] = [];
  if (config.replicas !== config.nodes.length) {
    problems.push({
      path: 'replicas',
      message: `replicas is ${config.replicas} but there are ${config.nodes.length} nodes; they must be equal, or quorum is counted wrongly`,
    });
  }
  const names = new Map<string, string>();
  for (const node of config.nodes) {
    const key = node.name.toLowerCase();
    if (names.has(key)) {
      problems.push({ path: 'nodes', message: `the node name "${node.name}" is used twice` });
    }
    names.set(key, node.name);
    for (const [key, host] of [
      ['host', node.host],
      ['replicationHost', node.replicationHost],
    ] as const) {
      if (ANY.has(host)) {
        problems.push({
          path: `nodes[${config.nodes.indexOf(node)}].${key}`,
          message: `${host} is no address that the other nodes and the clients can connect to; name the interface`,
        });
      }
    }
  }
  const accounts = new Set<string>();
  config.users.forEach(({ name }, index) => {
    if (accounts.has(name.toLowerCase())) {
      const message = `the account "${name}" is there twice`;
      problems.push({ path: `users[${index}].name`, message });
    }
    accounts.add(name.toLowerCase());
  });
  problems.push(
    ...limitProblems(config),
    ...brokerProblems(config.broker),
    ...portProblems(config),
  );
  const { managed, servers, connect } = config.zookeeper;
  if (managed && connect.includes('/')) {
    problems.push({
      path: 'zookeeper.connect',
      message: `the managed ZooKeeper has no chroot (${connect.slice(connect.indexOf('/'))}): it is this cluster's alone, and zookeeper.path says where its znodes are`,
    });
  }
  if (config.zookeeper.tls && !config.tls) {
    problems.push({
      path: 'zookeeper.tls',
      message: 'is true, and tls is not: only then are there certificates to show to ZooKeeper',
    });
  }
  if (managed && servers.length !== 1) {
    problems.push({
      path: 'zookeeper.connect',
      message: 'the managed ZooKeeper is one server; name one host:port, or set managed: false',
    });
  }
  if (managed && (servers[0]?.port ?? 0) < 1024) {
    problems.push({
      path: 'zookeeper.connect',
      message: `port ${servers[0]?.port ?? ''} is privileged; choose one from 1024 to 65535`,
    });
  }
  const all = bindings(config);
  all.forEach((binding, index) => {
    const other = all.slice(0, index).find((earlier) => sameAddress(earlier, binding));
    if (other) {
      problems.push({
        path: binding.path,
        message: `${binding.what} and ${other.what} are both ${binding.host}:${binding.port}`,
      });
    }
  });
  return problems;
}

/** What is allowed and costs something; one sentence each. */
export function warningsOf(config: ClusterConfig): string[] {
  const warnings: string[] = [];
  const { replicas } = config;
  if (replicas % 2 === 0) {
    const survives = replicas - quorumOf(replicas);
    warnings.push(
      `${replicas} nodes are an even number: quorum is ${quorumOf(replicas)}, so ${survives === 0 ? 'no node may' : `only ${survives} node${survives === 1 ? '' : 's'} may`} fail, the same as with ${replicas - 1}; the extra node adds cost and no safety`,
    );
  }
  warnings.push(...limitWarnings(config));
  const exposed = exposureText(config);
  if (exposed !== undefined) warnings.push(exposed);
  const clear = clearServers(config);
  if (clear.length > 0) {
    warnings.push(
      `ZooKeeper is reached over the network at ${clear.join(', ')} in clear text: the cluster's password and token go over it; where the ensemble has a port for TLS, name that in zookeeper.connect and set zookeeper.tls: true`,
    );
  }
  if (config.users.length > 0 && config.authentication === 'none') {
    warnings.push('users are named, and authentication is none: everybody may do everything');
  }
  if (config.sync.startsWith('local') && replicas > 1) {
    warnings.push(
      `sync ${config.sync} acknowledges a message before any slave has it: a failover can lose acknowledged messages`,
    );
  }
  if (config.broker.scheduler) {
    warnings.push(
      'broker.scheduler: a message that is to be delivered later is kept by the master alone, and is not in the replicated store: after a failover it comes when that node is master again, or never',
    );
  }
  if (config.store.acks === 'quorum' && config.sync.startsWith('local')) {
    warnings.push(
      `store.acks quorum waits as sends do, and with sync ${config.sync} they wait for no slave: it has no effect`,
    );
  }
  return warnings;
}
