import { formatDuration } from '../time.js';
import { enact, type Act, type Place, type QueuedAttempt } from './act.js';
import { DRILL_QUEUE } from './bodies.js';
import { checkQueue, type QueueCheck } from './checker.js';
import { countDead, drain, DEAD_LETTERS } from './drain.js';
import { depthOf, type Ground } from './ground.js';
import { afterFault, gapsOf, longestFirst, mergedGaps, per100ms, sinceFault } from './outages.js';
import type { RoundResult } from './result.js';
import type { TimedMark } from './witness.js';

const DRAIN_MS = 120_000;
const DEAD_MS = 10_000;

/** A round that was held, and whether the drill can go on. */
export interface Held {
  readonly result: RoundResult;
  /** Whether the cluster is whole, so that another round can begin. */
  readonly isWhole: boolean;
}

/**
 * One round: clients send, the fault comes at a moment that chance chooses, the cluster has to become
 * whole again, the queue is emptied and checked. However the fault goes, what the drill did is undone.
 * An interruption ends it early; the round then holds what is known.
 */
export async function holdRound(ground: Ground, place: Place): Promise<Held> {
  const { scenario } = place;
  const prelude = scenario.prepare && (await enact(ground, place, scenario.prepare));
  const act = prelude?.failed === true ? prelude : await enact(ground, place, scenario.run);
  const attempts = [...(prelude === act ? [] : (prelude?.attempts ?? [])), ...act.attempts];
  const found = await checked(ground, act, attempts);
  return { result: resultOf(place, act, found), isWhole: act.isWhole };
}

/** What came out of the queues. */
interface Checked {
  readonly check: QueueCheck;
  /** Why a queue was not read to its end. */
  readonly unread: readonly string[];
  /** What is said of the lost; nothing while some may be in a queue still. */
  readonly losses: readonly string[];
  /** What a master counts in a queue and does not give, since this round. */
  readonly ghosts: readonly string[];
}

async function lossesOf({ client }: Ground, { lost }: QueueCheck): Promise<string[]> {
  if (lost.length === 0) return [];
  const dead = await countDead(lost, client, DEAD_MS);
  return [
    `lost: ${someOf(lost)}`,
    ...(dead > 0 ? [`${dead} of the lost lie in ${DEAD_LETTERS}`] : []),
  ];
}

async function checked(
  ground: Ground,
  { scene }: Act,
  attempts: readonly QueuedAttempt[],
): Promise<Checked> {
  const deliveries: string[] = [];
  const unread: string[] = [];
  const ghosts: string[] = [];
  for (const queue of [...scene.queues, DRILL_QUEUE]) {
    scene.say(`reading ${queue}`);
    const expected = attempts.filter((sent) => sent.acknowledged && sent.queue === queue);
    const drained = await drain(queue, {
      client: ground.client,
      expected: new Set(expected.map(({ body }) => body)),
      depth: () => depthOf(ground, queue),
      ghosts: ground.ghosts.get(queue) ?? 0,
      limitMs: DRAIN_MS,
    });
    deliveries.push(...drained.deliveries);
    if (drained.unread !== undefined) unread.push(drained.unread);
    const more = drained.ghosts - (ground.ghosts.get(queue) ?? 0);
    if (more > 0) ghosts.push(`${queue} counts ${more} more than it gives`);
    ground.ghosts.set(queue, drained.ghosts);
  }
  const check = checkQueue(attempts, deliveries);
  const losses = unread.length > 0 ? [] : await lossesOf(ground, check);
  return { check, unread, losses, ghosts };
}

function resultOf(
  { scenario, side, round }: Place,
  act: Act,
  { check, unread, losses, ghosts }: Checked,
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
    ...losses,
    ...(check.unexpected.length > 0 ? [`never sent: ${someOf(check.unexpected)}`] : []),
  ];
  const unknown = [...scene.unknown, ...unread];
  const node = act.masterAfter ?? '';
  return {
    scenario: scenario.name,
    side,
    round,
    startedAt: new Date(began).toISOString(),
    ms: ended - began,
    target: scene.target,
    masterBefore: scene.status.master,
    masterAfter: act.masterAfter,
    counts: check.counts,
    outages: gaps.map(({ from, to }) => ({
      from: from - began,
      ms: to === undefined ? null : to - from,
    })),
    outageMs:
      longest === undefined ? 0 : longest.to === undefined ? null : longest.to - longest.from,
    sinceFaultMs: sinceFault(allGaps, sends, faultTimes) ?? null,
    acknowledgedPer100ms: per100ms(sends, began, ended - began),
    marks: relative([...act.marks, ...services].sort((a, b) => a.at - b.at)),
    log: [...relative(act.log), ...ghosts.map((text) => ({ at: ended - began, node, text }))],
    back: act.back,
    faults,
    ...(unknown.length > 0 ? { unknown } : {}),
  };
}

const SHOWN = 5;

function someOf(bodies: readonly string[]): string {
  const more = bodies.length - SHOWN;
  return `${bodies.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
