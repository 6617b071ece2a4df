import { titleOf } from '../title.js';
import type { DrillResult, RoundResult, ScenarioResult, Side } from '../result.js';

/** The rounds of one scenario, under one workload, on one side. */
export interface SideGroup {
  readonly side: Side;
  /** Undefined where the drill ended before it summed up. */
  readonly result: ScenarioResult | undefined;
  readonly rounds: readonly RoundResult[];
}

export interface ScenarioGroup {
  /** With its workload, where that is not the usual one. */
  readonly scenario: string;
  readonly description: string;
  readonly sides: readonly SideGroup[];
}

const ORDER: readonly Side[] = ['supervisor', 'alone'];

/** What belongs together, in the order of the drill; rounds without a summary are not forgotten. */
export function groupsOf(result: DrillResult): readonly ScenarioGroup[] {
  const names = new Set([...result.scenarios, ...result.rounds].map(titleOf));
  return [...names].map((scenario) => {
    const sums = result.scenarios.filter((sum) => titleOf(sum) === scenario);
    const rounds = result.rounds.filter((round) => titleOf(round) === scenario);
    const sides = ORDER.map((side) => ({
      side,
      result: sums.find((sum) => sum.side === side),
      rounds: rounds.filter((round) => round.side === side),
    }));
    return {
      scenario,
      description: sums[0]?.description ?? '',
      sides: sides.filter((group) => group.result !== undefined || group.rounds.length > 0),
    };
  });
}
