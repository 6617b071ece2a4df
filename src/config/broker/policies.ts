import * as z from 'zod';
import { quoted } from '../fields.js';
import { count, destination, duration, flag, literal, pattern, size } from './fields.js';

const MOST = 2_147_483_647;

const either = <const T extends readonly string[]>(words: T, error?: string) =>
  z.enum(words, {
    error: (i) => error ?? `${quoted(i.input)} is none of ${words.map(quoted).join(', ')}`,
  });

/** Keys that are true or false. */
export const FLAGS = [
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
export const COUNTS = {
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

/** Keys that are durations. */
export const DURATIONS = [
  'blockedProducerWarningInterval',
  'expireMessagesPeriod',
  'inactiveTimeoutBeforeGC',
  'sendFailIfNoSpaceAfterTimeout',
  'timeBeforeDispatchStarts',
] as const;

/** An object with these keys. */
export const each = <K extends string, T>(keys: readonly K[], schema: (key: K) => T) =>
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

/** A policy as mqha.yaml has it. */
export type Policy = z.infer<typeof policy>;

/** For what a policy is. */
export const KINDS = ['queue', 'topic', 'tempQueue', 'tempTopic'] as const;
