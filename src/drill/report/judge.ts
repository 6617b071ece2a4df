import type { RoundResult, ScenarioResult, Verdict } from '../result.js';
import { count } from './words.js';

export interface RoundJudgement {
  readonly verdict: Verdict;
  /** Why it did not pass; empty where it did. */
  readonly reasons: readonly string[];
}

/** The verdict on one round, with the reasons. What could not be told does not hide what went wrong. */
export function judgeRound(round: RoundResult): RoundJudgement {
  const { counts, faults, unknown = [] } = round;
  const isUnread = unknown.length > 0;
  const missing = `${count(counts.lost)} of ${count(counts.acknowledged)} acknowledged messages`;
  const wrong = [
    ...(counts.lost > 0 && !isUnread ? [`${missing} lost`] : []),
    ...(counts.unexpected > 0
      ? [`${count(counts.unexpected)} delivered that nobody had sent`]
      : []),
    ...(round.outageMs === null ? ['service did not come back'] : []),
    ...(round.outageMs !== null && !round.back ? ['the cluster was not whole again in time'] : []),
    ...faults,
  ];
  const untold = [...(counts.lost > 0 && isUnread ? [`${missing} not seen`] : []), ...unknown];
  const verdict = wrong.length > 0 ? 'failed' : isUnread ? 'unknown' : 'passed';
  return { verdict, reasons: [...wrong, ...untold] };
}

/** The drill's own verdict on the rounds of a scenario; where it has none, what they say. */
export function judgeRounds(
  result: ScenarioResult | undefined,
  rounds: readonly RoundResult[],
): Verdict {
  if (result) return result.verdict;
  return rounds.some((round) => judgeRound(round).verdict === 'failed') ? 'failed' : 'unknown';
}
