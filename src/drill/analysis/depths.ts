import type { ClientOptions } from '../../clients/brokers.js';
import { QueueReceiver } from '../../clients/amqp/receiver.js';
import { Deadline, sleep } from '../../lib/time.js';
import { drain, type Drained } from './drain.js';
import { depthOf, type DrillContext } from '../drill-context.js';
import type { DepthCheck, Finding } from '../result.js';

const DRAIN_MS = 120_000;
const BROWSE_MS = 60_000;
const BROWSE_SILENCE_MS = 3000;
/** A count that has just changed is looked at again. */
const AGAIN_MS = 1000;
const LOOKS = 3;
/** A broker shows a browser so many at most (PolicyEntry.maxBrowsePageSize); then the count says nothing. */
const BROWSED_MOST = 400;

/** A queue that was read to its end. */
export interface Emptied extends Drained {
  readonly depth: DepthCheck;
}

/**
 * Counts a queue, browses it, and takes everything off it. Nobody else may work on it.
 * @param expected bodies that are known to be there
 * @param credit how many messages may be on their way to us
 */
export async function empty(
  context: DrillContext,
  queue: string,
  expected: ReadonlySet<string>,
  credit?: number,
): Promise<Emptied> {
  const knownBefore = context.undeliverable.get(queue) ?? 0;
  const { client } = context;
  let counted: number | undefined;
  let browsed: number | undefined;
  for (let looks = 0; looks < LOOKS; looks++) {
    if (looks > 0) await sleep(AGAIN_MS);
    counted = await depthOf(context, queue);
    browsed = await browsedIn(queue, client, credit);
    if (counted === undefined || counted === browsed || counted - knownBefore === browsed) break;
    if (browsed === undefined) break;
  }
  const drained = await drain(queue, {
    client,
    expected,
    depth: () => depthOf(context, queue),
    undeliverable: knownBefore,
    limitMs: DRAIN_MS,
    ...(credit === undefined ? {} : { credit }),
  });
  context.undeliverable.set(queue, drained.undeliverable);
  return {
    ...drained,
    depth: {
      queue,
      counted: counted ?? null,
      browsed: browsed ?? null,
      drained: drained.deliveries.length,
      knownBefore,
    },
  };
}

/** How many messages a browser is shown; undefined where it did not reach the end, or not in time. */
async function browsedIn(
  queue: string,
  client: ClientOptions,
  credit?: number,
): Promise<number | undefined> {
  const deadline = Deadline.in(BROWSE_MS);
  const options = { ...client, browse: true, ...(credit === undefined ? {} : { credit }) };
  const browser = new QueueReceiver(queue, options);
  let count = 0;
  try {
    while (await browser.next(BROWSE_SILENCE_MS)) {
      count += 1;
      if (deadline.passed) return undefined;
    }
    return browser.ended && count < BROWSED_MOST ? count : undefined;
  } finally {
    await browser.close();
  }
}

/** What there is to say where the three numbers are not one; what was not asked says nothing. */
export function depthFinding(check: DepthCheck): Finding | undefined {
  const { queue, counted, browsed, drained, knownBefore } = check;
  // What one master has wrong, the next one may have right.
  const inQueue = counted === null || counted === drained ? drained : counted - knownBefore;
  const off = Math.max(Math.abs(inQueue - drained), Math.abs((browsed ?? drained) - drained));
  if (off === 0) return undefined;
  const before = knownBefore === 0 ? '' : ` (${knownBefore} of them wrongly since before)`;
  return {
    code: 'depth-differs',
    count: off,
    text: `the depth of ${queue} differs: ${counted ?? 'not'} counted${before}, ${browsed ?? 'not'} browsed, ${drained} drained`,
    fails: true,
  };
}
