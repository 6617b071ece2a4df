import { quorumOf } from '../../config/checks.js';
import type { NodeConfig } from '../../config/schema.js';
import type { StoreLook } from '../../stores/store-files.js';
import type { Election } from '../../stores/election.js';
import { MqhaError, withMoreHint } from '../../lib/errors.js';
import { outOfReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';

/** A node's store before its broker starts. */
export interface NodeStore {
  readonly node: NodeConfig;
  readonly look: StoreLook;
  /** Whether it was its broker that found the damage: what a look does not find in it, it does not find in another. */
  readonly foundInside: boolean;
  /** Whether its broker runs; its files are in motion then, and are taken for whole. */
  readonly running: boolean;
}

/** Whether a store is taken for whole; the files of one that runs are in motion. */
export const isWhole = ({ look, running }: NodeStore) =>
  look.state === 'whole' || (running && look.state === 'damaged');

/** Whether a node has had a copy, and has no end of it any more. */
export function isLost({ node, look, running }: NodeStore, copies: ReadonlySet<string>): boolean {
  if (running || !copies.has(node.name)) return false;
  return look.state === 'empty' || (look.state === 'damaged' && !look.exact);
}

/** Whether nothing can be lost by setting a damaged store aside. */
export function canBeSpared(
  cluster: Cluster,
  { look, node, foundInside }: NodeStore,
  whole: readonly NodeStore[],
  election: Election | undefined,
): boolean {
  const { config } = cluster;
  // Of nodes out of reach it is known only that they are there.
  const remote = outOfReach(cluster, config.nodes, 'files').filter(
    ({ name }) => election?.members.some((member) => member.container === name) === true,
  );
  if (whole.length + remote.length >= quorumOf(config.replicas)) return true;
  if (foundInside) return false;
  // How far it went nobody can say: it is one of the copies that are lost.
  if (!look.exact) return whole.length > 0;
  return whole.some((other) => other.node !== node && other.look.end >= look.end);
}

/**
 * Stores that are damaged, and that nothing else stands in for.
 * @throws MqhaError `store-damaged` where there are any
 */
export function refuseDamaged(stores: readonly NodeStore[]): void {
  const [first] = stores;
  if (!first) return;
  const list = stores.map(({ node, look }) => `${node.name}: ${look.damage.join('; ')}`);
  throw new MqhaError(
    'store-damaged',
    `the store is damaged, and no other copy that is whole goes as far: ${list.join('; ')}`,
    {
      hint: `Restore the files, or provide the other nodes' copies; docs/stores.md says how to start without what is gone. None of these was started.`,
    },
  );
}

/**
 * What was acknowledged is on one node of any quorum, so it may be gone with more copies than a quorum bears. Who has
 * started one that is whole by itself goes on with that.
 * @throws MqhaError `copies-lost`
 */
export function refuseLostCopies(
  { config }: Cluster,
  looked: readonly NodeStore[],
  whole: readonly NodeStore[],
  copies: ReadonlySet<string>,
): void {
  const lost = looked.filter((store) => isLost(store, copies));
  const [first] = whole;
  if (!first || whole.some(({ running }) => running)) return;
  if (lost.length <= config.replicas - quorumOf(config.replicas)) return;
  const names = lost.map(({ node }) => node.name);
  const damage = lost.flatMap(({ node, look }) =>
    look.damage.map((found) => `; ${node.name}: ${found}`),
  );
  throw new MqhaError(
    'copies-lost',
    `the data of ${names.join(' and ')} is gone: what was acknowledged by those alone would be missing${damage.join('')}`,
    {
      hint: `Look whether their disks are mounted, and restore the files that are missing. If that data is lost for good, go on with what ${first.node.name} has: \`mqha start ${first.node.name}\`, then \`mqha up\`. None of these was started.`,
    },
  );
}

/**
 * Nodes without messages, or whose damaged store will be set aside, could elect one of themselves with the others.
 * @throws MqhaError `store-empty` where the node whose log goes furthest neither starts nor runs
 */
export function refuseWithoutFurthest(
  looked: readonly NodeStore[],
  first: readonly NodeStore[],
  others: readonly NodeStore[],
): void {
  const empty = looked.filter((store) => !isWhole(store));
  const further = furtherThan(first, others, ({ end }) => end);
  if (!further || empty.length === 0) return;
  const names = empty.map(({ node }) => node.name).join(', ');
  throw new MqhaError(
    'store-empty',
    `${names} has no messages, and ${further.node.name}, whose log goes furthest, does not run: with ${names} the others could elect a master without them`,
    { hint: startAsWell(further) },
  );
}

/** From this many replicas on two nodes are no quorum: what one slave has may have been on its master only. */
const LARGE = 5;

/**
 * What a quorum had and none of those that start or run has is on a node that does not.
 * @throws MqhaError `store-behind`
 */
export function refuseBehind(
  { config }: Cluster,
  looked: readonly NodeStore[],
  first: readonly NodeStore[],
  others: readonly NodeStore[],
): void {
  const further = furtherThan(first, others, ({ known }) => known);
  if (!further || first.length === 0 || config.replicas >= LARGE) return;
  const names = looked.map(({ node }) => node.name).join(', ');
  const { name } = further.node;
  throw new MqhaError(
    'store-behind',
    `${names} would go on without what a quorum had and what only ${name} has now, which does not run`,
    { hint: startAsWell(further) },
  );
}

/** A node that neither starts nor runs, and whose log goes further than those of all that do. */
function furtherThan(
  first: readonly NodeStore[],
  others: readonly NodeStore[],
  place: (look: StoreLook) => number,
): NodeStore | undefined {
  const reached = Math.max(0, ...first.map(({ look }) => look.end));
  return others.find(({ running, look }) => !running && place(look) > reached);
}

function startAsWell({ node }: NodeStore): string {
  return `Start ${node.name} as well: \`mqha up\`. If its messages are to be given up, move its data directory away first.`;
}

/** What keeps one node from starting is no fault of the others, which can be started by name. */
export function withoutThisOne(
  error: unknown,
  node: NodeConfig,
  starting: readonly NodeConfig[],
): unknown {
  const others = starting.filter((other) => other !== node).map(({ name }) => name);
  if (!(error instanceof MqhaError) || others.length === 0) return error;
  return withMoreHint(
    error,
    `None was started; \`mqha start ${others.join(' ')}\` starts the others.`,
  );
}
