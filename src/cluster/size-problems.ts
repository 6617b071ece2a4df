import { settingsOf } from '../broker/settings.js';
import type { ClusterConfig } from '../config/schema.js';
import type { Observation } from './observe.js';
import { sizeHint, sizesOf } from './sizes.js';
import type { StatusProblem } from './status.js';

/** Codes of problems with which a cluster that serves is not well: `mqha check` is not OK. */
export const UNSETTLED: ReadonlySet<string> = new Set([
  'restart-needed',
  'scale-unfinished',
  'state-damaged',
]);

/** What runs with other settings than mqha.yaml says, and a change of the number of nodes that has not ended. */
export function sizeProblems(config: ClusterConfig, seen: Observation): StatusProblem[] {
  const change = seen.inForce?.change;
  const problems: StatusProblem[] = [];
  if (seen.inForceError !== undefined) {
    problems.push({
      severity: 'error',
      code: 'state-damaged',
      node: null,
      message: `${seen.inForceError}; no broker can be started`,
      hint: 'It says which nodes have the messages. Remove it only where mqha.yaml names exactly the nodes that were started last.',
    });
  }
  if (change) {
    problems.push({
      severity: 'error',
      code: 'scale-unfinished',
      node: null,
      message: `the change from ${change.from} to ${change.to} nodes, begun at ${change.began}, has not ended`,
      hint: `Wait for the \`mqha scale\` that is at work, or run \`mqha scale ${change.to}\`, which goes on where it ended.`,
    });
  }
  for (const { node, process } of seen.nodes) {
    if (!process) continue;
    const has = settingsOf(process.argv);
    const wanted = {
      replicas: change ? (seen.inForce.sizes[node.name] ?? null) : config.replicas,
      sync: config.sync,
      zkPath: config.zookeeper.path,
    };
    for (const key of ['replicas', 'sync', 'zkPath'] as const) {
      if (has[key] === null || wanted[key] === null || has[key] === wanted[key]) continue;
      const size = key === 'replicas';
      problems.push({
        severity: size ? 'error' : 'warning',
        code: 'restart-needed',
        node: node.name,
        message: `${node.name} runs with ${key} ${has[key]}${change ? '' : `, and mqha.yaml says ${wanted[key]}`}`,
        hint:
          size && change
            ? `Run \`mqha scale ${change.to}\`.`
            : size
              ? sizeHint(config, seen.inForce ?? { sizes: sizesOf(config) })
              : `\`mqha restart ${node.name}\` takes mqha.yaml over.`,
      });
    }
  }
  return problems;
}
