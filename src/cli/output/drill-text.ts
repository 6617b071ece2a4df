import type { DrillResult, ScenarioResult, Side, Spread, Verdict } from '../../drill/result.js';
import { SIDES, titleOf } from '../../drill/title.js';
import { verdictOnRound } from '../../drill/analysis/verdict.js';
import { formatDuration } from '../../lib/time.js';
import type { Colours } from './colours.js';
import { plainTable } from './status-table.js';

const WORDS: Readonly<Record<Verdict, string>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  unknown: 'UNKNOWN',
};

/** The verdict, a table of the scenarios, and what went wrong in which round. */
export function drillText(result: DrillResult, colour: Colours): string {
  const { verdict, setup } = result;
  const paint =
    verdict === 'passed' ? colour.green : verdict === 'failed' ? colour.red : colour.yellow;
  const load = `${setup.clients} clients, ${setup.rate === null ? 'as fast as acknowledged' : `${setup.rate} messages/s`}`;
  const remarks = remarksOf(result);
  return [
    `${paint(WORDS[verdict])}: ${result.summary}`,
    `${setup.cluster}: ${setup.nodes} nodes, quorum ${setup.quorum}, sync ${setup.sync}; ${load}; seed ${setup.seed}`,
    ...(result.scenarios.length === 0 ? [] : ['', tableOf(result.scenarios)]),
    ...(remarks.length === 0 ? [] : ['', ...remarks]),
  ].join('\n');
}

function tableOf(scenarios: readonly ScenarioResult[]): string {
  return plainTable(
    [
      ...['SCENARIO', 'SUPERVISOR', 'ROUNDS', 'ATTEMPTED', 'ACKNOWLEDGED', 'DELIVERED', 'LOST'],
      ...['RECOVERED', 'DUPLICATED', 'AGAIN', 'UNEXPECTED', 'OUTAGE', 'SINCE FAULT', 'VERDICT'],
    ],
    scenarios.map(({ counts, ...scenario }) => [
      titleOf(scenario),
      sideWord(scenario.side),
      String(scenario.rounds),
      ...[counts.attempted, counts.acknowledged, counts.delivered, counts.lost].map(String),
      ...[counts.recovered, counts.duplicated, counts.consumedAgain].map(String),
      String(counts.unexpected),
      spreadText(scenario.outageMs),
      spreadText(scenario.sinceFaultMs),
      scenario.verdict,
    ]),
  );
}

function sideWord(side: Side): string {
  return side === 'supervisor' ? 'with' : 'without';
}

/** Median and worst. */
function spreadText(spread: Spread | null): string {
  if (spread === null) return '–';
  if (spread.worst === 0) return 'none';
  return `${formatDuration(spread.median)}, worst ${formatDuration(spread.worst)}`;
}

function remarksOf({ scenarios, rounds }: DrillResult): string[] {
  const reasons = scenarios.flatMap(({ reason, ...each }) =>
    reason === undefined ? [] : [`${whereOf(each)}: ${reason}`],
  );
  const ofRounds = rounds.flatMap((round) => {
    const said =
      verdictOnRound(round) === 'passed' ? [] : [...round.faults, ...(round.unknown ?? [])];
    if (said.length === 0 && !round.back) said.push('the cluster did not recover');
    const told = round.findings.filter(({ fails }) => !fails).map(({ text }) => text);
    const where = `${whereOf(round)}, round ${round.round}, ${round.target}`;
    return [...said, ...told].map((text) => `${where}: ${text}`);
  });
  return [...reasons, ...ofRounds];
}

function whereOf(of: Pick<ScenarioResult, 'scenario' | 'workload' | 'side'>): string {
  return `${titleOf(of)} (${SIDES[of.side]})`;
}
