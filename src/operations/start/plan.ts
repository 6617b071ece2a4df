import { holderHint, holderText } from '../../agents/holder-text.js';
import type { NodeConfig } from '../../config/schema.js';
import { idleOptions } from '../../distribution/index.js';
import { MqhaError, usageError } from '../../lib/errors.js';
import type { HeldPort, NodeAgent, PortHolder, WantedPort } from '../../agents/agent.js';
import type { LaunchPlan } from '../../agents/launch-plan.js';
import type { ProcessInfo } from '../../agents/process.js';
import type { Runtime, ServiceSpec } from '../../stores/store.js';
import { authenticatesAtZooKeeper } from '../../stores/settings.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { isOldSupervisor } from '../close-znodes.js';
import { classDataOf } from './class-data.js';
import { outOfReach, placesOf } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import { portsOf } from '../../observe/observe-node.js';
import { plannedFiles } from './compare-files.js';
import type { Prepared } from './prepare.js';
import type { StartStep } from './steps.js';
import { readInForce, sized, type Sizes } from '../../state/sizes.js';

/** What a start does: the steps that launchNodes() executes, and `--dry-run` describes. */
export interface StartPlan {
  readonly running: readonly { readonly name: string; readonly process: ProcessInfo }[];
  /** In their order. */
  readonly steps: readonly StartStep[];
}

/**
 * Plans the start of these nodes, and of the managed ZooKeeper where it is needed; changes nothing.
 * @param sizes the `replicas` of each; by default what is in force
 * @throws MqhaError of plannedFiles()
 */
export async function planStart(
  cluster: Cluster,
  prepared: Prepared,
  nodes: readonly NodeConfig[],
  sizes?: Sizes,
): Promise<StartPlan> {
  const { config, layout, registry, id, store } = cluster;
  const own = sizes ?? (await readInForce(layout))?.sizes;
  const files = await plannedFiles(cluster, own);
  const services = store.services(config, nodes);
  const processes = await registry.findAll(services.map(({ name }) => name));
  const runtimes = await runtimesOf(cluster, prepared);
  const mixed = await mayBeMixed(cluster);
  const launchOf = (service: ServiceSpec): LaunchPlan | undefined => {
    const { name, kind } = service;
    if (processes.has(name)) return undefined;
    const directories = kind === 'broker' ? layout.node(name) : layout.zookeeper;
    const target = { config: sized(config, name, own), clusterId: id, directories, mixed };
    return store.command(service, target, runtimes[kind]);
  };
  const coordinator = services.find(({ kind }) => kind === 'coordinator');
  const brokers = nodes.flatMap((node) => {
    const launch = launchOf({ name: node.name, kind: 'broker' });
    return launch ? [{ node, launch }] : [];
  });
  const starting = brokers.map(({ node }) => node);
  // Everything that can be refused is refused before the first process starts.
  const steps: StartStep[] = [{ kind: 'render', files }];
  if (brokers.length > 0) steps.push({ kind: 'stores', nodes: starting });
  if (coordinator) steps.push({ kind: 'zookeeper', launch: launchOf(coordinator) });
  if (brokers.length > 0) steps.push({ kind: 'brokers', brokers });
  return { running: [...processes].map(([name, found]) => ({ name, process: found })), steps };
}

/** Whether something may run that does not know the cluster's password: an earlier mqha has started it. */
async function mayBeMixed(cluster: Cluster): Promise<boolean> {
  const { config, registry } = cluster;
  if (outOfReach(cluster, config.nodes, 'processes').length > 0) return true;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const isOld = [...running.values()].some(({ argv }) => !authenticatesAtZooKeeper(argv));
  return isOld || (await isOldSupervisor(cluster));
}

/** What brokers, and the server that coordinates them, are launched with. */
async function runtimesOf(
  cluster: Cluster,
  prepared: Prepared,
): Promise<Readonly<Record<ServiceSpec['kind'], Runtime>>> {
  const { java, distribution } = prepared;
  const classData = await classDataOf(cluster, prepared);
  const idle = idleOptions(java);
  const common = { java: java.path, home: distribution.home };
  return {
    broker: {
      ...common,
      classPath: distribution.classPath(cluster.config.console),
      jvmOptions: [...classData.broker, ...idle],
    },
    coordinator: {
      ...common,
      classPath: distribution.zookeeperClassPath(),
      jvmOptions: [...classData.zookeeper, ...idle],
    },
  };
}

type OwnedPort = WantedPort & { readonly owner: string };

/**
 * Tries every address that these nodes, and a managed ZooKeeper, need and do not hold already.
 * @throws MqhaError `node-elsewhere`, `port-taken`, `address-missing`, with every address at fault
 */
export async function refuseHeldPorts(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
): Promise<void> {
  const { config, registry, here } = cluster;
  const others = outOfReach(cluster, nodes, 'launch');
  if (others.length > 0) {
    throw usageError(
      'node-elsewhere',
      `${placesOf(others)}, not on this machine`,
      'Start it there; mqha starts the brokers of the machine it runs on.',
    );
  }
  const wanted: OwnedPort[] = [];
  const running = await registry.findAll([ZOOKEEPER, ...nodes.map((node) => node.name)]);
  if (config.zookeeper.managed && !running.has(ZOOKEEPER)) {
    const owner = 'the managed ZooKeeper';
    for (const server of config.zookeeper.servers) {
      wanted.push({ owner, key: 'zookeeper.connect', ...server });
    }
  }
  for (const node of nodes) {
    if (running.has(node.name)) continue;
    wanted.push(...portsOf(config, node).map((port) => ({ owner: node.name, ...port })));
  }
  const held = await here.unbindablePorts(wanted);
  if (held.length > 0) throw await heldError(here, held);
}

async function heldError(
  agent: NodeAgent,
  held: readonly (HeldPort & OwnedPort)[],
): Promise<MqhaError> {
  const holders = await Promise.all(
    held.map(async (port) =>
      port.reason === 'taken' ? await agent.holderOf(port.port, port.host) : undefined,
    ),
  );
  const message = held
    .map(
      (port, index) =>
        `${port.host}:${port.port}, the ${port.key} of ${port.owner}, ${reasonText(port, holders[index])}`,
    )
    .join('; ');
  if (held.some((port) => port.reason === 'no-address')) {
    return new MqhaError('address-missing', message, {
      hint: 'In mqha.yaml give these nodes an address that the machine has; with replicationHost 127.0.0.1 give each a replicationPort of its own.',
    });
  }
  return new MqhaError('port-taken', message, {
    hint: holders.some((holder) => holder?.kind === 'connection')
      ? 'Try again in a minute, or keep these ports out of the range for outgoing connections (sysctl net.ipv4.ip_local_reserved_ports).'
      : holderHint(holders, 'Change the port in mqha.yaml'),
  });
}

function reasonText(port: HeldPort, holder: PortHolder | undefined): string {
  if (port.reason === 'no-address') return 'is no address of this machine';
  if (port.reason !== 'taken') return `cannot be bound (${port.reason})`;
  if (holder?.kind === 'connection') return 'is the near end of an outgoing connection';
  return `is ${holderText(holder)}`;
}
