import * as z from 'zod';
import { quoted } from '../fields.js';
import type { Element, EntryConfig } from './config.js';
import {
  attributesOf,
  bytes,
  count,
  destination,
  destinationOf,
  duration,
  durationMs,
  element,
  flag,
  literal,
  pattern,
  size,
} from './fields.js';

const MOST = 2_147_483_647;

const either = <const T extends readonly string[]>(words: T, error?: string) =>
  z.enum(words, {
    error: (i) => error ?? `${quoted(i.input)} is none of ${words.map(quoted).join(', ')}`,
  });

const FLAGS = [
  'advisoryForConsumed',
  'advisoryForDelivery',
  'advisoryForDiscardingMessages',
  'advisoryForFastProducers',
  'advisoryForSlowConsumers',
  'advisoryWhenFull',
  'allConsumersExclusiveByDefault',
  'alwaysRetroactive',
  'enableAudit',
  'gcInactiveDestinations',
  'gcWithNetworkConsumers',
  'includeBodyForAdvisory',
  'lazyDispatch',
  'optimizedDispatch',
  'persistJMSRedelivered',
  'prioritizedMessages',
  'producerFlowControl',
  'reduceMemoryFootprint',
  'sendAdvisoryIfNoConsumers',
  'sendDuplicateFromStoreToDLQ',
  'sendFailIfNoSpace',
  'strictOrderDispatch',
  'useCache',
  'useConsumerPriority',
  'usePrefetchExtension',
  'useTopicSubscriptionInflightStats',
] as const;

/** Whole numbers, each with the least and the most that it may be. */
const COUNTS = {
  consumersBeforeDispatchStarts: [0, MOST],
  cursorMemoryHighWaterMark: [1, 100],
  durableTopicPrefetch: [0, 1_000_000],
  maxAuditDepth: [0, MOST],
  maxBrowsePageSize: [1, 100_000],
  maxDestinations: [-1, MOST],
  maxExpirePageSize: [1, 100_000],
  maxPageSize: [1, 100_000],
  maxProducersToAudit: [0, MOST],
  maxQueueAuditDepth: [0, MOST],
  optimizeMessageStoreInFlightLimit: [0, MOST],
  queueBrowserPrefetch: [0, 1_000_000],
  queuePrefetch: [0, 1_000_000],
  storeUsageHighWaterMark: [1, 100],
  topicPrefetch: [0, 1_000_000],
} as const;

const DURATIONS = [
  'blockedProducerWarningInterval',
  'expireMessagesPeriod',
  'inactiveTimeoutBeforeGC',
  'sendFailIfNoSpaceAfterTimeout',
  'timeBeforeDispatchStarts',
] as const;

const each = <K extends string, T>(keys: readonly K[], schema: (key: K) => T) =>
  Object.fromEntries(keys.map((key) => [key, schema(key)])) as Record<K, T>;

const ofDeadLetters = {
  processExpired: flag.optional(),
  processNonPersistent: flag.optional(),
  expiration: duration.optional(),
  enableAudit: flag.optional(),
  maxAuditDepth: count(0, MOST).optional(),
  maxProducersToAudit: count(0, MOST).optional(),
};

const part = literal('the beginning or the end of a name').optional();

const OF_INDIVIDUAL = [
  'queuePrefix',
  'queueSuffix',
  'topicPrefix',
  'topicSuffix',
  'useQueueForQueueMessages',
  'useQueueForTopicMessages',
  'destinationPerDurableSubscriber',
];

/** Refuses keys that a kind does not have. @param foreign which they are */
const fits =
  (foreign: (kind: string) => readonly string[]) =>
  (value: { readonly kind: string }, context: z.RefinementCtx) => {
    for (const key of foreign(value.kind)) {
      if (!(key in value)) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `kind ${value.kind} has no ${key}`,
      });
    }
  };

const DEAD_LETTERS = ['individual', 'shared', 'discarding'] as const;

const deadLetterStrategy = z.union(
  [
    either(DEAD_LETTERS),
    z
      .strictObject({
        kind: either(DEAD_LETTERS),
        queue: destination.optional(),
        queuePrefix: part,
        queueSuffix: part,
        topicPrefix: part,
        topicSuffix: part,
        useQueueForQueueMessages: flag.optional(),
        useQueueForTopicMessages: flag.optional(),
        destinationPerDurableSubscriber: flag.optional(),
        ...ofDeadLetters,
      })
      .superRefine(
        fits((kind) =>
          kind === 'individual'
            ? ['queue']
            : kind === 'shared'
              ? OF_INDIVIDUAL
              : ['queue', ...OF_INDIVIDUAL],
        ),
      ),
  ],
  {
    error: (i) =>
      `${quoted(i.input)} is neither ${DEAD_LETTERS.map(quoted).join(', ')}, nor { kind: individual, queuePrefix: DLQ. }`,
  },
);

const ABORTS = ['abort', 'abortSlowAck'] as const;

const slowConsumerStrategy = z.union(
  [
    either(ABORTS),
    z
      .strictObject({
        kind: either(ABORTS),
        abortConnection: flag.optional(),
        ignoreIdleConsumers: flag.optional(),
        ignoreNetworkConsumers: flag.optional(),
        checkPeriod: duration.optional(),
        maxSlowDuration: duration.optional(),
        maxTimeSinceLastAck: duration.optional(),
        maxSlowCount: count(-1, MOST).optional(),
      })
      .superRefine(
        fits((kind) => (kind === 'abort' ? ['ignoreIdleConsumers', 'maxTimeSinceLastAck'] : [])),
      ),
  ],
  {
    error: (i) => `${quoted(i.input)} is neither "abort", "abortSlowAck", nor { kind: abort, … }`,
  },
);

const one = <T extends Record<string, z.ZodType>>(shape: T, example: string) =>
  z
    .strictObject(shape)
    .refine((value) => Object.values(value).filter((it) => it !== undefined).length === 1, {
      error: (i) => `${JSON.stringify(i.input)} is not one of ${example}`,
    });

const pendingMessageLimitStrategy = one(
  {
    constant: count(-1, MOST).optional(),
    prefetchRate: z.number().min(0).max(1000).optional(),
  },
  '{ constant: 1000 }, { prefetchRate: 2.5 }',
);

const RECOVERIES = ['none', 'lastImage', 'retainedMessage'] as const;
const RECOVERY =
  '"none", "lastImage", "retainedMessage", { fixedCount: 100 }, { fixedSize: 1mb }, { timed: 1m }';

const subscriptionRecoveryPolicy = z.union(
  [
    either(RECOVERIES),
    one(
      {
        fixedCount: count(1, MOST).optional(),
        fixedSize: size('1kb', '1gb').optional(),
        timed: duration.optional(),
      },
      RECOVERY,
    ),
  ],
  { error: (i) => `${quoted(i.input)} is none of ${RECOVERY}` },
);

const DISPATCHES = ['roundRobin', 'simple', 'strictOrder', 'priority'] as const;

/** Keys of an element of its own, beside those that are attributes. */
const ELEMENTS = {
  deadLetterStrategy: deadLetterStrategy.optional(),
  dispatchPolicy: either(DISPATCHES).optional(),
  messageEvictionStrategy: either(['oldest', 'oldestWithLowestPriority']).optional(),
  pendingMessageLimitStrategy: pendingMessageLimitStrategy.optional(),
  // A cursor in memory holds every message of a queue in the heap, whatever limits.memory says.
  pendingQueuePolicy: either(['store', 'file']).optional(),
  pendingSubscriberPolicy: either(['vm', 'file']).optional(),
  slowConsumerStrategy: slowConsumerStrategy.optional(),
  subscriptionRecoveryPolicy: subscriptionRecoveryPolicy.optional(),
};

const always = z.literal(true, { error: (i) => `${quoted(i.input)} is not true` }).optional();

/** An entry of `broker.policies`: for whom, and what deviates. Keys have the names of ActiveMQ's `policyEntry`. */
export const policy = z
  .strictObject({
    queue: pattern.optional(),
    topic: pattern.optional(),
    tempQueue: always,
    tempTopic: always,
    memoryLimit: size('1mb', '1tb').optional(),
    minimumMessageSize: size('0', '1gb').optional(),
    messageGroupMapFactoryType: either(['bucket', 'cached', 'simple']).optional(),
    ...each(FLAGS, () => flag.optional()),
    ...each(Object.keys(COUNTS) as (keyof typeof COUNTS)[], (key) =>
      count(COUNTS[key][0], COUNTS[key][1]).optional(),
    ),
    ...each(DURATIONS, () => duration.optional()),
    ...ELEMENTS,
  })
  .refine((value) => KINDS.filter((kind) => value[kind] !== undefined).length === 1, {
    error: 'names one of queue, topic, tempQueue and tempTopic',
  });

type Policy = z.infer<typeof policy>;

const KINDS = ['queue', 'topic', 'tempQueue', 'tempTopic'] as const;

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
