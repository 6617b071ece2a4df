import { counted } from '../lib/counted.js';
import { MqhaError } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import type { Cluster } from '../state/cluster.js';
import { consumeMessages } from './consume.js';
import { queuesOf } from './queues.js';

/** A queue that has given nothing for so long is empty, or others have what is left. */
const IDLE_MS = 1000;

/** Asks a person. @returns whether the answer was yes @throws MqhaError `needs-consent` */
type Confirm = (question: string) => Promise<boolean>;

export interface PurgeOptions {
  readonly queue: string;
  /** It ends after so long, also where messages still come. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
}

/** The document of `mqha purge --json`. */
export interface PurgeResult {
  readonly queue: string;
  readonly purged: number;
  /** What the master counts in the queue after that; null where it does not tell. */
  readonly left: number | null;
  /** Others that take from it. */
  readonly consumers: number;
}

/**
 * Takes every message out of a queue, as a consumer that acknowledges and drops them: the management of a broker answers
 * reads alone (docs/decisions/console.md). It follows the master.
 * @returns what was purged, with an error where it was stopped, as consumeMessages() has them, or `timeout`
 * @throws MqhaError `no-queue`, `declined`, and of queuesOf()
 */
export async function purgeQueue(
  cluster: Cluster,
  { queue, timeoutMs, confirm }: PurgeOptions,
): Promise<{ readonly result: PurgeResult; readonly error: MqhaError | undefined }> {
  const found = await numbersOf(cluster, queue);
  if (!found) {
    throw new MqhaError('no-queue', `there is no queue ${queue}`, {
      hint: '`mqha queues` lists them.',
    });
  }
  const question = `Drop ${counted(found.depth, 'message')} of the queue ${queue} of ${cluster.config.name} for good?`;
  if (found.depth > 0 && !(await confirm(question))) {
    throw new MqhaError('declined', 'not done: nothing was purged', {
      hint: 'Answer with --yes to purge the queue.',
    });
  }
  const limit = Deadline.in(timeoutMs);
  const { result, error } = await consumeMessages(cluster, {
    queue,
    count: undefined,
    timeoutMs: IDLE_MS,
    browse: false,
    progress: true,
    limit,
    take: () => Promise.resolve(true),
  });
  const now = error ? undefined : await numbersOf(cluster, queue).catch(() => undefined);
  const purged = {
    queue,
    purged: result.count,
    left: now?.depth ?? null,
    consumers: now?.consumers ?? 0,
  };
  if (error?.code === 'interrupted') return { result: purged, error: interrupted(purged) };
  const isLate = limit.passed && now?.depth !== 0;
  return { result: purged, error: error ?? (isLate ? late(queue, timeoutMs) : undefined) };
}

async function numbersOf(cluster: Cluster, queue: string) {
  return (await queuesOf(cluster)).queues.find(({ name }) => name === queue);
}

function interrupted({ queue, purged }: PurgeResult): MqhaError {
  return new MqhaError(
    'interrupted',
    `interrupted; ${counted(purged, 'message was', 'messages were')} purged`,
    { hint: `Run the command again for what is left in ${queue}.` },
  );
}

function late(queue: string, timeoutMs: number): MqhaError {
  return new MqhaError('timeout', `${queue} was not seen to be empty in ${timeoutMs / 1000} s`, {
    hint: 'Somebody sends, there are many, or no master serves: see `mqha status`, and run the command again, or with a longer --timeout.',
  });
}
