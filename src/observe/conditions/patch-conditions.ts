import { patchGroups, patchHint, patchMessage } from '../../distribution/patches.js';
import { processOf, type NodeObservation, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { problem } from './condition.js';
import type { StatusProblem } from '../status.js';

/** What running brokers lack of mqha's patches; said once where all lack the same. */
export function patchProblems({ nodes }: Observation): StatusProblem[] {
  const running = nodes.filter((node) => node.local && processOf(node) !== undefined);
  const byLack = new Map<string, NodeObservation[]>();
  for (const node of running) {
    const lack = JSON.stringify(missingOf(node));
    byLack.set(lack, [...(byLack.get(lack) ?? []), node]);
  }
  return [...byLack.values()].flatMap((alike) => {
    const names = alike.map(({ node }) => node.name);
    const [only] = names;
    const who =
      byLack.size === 1 && names.length > 1
        ? 'the brokers run'
        : `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'}`;
    return patchGroups(alike[0] ? missingOf(alike[0]) : []).map((group) =>
      problem(
        group.severity === 'error' ? 'error' : 'warning',
        group.off ? 'patch-off' : 'patch-missing',
        names.length === 1 && only !== undefined ? only : null,
        patchMessage(who, group),
        patchHint(group),
      ),
    );
  });
}

const missingOf = ({ patches }: NodeObservation) => valueOf(patches) ?? [];
