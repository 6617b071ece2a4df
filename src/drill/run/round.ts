import { formatDuration } from '../../lib/time.js';
import { injectUnderLoad, type Injection, type Place } from './injection.js';
import { sumCounts } from '../analysis/checker.js';
import type { DrillContext } from '../drill-context.js';
import {
  afterFault,
  gapsOf,
  longestFirst,
  mergedGaps,
  per100ms,
  sinceFault,
} from '../analysis/outages.js';
import { findOut, type Found } from '../analysis/parts.js';
import type { RoundResult } from '../result.js';
import type { TimedMark } from '../timeline/timeline-recorder.js';

/** A round that was held, and whether the drill can go on. */
export interface Held {
  readonly result: RoundResult;
  /** Whether the cluster is whole, so that another round can begin. */
  readonly isWhole: boolean;
}

/**
 * One round: clients send and take, the fault comes at a moment that chance chooses, the cluster has to
 * become whole again, the queues are emptied and checked. However the fault goes, what the drill did is
 * undone. An interruption ends it early; the round then holds what is known.
 */
export async function holdRound(context: DrillContext, place: Place): Promise<Held> {
  const { scenario, workload } = place;
  const work = await workload.begin?.(context);
  try {
    const prelude = scenario.prepare && (await injectUnderLoad(context, place, scenario.prepare));
    const injection =
      prelude?.failed === true ? prelude : await injectUnderLoad(context, place, scenario.run);
    const injections =
      prelude === undefined || prelude === injection ? [injection] : [prelude, injection];
    await work?.stop();
    const found = await findOut(
      context,
      injection,
      injections.flatMap(({ attempts }) => attempts),
      injections.flatMap(({ consumed }) => consumed),
      work,
    );
    return { result: resultOf(place, injection, found), isWhole: injection.isWhole };
  } finally {
    await work?.close();
  }
}

function resultOf(
  { scenario: { name }, workload, side, round }: Place,
  injection: Injection,
  { parts, findings, unknown: unread }: Found,
): RoundResult {
  const { scenario, began, ended } = injection;
  const sends = scenario.load.sends.flat();
  const faultTimes = scenario.timeline.faultTimes;
  const allGaps = scenario.load.sends.flatMap((ofClient, at) =>
    gapsOf(ofClient).map((gap) => ({ ...gap, client: at + 1 })),
  );
  const gaps = longestFirst(afterFault(allGaps, faultTimes[0] ?? Infinity));
  const [longest] = gaps;
  const services = mergedGaps(gaps).flatMap(({ from, to }): TimedMark[] => {
    if (to === undefined) return [];
    const text = `every client is served again, after ${formatDuration(to - from)}`;
    return [{ at: to, kind: 'service', node: null, text }];
  });
  const relative = <T extends { readonly at: number }>(list: readonly T[]): T[] =>
    list.map((item) => ({ ...item, at: item.at - began }));
  const faults = [
    ...scenario.violations,
    ...scenario.checks.flatMap((later) => later(sends) ?? []),
    ...findings.filter(({ fails }) => fails).map(({ text }) => text),
  ];
  const unknown = [...scenario.unknown, ...unread];
  return {
    scenario: name,
    workload: workload.name,
    side,
    round,
    startedAt: new Date(began).toISOString(),
    ms: ended - began,
    target: scenario.target,
    masterBefore: scenario.status.master,
    masterAfter: injection.masterAfter,
    counts: sumCounts(parts.map(({ check }) => check.counts)),
    parts: parts.map(({ name, check }) => ({ name, counts: check.counts })),
    findings,
    depths: parts.flatMap(({ depths }) => depths),
    outages: gaps.map(({ client, from, to }) => ({
      client,
      from: from - began,
      ms: to === undefined ? null : to - from,
    })),
    outageMs:
      longest === undefined ? 0 : longest.to === undefined ? null : longest.to - longest.from,
    sinceFaultMs: sinceFault(allGaps, sends, faultTimes) ?? null,
    acknowledgedPer100ms: per100ms(sends, began, ended - began),
    marks: relative([...injection.marks, ...services].sort((a, b) => a.at - b.at)),
    log: relative(injection.log),
    back: injection.back,
    faults,
    ...(unknown.length > 0 ? { unknown } : {}),
  };
}
