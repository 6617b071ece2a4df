import { formatDuration } from '../../lib/time.js';
import { enact, type Act, type Place } from './injection.js';
import { sumCounts } from '../analysis/checker.js';
import type { Ground } from '../drill-context.js';
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
export async function holdRound(ground: Ground, place: Place): Promise<Held> {
  const { scenario, workload } = place;
  const work = await workload.begin?.(ground);
  try {
    const prelude = scenario.prepare && (await enact(ground, place, scenario.prepare));
    const act = prelude?.failed === true ? prelude : await enact(ground, place, scenario.run);
    const acts = prelude === undefined || prelude === act ? [act] : [prelude, act];
    await work?.stop();
    const found = await findOut(
      ground,
      act,
      acts.flatMap(({ attempts }) => attempts),
      acts.flatMap(({ consumed }) => consumed),
      work,
    );
    return { result: resultOf(place, act, found), isWhole: act.isWhole };
  } finally {
    await work?.close();
  }
}

function resultOf(
  { scenario, workload, side, round }: Place,
  act: Act,
  { parts, findings, unknown: unread }: Found,
): RoundResult {
  const { scene, began, ended } = act;
  const sends = scene.load.sends.flat();
  const faultTimes = scene.witness.faults;
  const allGaps = scene.load.sends.flatMap((ofClient) => gapsOf(ofClient));
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
    ...scene.faults,
    ...scene.checks.flatMap((later) => later(sends) ?? []),
    ...findings.filter(({ fails }) => fails).map(({ text }) => text),
  ];
  const unknown = [...scene.unknown, ...unread];
  return {
    scenario: scenario.name,
    workload: workload.name,
    side,
    round,
    startedAt: new Date(began).toISOString(),
    ms: ended - began,
    target: scene.target,
    masterBefore: scene.status.master,
    masterAfter: act.masterAfter,
    counts: sumCounts(parts.map(({ check }) => check.counts)),
    parts: parts.map(({ name, check }) => ({ name, counts: check.counts })),
    findings,
    depths: parts.flatMap(({ depths }) => depths),
    outages: gaps.map(({ from, to }) => ({
      from: from - began,
      ms: to === undefined ? null : to - from,
    })),
    outageMs:
      longest === undefined ? 0 : longest.to === undefined ? null : longest.to - longest.from,
    sinceFaultMs: sinceFault(allGaps, sends, faultTimes) ?? null,
    acknowledgedPer100ms: per100ms(sends, began, ended - began),
    marks: relative([...act.marks, ...services].sort((a, b) => a.at - b.at)),
    log: relative(act.log),
    back: act.back,
    faults,
    ...(unknown.length > 0 ? { unknown } : {}),
  };
}
