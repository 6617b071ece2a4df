import {
  DIGESTS,
  differingKeys,
  knowsAccounts,
  meetingKeysDiffering,
  settingsFor,
  settingsOf,
} from '../../stores/settings.js';
import type { ClusterConfig } from '../../config/schema.js';
import type { ProcessInfo } from '../../agents/process.js';
import { goesOn } from '../../state/halt.js';
import { inForceIn, processOf, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { ProblemList } from './condition.js';
import { sizeHint, sizesOf } from '../../state/sizes.js';
import type { StatusProblem } from '../status.js';

/** What runs with other settings than mqha.yaml says, and a change of the number of nodes that has not ended. */
export function sizeProblems(config: ClusterConfig, seen: Observation): StatusProblem[] {
  const change = inForceIn(seen)?.change;
  const sizes = valueOf(seen.sizes);
  const problems: StatusProblem[] = [];
  if (sizes && 'damage' in sizes) {
    problems.push({
      severity: 'error',
      code: 'state-damaged',
      node: null,
      message: `${sizes.damage}; no broker can be started`,
      hint: 'It says which nodes have the messages. Remove it only where mqha.yaml names exactly the nodes that were started last.',
    });
  }
  if (change) {
    problems.push({
      severity: 'error',
      code: 'scale-unfinished',
      node: null,
      message: `the change from ${change.from} to ${change.to} nodes, begun at ${change.began}, has not ended${change.halted ? `; \`${change.halted.command}\` has halted it` : ''}`,
      hint: change.halted
        ? `To go on: ${goesOn(change)}.`
        : `Wait for the \`mqha scale\` that is in progress, or run \`mqha scale ${change.to}\`, which resumes where it ended.`,
    });
  }
  for (const observed of seen.nodes) {
    const found = processOf(observed);
    if (found) problems.push(...restartProblems(config, seen, observed.node.name, found));
  }
  return problems;
}

/** How a running broker differs from what it would be started with now. */
function restartProblems(
  config: ClusterConfig,
  seen: Observation,
  name: string,
  found: ProcessInfo,
): StatusProblem[] {
  const { replicas, keys } = settingsOf(found.argv);
  const inForce = inForceIn(seen);
  const change = inForce?.change;
  const list = new ProblemList(name);
  const size = change ? inForce.sizes[name] : config.replicas;
  if (replicas !== null && size !== undefined && replicas !== size) {
    list.add(
      'error',
      'restart-needed',
      `${name} runs with replicas ${replicas}${change ? '' : `, and mqha.yaml says ${size}`}`,
      change
        ? `Run \`mqha scale ${change.to}\`.`
        : sizeHint(
            config,
            inForce ?? { sizes: sizesOf(config) },
            seen.nodes.some(({ local }) => !local),
          ),
    );
  }
  if (keys === null) {
    list.add(
      'warning',
      'restart-needed',
      `${name} was started by an earlier mqha, and its process does not say with which settings`,
      `\`mqha restart ${name}\` starts it with those of mqha.yaml.`,
    );
    return list.all;
  }
  if (config.authentication === 'generated' && !knowsAccounts(found.argv)) {
    list.add(
      'warning',
      'restart-needed',
      `${name} was started by an earlier mqha, and knows one account: that of mqha`,
      `\`mqha restart ${name}\` gives it the others (\`mqha account list\`); \`mqha restart\` does so on all, one after the other. Applications go on with the password that they have.`,
    );
  }
  const text = difference(keys, settingsFor(config, name));
  if (text !== undefined) {
    list.add(
      'warning',
      'restart-needed',
      `${name} runs with ${text}`,
      meetingKeysDiffering(config, name, found.argv).length > 0
        ? 'Brokers find one another by that: `mqha down` and then `mqha up` take mqha.yaml over. Until then no command renders or starts anything, and the supervisor starts what dies as it ran.'
        : `\`mqha restart ${name}\` takes mqha.yaml over; \`mqha up --restart\` does so on all that differ, one after the other.`,
    );
  }
  return list.all;
}

/** Which settings differ, and how, in words; undefined where none does. The number of nodes is told apart. */
function difference(
  has: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string | undefined {
  const keys = differingKeys(has, wanted);
  const told = keys.filter((key) => !DIGESTS.includes(key));
  const list = (of: ReadonlyMap<string, string>, names: boolean) =>
    told.map((key) => `${names ? `${key} ` : ''}${of.get(key) ?? ''}`).join(', ');
  const values =
    told.length === 0
      ? []
      : [`${list(has, true)}, and mqha.yaml says ${list(wanted, told.length > 1)}`];
  const others = keys.filter((key) => DIGESTS.includes(key));
  const digests = others.length === 0 ? [] : [`other ${others.join(' and ')} than mqha.yaml says`];
  return keys.length === 0 ? undefined : [...digests, ...values].join(', with ');
}
