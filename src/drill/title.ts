import { DEFAULT_WORKLOAD } from './defaults.js';
import type { Side } from './result.js';

export { DEFAULT_WORKLOAD };

/** The name of a scenario with its workload, where that is not the usual one. */
export function titleOf({
  scenario,
  workload,
}: {
  readonly scenario: string;
  readonly workload: string;
}): string {
  return workload === DEFAULT_WORKLOAD ? scenario : `${scenario}, ${workload}`;
}

/** The words for a side, the same in every text. */
export const SIDES: Readonly<Record<Side, string>> = {
  supervisor: 'with supervisor',
  alone: 'without supervisor',
};
