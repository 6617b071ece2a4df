import type { DepthCheck, DrillResult, QueueCounts, RoundResult } from '../result.js';
import { verdictOnRound } from '../analysis/verdict.js';
import { SIDES } from '../title.js';
import { escapeMarkup } from './escape.js';
import { groupsOf, type SideGroup } from './groups.js';
import { verdictOfRounds, reasonsOf } from './reasons.js';
import { narrativeOf } from './narrative.js';
import { outageText, VERDICTS } from './words.js';

interface Case {
  readonly name: string;
  readonly ms: number;
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly message: string;
  readonly details: readonly string[];
}

type Attributes = Readonly<Record<string, string | number>>;

/**
 * The result as JUnit XML: a suite for each scenario and side, a case for each round. A failed round is a
 * failure, one that could not be judged is skipped. A verdict that no round explains has a case of its own, so
 * that a drill never looks better in CI than it was.
 */
export function junitReport(result: DrillResult): string {
  const suites = groupsOf(result).flatMap(({ scenario, sides }) =>
    sides.map((group) => ({
      name: `${scenario} (${SIDES[group.side]})`,
      group,
      cases: casesOf(group),
    })),
  );
  const own = suites.some(({ cases }) => cases.some(({ outcome }) => outcome === result.verdict));
  const drill: Case = {
    name: 'verdict',
    ms: result.ms,
    outcome: result.verdict,
    message: result.summary,
    details: result.problems.map(
      ({ severity, code, message }) => `${severity}: ${code}: ${message}`,
    ),
  };
  const timestamp = timestampOf(result.startedAt);
  const parts = suites.map(({ name, group, cases }) =>
    suite(name, timestampOf(group.rounds[0]?.startedAt ?? result.startedAt), cases, result),
  );
  if (!own) parts.push(suite('drill', timestamp, [drill], result));
  const cases = [...suites.flatMap((each) => each.cases), ...(own ? [] : [drill])];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: `drill of ${result.setup.cluster}`, ...totals(cases), timestamp }),
    ...parts,
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(group: SideGroup): readonly Case[] {
  const cases = group.rounds.map(caseOf);
  const verdict = verdictOfRounds(group.result, group.rounds);
  if (verdict === 'passed' || cases.some(({ outcome }) => outcome === verdict)) return cases;
  const message =
    group.result?.reason ??
    (verdict === 'failed' ? 'the scenario failed' : 'the drill ended before it could tell');
  return [...cases, { name: 'verdict', ms: 0, outcome: verdict, message, details: [] }];
}

function caseOf(round: RoundResult): Case {
  const verdict = verdictOnRound(round);
  const { counts } = round;
  const narrative =
    verdict === 'passed'
      ? []
      : narrativeOf(round).lines.map(({ time, node, mark, text }) =>
          [time, node, mark?.word ?? 'log', text].join('  '),
        );
  return {
    name: `round ${round.round}`,
    ms: round.ms,
    outcome: verdict,
    message: reasonsOf(round).join('; '),
    details: [
      `target: ${round.target}; master: ${round.masterBefore ?? 'none'}, then ${round.masterAfter ?? 'none'}`,
      figuresOf(counts),
      ...round.parts.slice(1).map(({ name, counts: of }) => `${name}: ${figuresOf(of)}`),
      ...round.depths.map(depthText),
      ...round.findings.map(
        ({ code, fails, text }) => `${fails ? 'finding' : 'remark'}: ${code}: ${text}`,
      ),
      outageLine(round),
      ...narrative,
    ],
  };
}

/** The longest outage, and whose it was; the longest of `outages` is the first. */
function outageLine({ outageMs, outages }: RoundResult): string {
  const [longest] = outages;
  const whose = longest === undefined ? '' : `, client ${longest.client}`;
  return `outage: ${outageText(outageMs).replaceAll('\u00a0', ' ')}${whose}`;
}

function figuresOf(counts: QueueCounts): string {
  return Object.entries(counts)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ');
}

function depthText({ queue, counted, browsed, drained }: DepthCheck): string {
  return `depth of ${queue}: ${counted ?? 'not'} counted, ${browsed ?? 'not'} browsed, ${drained} drained`;
}

function suite(
  name: string,
  timestamp: string,
  cases: readonly Case[],
  { setup }: DrillResult,
): string {
  const properties = Object.entries(setup).map(([key, value]) =>
    open('property', { name: key, value: value === null ? '' : String(value) }, true),
  );
  return [
    open('testsuite', { name, ...totals(cases), timestamp, hostname: 'localhost' }),
    '<properties>',
    ...properties,
    '</properties>',
    ...cases.map((each) => testcase(name, each)),
    '</testsuite>',
  ].join('\n');
}

function testcase(suiteName: string, { name, ms, outcome, message, details }: Case): string {
  const classname = `mqha.drill.${suiteName.replace(/[^\w-]+/g, '.').replace(/\.$/, '')}`;
  const text = escapeMarkup(details.join('\n'));
  const body = {
    passed: '',
    failed: `${open('failure', { type: VERDICTS.failed.word, message })}${text}</failure>\n`,
    unknown: `${open('skipped', { message }, true)}\n`,
  }[outcome];
  const output = outcome === 'failed' ? '' : `<system-out>${text}</system-out>\n`;
  return `${open('testcase', { classname, name, time: secondsOf(ms) })}\n${body}${output}</testcase>`;
}

function totals(cases: readonly Case[]): Attributes {
  const number = (outcome: Case['outcome']) =>
    cases.filter((each) => each.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: number('failed'),
    errors: 0,
    skipped: number('unknown'),
    time: secondsOf(cases.reduce((sum, { ms }) => sum + ms, 0)),
  };
}

export function open(name: string, attributes: Attributes, empty = false): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeMarkup(String(value)).replace(/[\r\n\t]+/g, ' ')}"`,
  );
  return `<${name}${pairs.join('')}${empty ? '/' : ''}>`;
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** UTC without a zone, as the readers of JUnit XML want it. */
export function timestampOf(iso: string): string {
  const time = new Date(iso);
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString().slice(0, 19);
}
