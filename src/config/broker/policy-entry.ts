import type { Element, EntryConfig } from './config.js';
import { attributesOf, bytes, destinationOf, durationMs, element } from './fields.js';
import { COUNTS, DURATIONS, each, FLAGS, KINDS, type Policy } from './policies.js';

const word = String;
const ATTRIBUTES = {
  memoryLimit: bytes,
  minimumMessageSize: bytes,
  messageGroupMapFactoryType: word,
  ...each(FLAGS, () => word),
  ...each(Object.keys(COUNTS), () => word),
  ...each(DURATIONS, () => durationMs),
};

const DEAD_LETTER_ATTRIBUTES = {
  queuePrefix: word,
  queueSuffix: word,
  topicPrefix: word,
  topicSuffix: word,
  useQueueForQueueMessages: word,
  useQueueForTopicMessages: word,
  destinationPerDurableSubscriber: word,
  processExpired: word,
  processNonPersistent: word,
  expiration: durationMs,
  enableAudit: word,
  maxAuditDepth: word,
  maxProducersToAudit: word,
};

const ABORT_ATTRIBUTES = {
  abortConnection: word,
  ignoreIdleConsumers: word,
  ignoreNetworkConsumers: word,
  checkPeriod: durationMs,
  maxSlowDuration: durationMs,
  maxTimeSinceLastAck: durationMs,
  maxSlowCount: word,
};

function deadLetters(value: NonNullable<Policy['deadLetterStrategy']>): Element {
  const given = typeof value === 'string' ? { kind: value } : value;
  const name = given.kind === 'discarding' ? given.kind : `${given.kind}DeadLetterStrategy`;
  const queue =
    'queue' in given && given.queue !== undefined ? destinationOf(given.queue) : undefined;
  return element(
    name,
    attributesOf(given, DEAD_LETTER_ATTRIBUTES),
    queue
      ? [element('deadLetterQueue', [], [element(queue.kind, [['physicalName', queue.name]])])]
      : [],
  );
}

function slowConsumers(value: NonNullable<Policy['slowConsumerStrategy']>): Element {
  const given = typeof value === 'string' ? { kind: value } : value;
  const name =
    given.kind === 'abort' ? 'abortSlowConsumerStrategy' : 'abortSlowAckConsumerStrategy';
  return element(name, attributesOf(given, ABORT_ATTRIBUTES));
}

function pendingLimit({
  constant,
  prefetchRate,
}: NonNullable<Policy['pendingMessageLimitStrategy']>): Element {
  return constant === undefined
    ? element('prefetchRatePendingMessageLimitStrategy', [['multiplier', String(prefetchRate)]])
    : element('constantPendingMessageLimitStrategy', [['limit', String(constant)]]);
}

function recovery(value: NonNullable<Policy['subscriptionRecoveryPolicy']>): Element {
  if (value === 'none') return element('noSubscriptionRecoveryPolicy');
  if (typeof value === 'string') return element(`${value}SubscriptionRecoveryPolicy`);
  const { fixedCount, fixedSize, timed } = value;
  if (fixedCount !== undefined) {
    return element('fixedCountSubscriptionRecoveryPolicy', [['maximumSize', String(fixedCount)]]);
  }
  return fixedSize === undefined
    ? element('timedSubscriptionRecoveryPolicy', [['recoverDuration', durationMs(timed ?? '')]])
    : element('fixedSizedSubscriptionRecoveryPolicy', [['maximumSize', bytes(fixedSize)]]);
}

const CURSORS = { store: 'storeCursor', file: 'fileQueueCursor' } as const;
const SUBSCRIBER_CURSORS = { vm: 'vmCursor', file: 'fileCursor' } as const;
const EVICTIONS = {
  oldest: 'oldestMessageEvictionStrategy',
  oldestWithLowestPriority: 'oldestMessageWithLowestPriorityEvictionStrategy',
} as const;

/** What topics have where nobody says otherwise: a subscriber that does not read loses the oldest beyond these. */
const TOPIC_LIMIT = { constant: 1000 };

/** A policy as activemq.xml has it; what it leaves open is as for all destinations of its kind. */
export function completePolicy(file: Policy): EntryConfig {
  const kind = KINDS.find((one) => file[one] !== undefined) ?? 'queue';
  const isTopic = kind === 'topic';
  const isQueue = kind === 'queue' || kind === 'tempQueue';
  const limit = file.pendingMessageLimitStrategy ?? (isTopic ? TOPIC_LIMIT : undefined);
  const within = (key: string, child: Element | undefined) =>
    child ? [element(key, [], [child])] : [];
  const named = (name: string | undefined) => (name === undefined ? undefined : element(name));
  return {
    of: `${kind} ${String(file[kind])}`,
    entry: element(
      'policyEntry',
      [
        [kind, String(file[kind])],
        ...attributesOf(isQueue ? { producerFlowControl: false, ...file } : file, ATTRIBUTES),
      ],
      [
        ...within(
          'deadLetterStrategy',
          file.deadLetterStrategy && deadLetters(file.deadLetterStrategy),
        ),
        ...within(
          'dispatchPolicy',
          named(file.dispatchPolicy && `${file.dispatchPolicy}DispatchPolicy`),
        ),
        ...within(
          'messageEvictionStrategy',
          named(file.messageEvictionStrategy && EVICTIONS[file.messageEvictionStrategy]),
        ),
        ...within('pendingMessageLimitStrategy', limit && pendingLimit(limit)),
        ...within(
          'pendingQueuePolicy',
          named(file.pendingQueuePolicy && CURSORS[file.pendingQueuePolicy]),
        ),
        ...within(
          'pendingSubscriberPolicy',
          named(file.pendingSubscriberPolicy && SUBSCRIBER_CURSORS[file.pendingSubscriberPolicy]),
        ),
        ...within(
          'slowConsumerStrategy',
          file.slowConsumerStrategy && slowConsumers(file.slowConsumerStrategy),
        ),
        ...within(
          'subscriptionRecoveryPolicy',
          file.subscriptionRecoveryPolicy && recovery(file.subscriptionRecoveryPolicy),
        ),
      ],
    ),
  };
}
