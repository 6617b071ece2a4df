import { outOfReach, placesOf } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import type { InForce, SizeChange } from '../../state/sizes.js';
import { MAX_NODES } from '../../config/default-values.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError, usageError } from '../../lib/errors.js';

/** @throws MqhaError `usage` (exit code 2) where a cluster cannot have so many nodes */
export function refuseCount(to: number): void {
  if (Number.isInteger(to) && to >= 1 && to <= MAX_NODES) return;
  throw usageError(
    'usage',
    `${to} nodes: a cluster has 1 to ${MAX_NODES}`,
    `Name a number from 1 to ${MAX_NODES}.`,
  );
}

/**
 * Refuses what mqha cannot carry out, since it starts and stops only what is on this machine.
 * @throws MqhaError `node-elsewhere` (exit code 2)
 */
export function refuseByHand(cluster: Cluster, to: number): void {
  const others = outOfReach(cluster, cluster.config.nodes, 'launch');
  if (others.length === 0) return;
  throw usageError(
    'node-elsewhere',
    `mqha changes the number of nodes only where all of them are on this machine, and ${placesOf(others)}`,
    `\`mqha scale ${to} --dry-run\` prints the order in which to do it by hand, host by host; docs/several-hosts.md says how.`,
  );
}

/**
 * Refuses another number, or other nodes, than those of a change that has not ended.
 * @throws MqhaError `scale-unfinished`
 */
export function refuseOther(
  change: SizeChange,
  to: number,
  remove: readonly Pick<NodeConfig, 'name'>[],
): void {
  const others = remove.map(({ name }) => name).filter((name) => !change.leaving.includes(name));
  const hint = `Run \`mqha scale ${change.to}\` first, which resumes where it ended.`;
  if (change.to !== to) {
    throw new MqhaError(
      'scale-unfinished',
      `the change from ${change.from} to ${change.to} nodes has not ended`,
      { hint },
    );
  }
  if (others.length === 0) return;
  throw new MqhaError(
    'scale-unfinished',
    `${others.join(', ')} cannot leave now: in the change that has not ended ${change.leaving.length === 0 ? 'none leaves' : `${change.leaving.join(', ')} leave`}`,
    { hint },
  );
}

/**
 * Refuses to go on where a person has edited the nodes of mqha.yaml meanwhile: the steps would lead nowhere.
 * @throws MqhaError `size-changed`
 */
export function refuseEdited(
  { config }: Pick<Cluster, 'config'>,
  { sizes }: InForce,
  change: SizeChange,
): void {
  const names = config.nodes.map(({ name }) => name);
  const gone = Object.keys(sizes).filter((name) => !names.includes(name));
  const staying = names.filter((name) => !change.leaving.includes(name));
  if (gone.length === 0 && staying.length === change.to) return;
  const nodes = [...new Set([...Object.keys(sizes), ...change.leaving])].join(', ');
  throw new MqhaError(
    'size-changed',
    `the nodes of mqha.yaml were edited while their number changes from ${change.from} to ${change.to}`,
    {
      hint: `Restore them (in force are ${nodes}; ${change.to} stay in the end) and run \`mqha scale ${change.to}\`.`,
    },
  );
}
