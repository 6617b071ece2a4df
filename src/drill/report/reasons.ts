import type { RoundResult, ScenarioResult, Verdict } from '../result.js';
import { verdictOnRound } from '../analysis/verdict.js';
import { count } from '../../lib/counted.js';

/** How many messages a round has lost for certain: what was not read may still be in the queue. */
export function lostIn({ counts, unknown = [] }: RoundResult): number {
  return unknown.length === 0 ? counts.lost : 0;
}

/** Why a round did not pass, in words; empty where it did. */
export function reasonsOf(round: RoundResult): readonly string[] {
  if (verdictOnRound(round) === 'passed') return [];
  const { counts, faults, unknown = [] } = round;
  const missing = `${count(counts.lost)} of ${count(counts.acknowledged)} acknowledged messages`;
  const fate = lostIn(round) > 0 ? 'lost' : 'not seen';
  return [
    ...(counts.lost > 0 ? [`${missing} ${fate}`] : []),
    ...(counts.unexpected > 0
      ? [`${count(counts.unexpected)} delivered that nobody had sent`]
      : []),
    ...(round.outageMs === null ? ['service did not recover'] : []),
    ...(round.outageMs !== null && !round.back ? ['the cluster was not whole again in time'] : []),
    ...faults,
    ...unknown,
  ];
}

/** The drill's own verdict on the rounds of a scenario; where it has none, no more than they can tell. */
export function verdictOfRounds(
  result: ScenarioResult | undefined,
  rounds: readonly RoundResult[],
): Verdict {
  if (result) return result.verdict;
  return rounds.some((round) => verdictOnRound(round) === 'failed') ? 'failed' : 'unknown';
}
