import type { DrillResult } from '../result.js';
import { renderTemplate } from '../../lib/templates.js';
import { formatDuration } from '../../lib/time.js';
import { cardsOf, findingsOf, setupOf } from './overview.js';
import { printable } from './escape.js';
import { idOf, scenarioViews, verdictView, type ScenarioView } from './view.js';
import { counted } from '../../lib/counted.js';
import { MARKS, utc } from './words.js';

/**
 * The report as one page that needs nothing else: no script, no network. A person reads and forwards it.
 * The template escapes every text, and of the page as a whole no control character is left; only the style sheet and the charts go in as they are.
 */
export function htmlReport(result: DrillResult): string {
  const verdict = verdictView(result.verdict);
  const scenarios = scenarioViews(result);
  const { counts, setup } = result;
  const page = renderTemplate('drill/drill.html', {
    css: renderTemplate('drill/drill.css', {}),
    title: `${verdict.word}: drill of ${setup.cluster}`,
    verdict,
    result,
    when: `${utc(result.startedAt)}, ${formatDuration(result.ms)}`,
    extent: `${counted(scenarios.length, 'scenario')}, ${counted(result.rounds.length, 'round')}`,
    cards: cardsOf(result),
    findings: findingsOf(result, idOf),
    totals: [
      counted(counts.attempted, 'attempted', 'attempted'),
      counted(counts.acknowledged, 'acknowledged', 'acknowledged'),
      counted(counts.delivered, 'delivered', 'delivered'),
      counted(counts.lost, 'lost', 'lost'),
      counted(counts.recovered, 'recovered', 'recovered'),
      counted(counts.duplicated, 'duplicated', 'duplicated'),
      counted(counts.unexpected, 'unexpected', 'unexpected'),
      counted(counts.consumed, 'consumed', 'consumed'),
      counted(counts.consumedAgain, 'consumed again', 'consumed again'),
    ],
    scenarios,
    hero: heroOf(scenarios),
    marks: Object.entries(MARKS).map(([kind, words]) => ({ kind, ...words })),
    setup: setupOf(setup),
  });
  return printable(page);
}

/** The one picture for who reads no further: the round that weighs most, where there are many to choose from. */
function heroOf(scenarios: readonly ScenarioView[]) {
  if (scenarios.length < 2) return null;
  const sides = scenarios.flatMap(({ scenario, sides }) =>
    sides.map((side) => ({ scenario, side, round: side.shown[0] })),
  );
  // A failed round wherever it was; else the worst of what a running cluster is: supervised.
  const weight = ({ side, round }: (typeof sides)[number]) =>
    (round?.weight ?? -1) + (side.side === 'supervisor' ? 1e10 : 0);
  const [worst] = [...sides].sort((a, b) => weight(b) - weight(a));
  return worst?.round ? { ...worst, round: worst.round } : null;
}
