import type { HeldPort, NodeAgent } from '../agents/agent.js';
import type { ProcessInfo } from '../agents/process.js';
import { renderedFault } from '../certificates/rendered-fault.js';
import { replicationEndpoint } from '../config/endpoints.js';
import { furtherPorts, type FurtherPort } from '../config/broker/ports.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import { missingPatches } from '../distribution/patches.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import type { Deadline } from '../lib/time.js';
import { agentOf } from '../state/agents.js';
import type { Cluster } from '../state/cluster.js';
import { endOfLast, type EndRecord } from '../stores/end-record.js';
import { heapDumps } from '../stores/heap-dumps.js';
import { asStarted, speaksTls } from '../stores/settings.js';
import type { StoreFiles } from '../stores/store-files.js';
import { diskRoom } from './disk.js';
import { lookAtPort, portReadings } from './message-port.js';
import {
  unseenNode,
  type NodeObservation,
  type ProcessReading,
  type StoreFound,
} from './observation.js';
import { read, unknown, valueOf } from './reading.js';

const ACCEPT_MS = 500;

/** Looks at one node: its port, and what this host has of it. Whether it is attached is the master's to say. */
export async function observeNode(
  cluster: Cluster,
  configured: NodeConfig,
  running: Promise<ProcessReading>,
  deadline: Deadline,
): Promise<NodeObservation> {
  const agent = agentOf(cluster, configured);
  const local = agent.can.has('processes');
  const found = local ? await running : undefined;
  const info = found && valueOf(found);
  const node = asStarted(configured, info?.argv ?? []);
  const port = read(
    () => lookAtPort(cluster, node, info, Math.min(ACCEPT_MS, deadline.remaining)),
    deadline,
  ).then(portReadings);
  const unread = unseenNode(node, local, performance.now());
  if (!found || !agent.can.has('files')) {
    return { ...unread, process: found ?? unread.process, ...(await port) };
  }
  const { files } = cluster.store;
  const { data, log } = cluster.layout.node(node.name);
  const [id, disk, kept, dumps, more] = await Promise.all([
    read(() => files.nodeId(data)),
    read(() => diskRoom(data, files), deadline),
    read(() => files.kept(data), deadline),
    read(() => heapDumps(log), deadline),
    info
      ? withProcess(cluster, node, info, deadline)
      : withoutProcess(cluster, agent, node, deadline),
  ]);
  return { ...unread, process: found, ...(await port), nodeId: id, disk, kept, dumps, ...more };
}

async function certificateFault(
  { layout, host }: Cluster,
  name: string,
  tls: boolean,
): Promise<string | undefined> {
  return tls ? renderedFault(layout.node(name), host.now()) : undefined;
}

/** Of a node that runs: what it lacks. */
async function withProcess(
  cluster: Cluster,
  node: NodeConfig,
  { argv }: ProcessInfo,
  deadline: Deadline,
): Promise<Pick<NodeObservation, 'patches' | 'certificate'>> {
  const [patches, certificate] = await Promise.all([
    read(() => missingPatches(argv), deadline),
    read(() => certificateFault(cluster, node.name, speaksTls(argv)), deadline),
  ]);
  return { patches, certificate };
}

/** Of a node that does not run: who has its ports, why it ended, and how its store is. */
async function withoutProcess(
  cluster: Cluster,
  agent: NodeAgent,
  node: NodeConfig,
  deadline: Deadline,
): Promise<Pick<NodeObservation, 'held' | 'ended' | 'store' | 'patches' | 'certificate'>> {
  const { data, log } = cluster.layout.node(node.name);
  const [held, ended, store, certificate] = await Promise.all([
    read(() => heldOf(agent, portsOf(cluster.config, node)), deadline),
    read(() => endOf(cluster, node, log)),
    read(() => storeOf(cluster.store.files, data), deadline),
    read(() => certificateFault(cluster, node.name, node.tls), deadline),
  ]);
  const patches = unknown('it does not run', performance.now());
  return { held, ended, store, patches, certificate };
}

/** Which of its ports somebody else listens on, and who. */
async function heldOf(agent: NodeAgent, ports: readonly FurtherPort[]): Promise<HeldPort[]> {
  const held = (await agent.heldPorts(ports)) ?? [];
  return Promise.all(
    held.map(async (port) => ({ ...port, holder: await agent.holderOf(port.port, port.host) })),
  );
}

async function storeOf(files: StoreFiles, data: string): Promise<StoreFound> {
  try {
    const look = await files.look(data);
    return look.state === 'damaged'
      ? { state: 'damaged', damage: look.damage }
      : { state: 'sound' };
  } catch (error) {
    const hint = error instanceof MqhaError ? error.hint : undefined;
    const message = messageOf(error);
    return { state: 'unreadable', message, hint: hint ?? 'Look again in a moment.' };
  }
}

/** Why the last process of a node has ended itself; an earlier one's reason says nothing of it. */
async function endOf(
  { registry }: Cluster,
  node: NodeConfig,
  logDirectory: string,
): Promise<EndRecord | undefined> {
  const pid = await registry.lastPid(node.name);
  return pid === undefined ? undefined : endOfLast(logDirectory, pid);
}

/** The addresses that a node listens on. */
export function portsOf(config: ClusterConfig, node: NodeConfig): FurtherPort[] {
  return [
    { key: 'webPort', host: node.host, port: node.webPort },
    { key: 'messagePort', host: node.host, port: node.messagePort },
    { key: 'replicationPort', ...replicationEndpoint(node) },
    ...furtherPorts(config, node),
  ];
}
