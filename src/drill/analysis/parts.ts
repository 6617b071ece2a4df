import type { ClusterConfig } from '../../config/schema.js';
import type { Injection } from '../run/injection.js';
import { DRILL_QUEUE, isDrillBody } from '../workloads/payload.js';
import { checkQueue, withEarlier, type Delivery, type QueuedAttempt } from './checker.js';
import { depthFinding, empty } from './depths.js';
import { countDead, DEAD_LETTERS } from './drain.js';
import type { DrillContext } from '../drill-context.js';
import type { Finding } from '../result.js';
import { someOf } from '../workloads/checks.js';
import type { Part, Work } from '../workloads/workload.js';

const DEAD_MS = 10_000;

/** What came of a round's messages. */
export interface Found {
  readonly parts: readonly Part[];
  readonly findings: readonly Finding[];
  /** Why something could not be told. */
  readonly unknown: readonly string[];
}

/** Reads everything that clients have sent, once the faults are over, and checks it. */
export async function findOut(
  context: DrillContext,
  { scenario, isWhole }: Injection,
  attempts: readonly QueuedAttempt[],
  consumed: readonly Delivery[],
  work: Work | undefined,
): Promise<Found> {
  const say = (phase: string) => {
    scenario.say(phase);
  };
  const parts = [await numberedSends(context, scenario.queues, attempts, consumed, say)];
  const unknown: string[] = [];
  if (work && isWhole) parts.push(...(await work.check(say)));
  else if (work) unknown.push('the cluster was not whole, so its queues could not be read');
  const known = parts.map((part) => ({
    ...part,
    check: withEarlier(part.check, (body) => isEarlier(context, body)),
  }));
  for (const { check } of parts) {
    for (const body of check.sent) context.earlier.add(body);
  }
  const findings: Finding[] = [];
  for (const part of known) findings.push(...(await findingsOf(context, part)));
  unknown.push(...parts.flatMap((part) => part.unknown));
  return { parts: known, findings, unknown: [...new Set(unknown)] };
}

/** Whether a message was sent in a round before, or by another drill. */
function isEarlier({ run, earlier }: DrillContext, body: string): boolean {
  return earlier.has(body) || (isDrillBody(body) && !body.startsWith(`${run}:`));
}

/** The part that every drill has. */
async function numberedSends(
  context: DrillContext,
  queues: readonly string[],
  attempts: readonly QueuedAttempt[],
  consumed: readonly Delivery[],
  say: (phase: string) => void,
): Promise<Part> {
  const taken = new Set(consumed.map(({ body }) => body));
  const deliveries: string[] = [];
  const depths = [];
  const unknown: string[] = [];
  for (const queue of [...queues, DRILL_QUEUE]) {
    say(`reading ${queue}`);
    const expected = attempts.filter(
      (sent) => sent.acknowledged && sent.queue === queue && !taken.has(sent.body),
    );
    const emptied = await empty(context, queue, new Set(expected.map(({ body }) => body)));
    deliveries.push(...emptied.deliveries);
    depths.push(emptied.depth);
    if (emptied.unread !== undefined) unknown.push(emptied.unread);
  }
  const check = { ...checkQueue(attempts, deliveries, consumed), findings: [] };
  return { name: DRILL_QUEUE, check, depths, unknown };
}

/** What there is to say of a part; of the lost nothing, while some may be in a queue still. */
async function findingsOf(context: DrillContext, part: Part): Promise<Finding[]> {
  const { check, name, depths, unknown } = part;
  const { again, counts, lost, unexpected } = check;
  const of = name === DRILL_QUEUE ? '' : `${name}: `;
  const found: Finding[] = [];
  if (unknown.length === 0) {
    if (lost.length > 0) found.push(await lossOf(context, lost));
    found.push(...depths.flatMap((depth) => depthFinding(depth) ?? []));
  }
  if (unexpected.length > 0) {
    const text = `never sent: ${someOf(unexpected)}`;
    found.push({ code: 'unexpected', count: unexpected.length, text, fails: true });
  }
  if (counts.consumedAgain > 0) {
    found.push({
      code: 'consumed-again',
      count: counts.consumedAgain,
      text: `${counts.consumedAgain} came again after the broker had a consumer’s acknowledgement: ${someOf(again)}`,
      fails: waitsForRemovals(context.calm.config),
    });
  }
  return [...found, ...check.findings].map((each) => ({ ...each, text: of + each.text }));
}

async function lossOf({ client }: DrillContext, lost: readonly string[]): Promise<Finding> {
  const dead = await countDead(lost, client, DEAD_MS);
  const where = dead > 0 ? `; ${dead} of the lost are in ${DEAD_LETTERS}` : '';
  return { code: 'lost', count: lost.length, text: `lost: ${someOf(lost)}${where}`, fails: true };
}

/**
 * Whether a broker answers an acknowledgement only once the slaves have it, so that nothing that
 * was acknowledged may come again.
 */
export function waitsForRemovals({ store, sync }: Pick<ClusterConfig, 'store' | 'sync'>): boolean {
  return store.acks === 'quorum' && sync.startsWith('quorum');
}
