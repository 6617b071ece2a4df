import type { NodeConfig } from '../config/schema.js';
import { MqhaError, usageError } from '../lib/errors.js';
import type { Cluster } from '../state/cluster.js';
import type { ClusterStatus } from '../observe/status.js';

export const ROLES = ['master', 'elector', 'slave'] as const;
export type RoleName = (typeof ROLES)[number];

const isRole = (word: string): word is RoleName => (ROLES as readonly string[]).includes(word);

/** Whether any of these words is a role, so that the election must be read first. */
export function namesRole(words: readonly string[]): boolean {
  return words.some(isRole);
}

/**
 * The nodes that the words of a command line mean: names, or roles as they are now.
 * @param status needed only where a word is a role
 * @returns each node once, in the order of the file
 * @throws MqhaError `unknown-node` (exit code 2), `role-vacant`
 */
export function resolveNodes(
  cluster: Cluster,
  words: readonly string[],
  status: ClusterStatus | undefined,
): NodeConfig[] {
  const { nodes } = cluster.config;
  const names = new Set(
    words.map((word) => (isRole(word) ? nodeInRole(word, status, cluster) : word)),
  );
  const unknown = [...names].filter((name) => !nodes.some((node) => node.name === name));
  if (unknown.length > 0) {
    throw usageError(
      'unknown-node',
      `there is no node ${unknown.map((name) => `"${name}"`).join(', ')}`,
      `The nodes are ${nodes.map((node) => node.name).join(', ')}; roles are ${ROLES.join(', ')}.`,
    );
  }
  return nodes.filter((node) => names.has(node.name));
}

/** `slave` is the first slave in file order that is not the elector, else the one that is. */
function nodeInRole(role: RoleName, status: ClusterStatus | undefined, cluster: Cluster): string {
  const slaves = status?.nodes.filter((node) => node.role === 'slave').map((node) => node.name);
  const name =
    role === 'master'
      ? status?.master
      : role === 'elector'
        ? status?.elector
        : (slaves?.find((slave) => slave !== status?.elector) ?? slaves?.[0]);
  if (name !== undefined && name !== null && cluster.config.nodes.some((n) => n.name === name)) {
    return name;
  }
  throw new MqhaError('role-vacant', `there is no ${role} now`, {
    hint: 'See `mqha status`, and name the node instead.',
  });
}
