import type { Ability, NodeAgent } from '../agents/agent.js';
import { isLocal } from '../agents/local/hosts.js';
import { agentOutOfReach } from '../agents/none.js';
import type { Cluster } from './cluster.js';

type Here = Pick<Cluster, 'here'>;
interface Placed {
  readonly host: string;
}

/** The agent of the machine that a node, or a server of ZooKeeper, is on: the one place where that is decided. */
export function agentOf({ here }: Here, { host }: Placed): NodeAgent {
  return isLocal(host) ? here : agentOutOfReach(host);
}

/** Those of these on whose machines this can be done. */
export function withinReach<T extends Placed>(
  cluster: Here,
  nodes: readonly T[],
  ability: Ability,
): T[] {
  return nodes.filter((node) => agentOf(cluster, node).can.has(ability));
}

/** Those of these on whose machines this cannot be done. */
export function outOfReach<T extends Placed>(
  cluster: Here,
  nodes: readonly T[],
  ability: Ability,
): T[] {
  return nodes.filter((node) => !agentOf(cluster, node).can.has(ability));
}

/** Whether the processes of a node can be seen from here. */
export function seesProcesses(cluster: Here): (node: Placed) => boolean {
  return (node) => agentOf(cluster, node).can.has('processes');
}

/** Where these are, in words: `mq02 is on hostb, mq03 is on hostc`. */
export function placesOf(
  nodes: readonly { readonly name: string; readonly host: string }[],
): string {
  return nodes.map(({ name, host }) => `${name} is on ${host}`).join(', ');
}
