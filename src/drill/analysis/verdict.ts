import { formatDuration } from '../../lib/time.js';
import { sumCounts } from './checker.js';
import type {
  DrillResult,
  QueueCounts,
  RoundResult,
  ScenarioResult,
  Side,
  Spread,
  Verdict,
} from '../result.js';
import { DEFAULT_WORKLOAD, SIDES, titleOf } from '../title.js';

/** The verdict on one round. What could not be told does not hide what went wrong. */
export function verdictOnRound(round: RoundResult): Verdict {
  const unknown = round.unknown ?? [];
  const lost = round.counts.lost > 0 && unknown.length === 0;
  if (!round.back || lost || round.faults.length > 0) return 'failed';
  return unknown.length > 0 ? 'unknown' : 'passed';
}

/** The verdict on several things together; `unknown` where there are none. */
export function together(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'passed';
}

/**
 * The outcome of a scenario under a workload, on one side.
 * @param rounds those of it that were held
 * @param reason why there are none, or not all
 */
export function scenarioResult(
  scenario: {
    readonly name: string;
    readonly description: string;
    readonly workload?: string;
  },
  side: Side,
  rounds: readonly RoundResult[],
  reason?: string,
): ScenarioResult {
  const verdict = together(rounds.map(verdictOnRound));
  const told = reason ?? rounds.flatMap((round) => round.unknown ?? [])[0];
  const final = reason !== undefined && verdict === 'passed' ? 'unknown' : verdict;
  return {
    scenario: scenario.name,
    workload: scenario.workload ?? DEFAULT_WORKLOAD,
    side,
    description: scenario.description,
    rounds: rounds.length,
    counts: sumCounts(rounds.map(({ counts }) => counts)),
    outageMs: spreadOf(rounds.map(({ outageMs }) => outageMs)),
    sinceFaultMs: spreadOf(rounds.map(({ sinceFaultMs }) => sinceFaultMs)),
    verdict: final,
    ...(final === 'unknown' ? { reason: told ?? 'no round was held' } : {}),
  };
}

/** Median and worst of what is known; null where nothing is. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const worst = known.at(-1);
  if (worst === undefined) return null;
  const middle = (known.length - 1) / 2;
  const below = known[Math.floor(middle)] ?? worst;
  const above = known[Math.ceil(middle)] ?? worst;
  return { median: Math.round((below + above) / 2), worst };
}

/** The outcome in one sentence. */
export function summaryOf(
  verdict: Verdict,
  scenarios: readonly ScenarioResult[],
  rounds: readonly RoundResult[],
  interrupted: boolean,
): string {
  const counts = sumCounts(rounds.map((round) => round.counts));
  const held = `${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'}`;
  const parts = [
    rounds.length === 0 ? 'no round was held' : `${messages(counts)} in ${held}`,
    ...differing(rounds),
    ...notBack(rounds),
    ...longestOutage(rounds),
    ...(verdict === 'unknown' ? reasons(scenarios) : []),
  ];
  return `${interrupted ? 'interrupted: ' : ''}${parts.join('; ')}`;
}

function differing(rounds: readonly RoundResult[]): string[] {
  const count = rounds.filter(({ findings }) =>
    findings.some(({ code }) => code === 'depth-differs'),
  ).length;
  return count === 0 ? [] : [`a depth differs in ${count} of them`];
}

/** Of those that ended, with its side: the two sides are never mixed. */
function longestOutage(rounds: readonly RoundResult[]): string[] {
  const worst = spreadOf(rounds.map(({ outageMs }) => outageMs))?.worst;
  const round = rounds.find(({ outageMs }) => outageMs === worst);
  if (worst === undefined || round === undefined) return [];
  const side = worst === 0 ? '' : ` ${SIDES[round.side]}`;
  return [`longest outage ${formatDuration(worst)}${side}`];
}

function messages({ acknowledged, lost }: QueueCounts): string {
  const fate = lost === 0 ? 'none lost' : `${lost} lost`;
  return `${acknowledged} messages acknowledged, ${fate},`;
}

function notBack(rounds: readonly RoundResult[]): string[] {
  const count = rounds.filter(({ back }) => !back).length;
  if (count === 0) return rounds.length === 0 ? [] : ['service recovered every time'];
  return [`service did not recover as it should in ${count} of them`];
}

function reasons(scenarios: readonly ScenarioResult[]): string[] {
  return scenarios.flatMap((each) =>
    each.reason === undefined ? [] : [`${titleOf(each)}: ${each.reason}`],
  );
}

/** Exit codes of `mqha drill`. */
export const DRILL_EXIT = { passed: 0, failed: 1, unknown: 3, interrupted: 130 } as const;

/** The exit code for a result. */
export function exitCodeOf({ verdict, interrupted }: Pick<DrillResult, 'verdict' | 'interrupted'>) {
  return interrupted ? DRILL_EXIT.interrupted : DRILL_EXIT[verdict];
}
