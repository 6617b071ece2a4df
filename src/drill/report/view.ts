import type {
  DrillResult,
  FindingCode,
  PartResult,
  RoundResult,
  ScenarioResult,
  Side,
  Verdict,
} from '../result.js';
import { together, verdictOnRound } from '../analysis/verdict.js';
import { chart } from './chart.js';
import { groupsOf, type ScenarioGroup, type SideGroup } from './groups.js';
import { verdictOfRounds, lostIn, reasonsOf } from './reasons.js';
import { scalesOf, type Scale } from './scale.js';
import { narrativeOf } from './narrative.js';
import { count, counted } from '../../lib/counted.js';
import { SIDES } from '../title.js';
import { outageText, utc, VERDICTS } from './words.js';

interface VerdictView {
  readonly verdict: Verdict;
  readonly word: string;
  readonly sign: string;
}

/** A round as the page shows it: its row, its chart and its narrative. All but the SVG is plain text. */
export interface RoundView extends VerdictView {
  readonly id: string;
  readonly round: number;
  readonly title: string;
  readonly when: string;
  readonly reasons: readonly string[];
  readonly target: string;
  readonly masters: string;
  /** Attempted, acknowledged, delivered. */
  readonly traffic: readonly string[];
  /** What is told, and is no reason to fail. */
  readonly remarks: readonly string[];
  /** Each part of the workload in a line; none where there is only one. */
  readonly parts: readonly string[];
  /** Lost, recovered, duplicated, consumed again, unexpected; `loud` where it must be seen. */
  readonly findings: readonly { readonly text: string; readonly loud: boolean }[];
  readonly outage: string;
  readonly sinceFault: string;
  readonly svg: string;
  readonly narrative: ReturnType<typeof narrativeOf>;
  /** The more, the worse: what was lost, then whether it failed, then how long the outage was. */
  readonly weight: number;
}

export interface SideView extends VerdictView {
  readonly side: Side;
  readonly id: string;
  readonly label: string;
  /** Why it could not be told; empty where it could. */
  readonly reason: string;
  readonly rounds: string;
  readonly lost: string;
  readonly lostSome: boolean;
  readonly median: string;
  readonly worst: string;
  /** Whether an outage did not end. */
  readonly endless: boolean;
  readonly sinceFault: string;
  /** Shares of the longest outage of all, in percent; null where none ended. */
  readonly bar: { readonly median: number; readonly worst: number } | null;
  readonly table: readonly RoundView[];
  /** The worst and the median round. */
  readonly shown: readonly RoundView[];
  readonly folded: readonly RoundView[];
  readonly foldedTitle: string;
}

export interface ScenarioView extends VerdictView {
  readonly id: string;
  readonly scenario: string;
  readonly description: string;
  readonly comparison: string;
  readonly sides: readonly SideView[];
}

/** Everything about the scenarios, in the order of the drill. */
export function scenarioViews(result: DrillResult): readonly ScenarioView[] {
  const longest = Math.max(
    1,
    ...result.scenarios.flatMap(({ outageMs }) => (outageMs === null ? [] : [outageMs.worst])),
  );
  return groupsOf(result).map((group) => scenarioView(group, longest));
}

export function verdictView(verdict: Verdict): VerdictView {
  return { verdict, ...VERDICTS[verdict] };
}

function scenarioView(group: ScenarioGroup, longest: number): ScenarioView {
  const rounds = group.sides.flatMap((side) => side.rounds);
  const scales = scalesOf(rounds);
  const scaleOf = (round: RoundResult) =>
    scales[rounds.indexOf(round)] ?? { from: 0, to: 1, top: 1 };
  const sides = group.sides.map((side) => sideView(group.scenario, side, longest, scaleOf));
  return {
    ...verdictView(together(sides.map(({ verdict }) => verdict))),
    id: idOf(group.scenario),
    scenario: group.scenario,
    description: group.description,
    comparison: comparisonOf(group),
    sides,
  };
}

function sideView(
  scenario: string,
  group: SideGroup,
  longest: number,
  scaleOf: (round: RoundResult) => Scale,
): SideView {
  const { result } = group;
  // The drill's worst is the longest of those that ended.
  const endless = group.rounds.some(({ outageMs }) => outageMs === null);
  const id = idOf(`${scenario}-${group.side}`);
  const table = group.rounds.map((round) =>
    roundView(`${id}-${round.round}`, round, scaleOf(round)),
  );
  const ranked = [...table].sort((a, b) => b.weight - a.weight);
  const chosen = table.length <= 2 ? ranked : [ranked[0], ranked[Math.floor(ranked.length / 2)]];
  const shown = chosen.filter((view) => view !== undefined);
  const folded = table.filter((view) => !shown.includes(view));
  const failed = folded.filter(({ verdict }) => verdict !== 'passed').length;
  return {
    ...verdictView(verdictOfRounds(result, group.rounds)),
    reason: result?.reason ?? '',
    side: group.side,
    id,
    label: SIDES[group.side],
    rounds: counted(group.rounds.length, 'round'),
    lost: result ? count(result.counts.lost) : '–',
    lostSome: group.rounds.some((round) => lostIn(round) > 0),
    median: spreadText(result, 'median'),
    worst: endless ? outageText(null) : spreadText(result, 'worst'),
    endless,
    sinceFault: result?.sinceFaultMs ? outageText(result.sinceFaultMs.median) : '–',
    bar: result?.outageMs
      ? {
          median: (result.outageMs.median / longest) * 100,
          worst: endless ? 100 : (result.outageMs.worst / longest) * 100,
        }
      : null,
    table,
    shown: shown.map((view, at) => ({
      ...view,
      title:
        table.length < 2
          ? view.title
          : `${view.title}, ${at === 0 ? 'the worst' : table.length === 2 ? 'the other' : 'the median'}`,
    })),
    folded,
    foldedTitle: `${counted(folded.length, 'more round')}${failed === 0 ? '' : `, ${failed} of them not passed`}`,
  };
}

function spreadText(result: ScenarioResult | undefined, which: 'median' | 'worst'): string {
  if (!result || result.rounds === 0) return '–';
  return outageText(result.outageMs?.[which] ?? null);
}

function roundView(id: string, round: RoundResult, scale: Scale): RoundView {
  const { counts } = round;
  const verdict = verdictOnRound(round);
  const finding = (value: number, loud: boolean) => ({
    text: count(value),
    loud: loud && value > 0,
  });
  const isFailure = (wanted: FindingCode) =>
    round.findings.some(({ code, fails }) => code === wanted && fails);
  const [before, after] = [round.masterBefore ?? 'none', round.masterAfter ?? 'none'];
  return {
    ...verdictView(verdict),
    id,
    round: round.round,
    title: `Round ${round.round}`,
    when: utc(round.startedAt),
    reasons: reasonsOf(round),
    remarks: round.findings.filter(({ fails }) => !fails).map(({ text }) => text),
    parts: round.parts.length < 2 ? [] : round.parts.map(partText),
    target: round.target,
    masters: before === after ? `${before}, unchanged` : `${before} → ${after}`,
    traffic: [counts.attempted, counts.acknowledged, counts.delivered].map(count),
    findings: [
      finding(counts.lost, lostIn(round) > 0),
      finding(counts.recovered, false),
      finding(counts.duplicated, false),
      finding(counts.consumedAgain, isFailure('consumed-again')),
      finding(counts.unexpected, true),
    ],
    outage: outageText(round.outageMs),
    sinceFault: round.sinceFaultMs === null ? 'never' : outageText(round.sinceFaultMs),
    svg: chart(round, scale),
    narrative: narrativeOf(round),
    weight: lostIn(round) * 1e13 + (verdict === 'failed' ? 1e12 : 0) + (round.outageMs ?? 1e11),
  };
}

function partText({ name, counts }: PartResult): string {
  const { acknowledged, delivered, lost, duplicated, consumedAgain } = counts;
  return `${name}: ${count(acknowledged)} acknowledged, ${count(delivered)} delivered, ${count(lost)} lost, ${count(duplicated)} duplicated, ${count(consumedAgain)} consumed again`;
}

/** The outage with the supervisor against the one without: `5.5 times shorter with supervisor`. */
function comparisonOf({ sides }: ScenarioGroup): string {
  const median = (side: Side) => sides.find((each) => each.side === side)?.result?.outageMs?.median;
  const [ours, alone] = [median('supervisor'), median('alone')];
  if (ours === undefined || alone === undefined) return '';
  if (ours === alone) return 'the median outage is the same on both sides';
  if (ours === 0) return `no outage ${SIDES.supervisor}`;
  if (alone === 0) return `no outage ${SIDES.alone}`;
  const ratio = Math.max(alone / ours, ours / alone);
  const factor = ratio < 9.95 ? ratio.toFixed(1) : count(Math.round(ratio));
  if (factor === '1.0') return 'the median outage is the same on both sides';
  return `median outage ${factor} × ${ours < alone ? 'shorter' : 'longer'} ${SIDES.supervisor}`;
}

/** A name as an id and a fragment: letters, digits and dashes. */
export function idOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
