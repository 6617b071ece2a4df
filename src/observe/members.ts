import { membersOf, type Election } from '../stores/election.js';
import type { Member } from '../stores/election.js';
import { processOf, type Observation } from './observation.js';
import { valueOf } from './reading.js';

/**
 * The member that stands for a node's living process. After a kill and a quick start there are two:
 * the older one belongs to the dead process and will expire.
 */
export function memberOf(election: Election, node: string): Member | undefined {
  return membersOf(election, node).at(-1);
}

/** Whether a member says that it is a node of this cluster. */
export function isNode({ nodes }: Observation, { container }: Member): boolean {
  return nodes.some(({ node }) => node.name === container);
}

/**
 * Whether a member is none of ours: it is no node, or is beside a member of the same node that knows the cluster's
 * password, and does not know that itself.
 */
export function isIntruder(seen: Observation, member: Member): boolean {
  const unproven = valueOf(seen.protection)?.unproven;
  if (!isNode(seen, member)) return unproven?.includes(member.znode) !== false;
  if (unproven?.includes(member.znode) !== true) return false;
  const members = valueOf(seen.election)?.members ?? [];
  return members.some(
    ({ znode, container }) => container === member.container && !unproven.includes(znode),
  );
}

/** The members without those whose process is proven dead: their znodes only wait for their sessions to expire. */
export function livingMembers(seen: Observation): Member[] {
  const dead = new Set(
    seen.nodes.filter((node) => node.local && !processOf(node)).map((node) => node.node.name),
  );
  return (valueOf(seen.election)?.members ?? []).filter(
    (member) => member.container === null || !dead.has(member.container),
  );
}
