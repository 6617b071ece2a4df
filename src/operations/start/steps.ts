import type { LaunchPlan } from '../../agents/launch-plan.js';
import type { NodeConfig } from '../../config/schema.js';
import type { FileComparison } from '../../stores/sync.js';

/**
 * One step of a start, with all that it needs: launchNodes() executes the list that planStart()
 * makes, `--dry-run` describes the same list.
 */
export type StartStep =
  /** Writes what is missing or differs. */
  | { readonly kind: 'render'; readonly files: readonly FileComparison[] }
  /** Puts the stores of these nodes in order, and works out whose log goes furthest. */
  | { readonly kind: 'stores'; readonly nodes: readonly NodeConfig[] }
  /** Starts the managed ZooKeeper where it does not run, and waits until it serves. */
  | { readonly kind: 'zookeeper'; readonly launch: LaunchPlan | undefined }
  /** Starts brokers side by side; first those that the others must not be elected before. */
  | {
      readonly kind: 'brokers';
      readonly brokers: readonly { readonly node: NodeConfig; readonly launch: LaunchPlan }[];
    };

/** A step in words. */
export interface StepText {
  readonly kind: string;
  readonly text: string;
  /** What it consists of, as the command line of a process. */
  readonly details: readonly string[];
}

/** What a step does, in words; empty where nothing of it is due. */
export function describeStep(step: StartStep): StepText[] {
  const { kind } = step;
  switch (kind) {
    case 'render':
      return step.files
        .filter(({ state }) => state !== 'same')
        .map(({ file }) => ({ kind, text: `render ${file.path}`, details: [] }));
    case 'stores': {
      const names = step.nodes.map(({ name }) => name).join(', ');
      return [{ kind, text: `put the stores of ${names} in order`, details: [] }];
    }
    case 'zookeeper':
      return step.launch ? [launchText(kind, step.launch)] : [];
    case 'brokers':
      return step.brokers.map(({ launch }) => launchText(kind, launch));
  }
}

function launchText(
  kind: StartStep['kind'],
  { name, cwd, command, argv, env }: LaunchPlan,
): StepText {
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return {
    kind,
    text: `start ${name} in ${cwd}`,
    details: [[command, ...argv].join(' '), ...variables],
  };
}

/** What the steps launch, in their order. */
export function launchesIn(steps: readonly StartStep[]): LaunchPlan[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'zookeeper':
        return step.launch ?? [];
      case 'brokers':
        return step.brokers.map(({ launch }) => launch);
      case 'render':
      case 'stores':
        return [];
    }
  });
}
