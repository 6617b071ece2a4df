import { checkQueue, type Attempt, type Delivery, type QueueCheck } from '../analysis/checker.js';
import type { Finding } from '../result.js';

/** A unit of work, as its client knows it. */
export interface Unit {
  readonly bodies: readonly string[];
  /** `undecided`: its commit was on its way when the connection ended. */
  readonly outcome: 'committed' | 'undecided' | 'abandoned';
}

/** What the check of a part of a workload found. */
export interface PartCheck extends QueueCheck {
  readonly findings: readonly Finding[];
}

/** A finding, where there is something to count. */
function finding(code: Finding['code'], count: number, text: string, fails: boolean): Finding[] {
  return count === 0 ? [] : [{ code, count, text, fails }];
}

function undecidedIn(units: readonly Unit[]): Finding[] {
  const count = units.filter(({ outcome }) => outcome === 'undecided').length;
  return finding(
    'in-doubt',
    count,
    `${count} of ${units.length} commits were in doubt for their client`,
    false,
  );
}

/**
 * Whether what was taken from one queue and sent to another is in one of them, once.
 * @param attempts the sends to the first queue
 * @param units what was taken from it and sent on
 * @param left what is in the first queue
 * @param moved what is in the second one
 */
export function checkMoves(
  attempts: readonly Attempt[],
  units: readonly Unit[],
  left: readonly string[],
  moved: readonly string[],
): PartCheck {
  const check = checkQueue(attempts, [...left, ...moved]);
  const undecided = new Set(
    units.filter(({ outcome }) => outcome === 'undecided').flatMap(({ bodies }) => bodies),
  );
  const twice = repeatedIn([...left, ...moved]);
  const doubtful = twice.filter((body) => undecided.has(body)).length;
  const lostInDoubt = check.lost.filter((body) => undecided.has(body)).length;
  return {
    ...check,
    findings: [
      ...finding(
        'duplicated',
        twice.length,
        `moved more than once: ${someOf(twice)}${ofUndecided(doubtful)}`,
        true,
      ),
      ...finding(
        'in-doubt',
        lostInDoubt,
        `${lostInDoubt} of the lost were in a unit of work whose commit was in doubt`,
        false,
      ),
      ...undecidedIn(units),
    ],
  };
}

/** What stands in a list beyond its first time. */
function repeatedIn(bodies: readonly string[]): string[] {
  const seen = new Set<string>();
  return bodies.filter((body) => {
    if (seen.has(body)) return true;
    seen.add(body);
    return false;
  });
}

function ofUndecided(count: number): string {
  return count === 0 ? '' : `, ${count} of them in a unit of work whose commit was in doubt`;
}

/** Whether units of work are there wholly or not at all, each message once. */
export function checkUnits(
  units: readonly Unit[],
  deliveries: readonly string[],
  consumed: readonly Delivery[],
): PartCheck {
  const attempts = units.flatMap(({ bodies, outcome }) =>
    bodies.map((body) => ({ body, acknowledged: outcome === 'committed' })),
  );
  const check = checkQueue(attempts, deliveries, consumed);
  const there = new Set([...deliveries, ...consumed.map(({ body }) => body)]);
  const halves = units.filter(({ bodies }) => {
    const count = bodies.filter((body) => there.has(body)).length;
    return count > 0 && count < bodies.length;
  });
  return {
    ...check,
    findings: [
      ...finding(
        'half-unit',
        halves.length,
        `${halves.length} of ${units.length} units of work are there in part: ${someOf(halves.map(({ bodies }) => `${bodies[0] ?? ''}+${bodies.length}`))}`,
        true,
      ),
      ...undecidedIn(units),
    ],
  };
}

/**
 * Whether a durable subscription gave every acknowledged message that it selects, until its consumer
 * acknowledged it. What was given and not acknowledged must come again.
 * @param selects whether a message is one for this subscription
 */
export function checkSubscription(
  attempts: readonly Attempt[],
  selects: (body: string) => boolean,
  deliveries: readonly Delivery[],
): PartCheck {
  const mine = attempts.filter(({ body }) => selects(body));
  const check = checkQueue(mine, [], deliveries);
  const done = new Set(
    deliveries.filter(({ acknowledged }) => acknowledged !== 'no').map(({ body }) => body),
  );
  const lost = mine
    .filter(({ body, acknowledged }) => acknowledged && !done.has(body))
    .map(({ body }) => body);
  const given = new Set(deliveries.map(({ body }) => body));
  const gone = lost.filter((body) => given.has(body)).length;
  return {
    ...check,
    counts: { ...check.counts, lost: lost.length },
    lost,
    findings: finding(
      'lost',
      gone,
      `${gone} of the lost were delivered before the fault, and not acknowledged`,
      false,
    ),
  };
}

/**
 * Whether messages of a group came in their order, as far as they came for the first time.
 * @param deliveries in the order of their coming, of all consumers
 * @param placeOf the group of a message, and its number within that
 */
export function checkOrder(
  deliveries: readonly string[],
  placeOf: (body: string) => { readonly group: string; readonly number: number },
): Finding[] {
  const seen = new Set<string>();
  const lastOf = new Map<string, number>();
  const late: string[] = [];
  for (const body of deliveries) {
    if (seen.has(body)) continue;
    seen.add(body);
    const { group, number } = placeOf(body);
    const last = lastOf.get(group) ?? -Infinity;
    if (number < last) late.push(body);
    else lastOf.set(group, number);
  }
  return finding(
    'out-of-order',
    late.length,
    `came after a later one of their group: ${someOf(late)}`,
    true,
  );
}

const SHOWN = 5;

/** The first of these, and how many more there are. */
export function someOf(bodies: readonly string[]): string {
  const more = bodies.length - SHOWN;
  return `${bodies.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
