import * as z from 'zod';
import { MISSING, quoted } from '../fields.js';
import type { Element, EntryConfig } from './config.js';
import type { Composite } from './forwards.js';
import {
  attributesOf,
  destination,
  destinationOf,
  element,
  flag,
  literal,
  pattern,
} from './fields.js';

/** A comma would make several destinations of a name. */
const partOfName = (expected: string) =>
  literal(expected).refine((value) => !/[,?]|:\/\//.test(value), {
    error: (i) => `${quoted(i.input)} is not ${expected}`,
  });

/**
 * Brackets and quotes that have an end. All else of a selector is known to the broker alone, which does not start with one
 * that is none.
 */
const selector = literal('a selector of JMS').refine((value) => isClosed(value), {
  error: (i) => `${quoted(i.input)} is no selector: a bracket or a quote in it has no end`,
});

function isClosed(value: string): boolean {
  const outside = value.replace(/'(?:[^']|'')*'/g, '');
  let open = 0;
  for (const character of outside) {
    if (character === '(') open++;
    if (character === ')' && --open < 0) return false;
  }
  return open === 0 && !outside.includes("'");
}

const forward = z.union(
  [destination, z.strictObject({ to: destination, selector: selector.optional() })],
  {
    error: (i) =>
      i.input === undefined
        ? MISSING
        : `${quoted(i.input)} is neither a queue or a topic (orders.new, topic://prices), nor { to: orders.new, selector: "…" }`,
  },
);

const KINDS = ['virtualTopic', 'compositeQueue', 'compositeTopic'] as const;

/** Which keys belong to composites alone, and which to virtual topics. */
const OF_COMPOSITES = ['forwardTo', 'forwardOnly', 'copyMessage', 'sendWhenNotMatched'] as const;
const OF_TOPICS = [
  'prefix',
  'postfix',
  'selectorAware',
  'local',
  'dropOnResourceLimit',
  'setOriginalDestination',
  'transactedSend',
] as const;

/** An entry of `broker.virtualDestinations`; keys have the names of ActiveMQ. */
export const virtualDestination = z
  .strictObject({
    virtualTopic: pattern.optional(),
    compositeQueue: pattern.optional(),
    compositeTopic: pattern.optional(),
    forwardTo: z.array(forward).min(1, { error: 'names no queue and no topic' }).optional(),
    forwardOnly: flag.optional(),
    copyMessage: flag.optional(),
    sendWhenNotMatched: flag.optional(),
    prefix: partOfName('the beginning of names of queues (Consumer.*.)').optional(),
    postfix: partOfName('the end of names of queues').optional(),
    selectorAware: flag.optional(),
    local: flag.optional(),
    dropOnResourceLimit: flag.optional(),
    setOriginalDestination: flag.optional(),
    transactedSend: flag.optional(),
    concurrentSend: flag.optional(),
  })
  .superRefine((value, context) => {
    const kinds = KINDS.filter((kind) => value[kind] !== undefined);
    if (kinds.length !== 1) {
      context.addIssue({ code: 'custom', message: `names one of ${KINDS.join(', ')}` });
      return;
    }
    const isTopic = kinds[0] === 'virtualTopic';
    for (const key of isTopic ? OF_COMPOSITES : OF_TOPICS) {
      if (value[key] === undefined) continue;
      const message = `is not of a ${kinds[0] ?? ''}`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
    if (!isTopic && value.forwardTo === undefined) {
      context.addIssue({ code: 'custom', path: ['forwardTo'], message: MISSING });
    }
  });

type VirtualDestination = z.infer<typeof virtualDestination>;

/** An entry as what it forwards; undefined where it is no composite. */
export function compositeOf(file: VirtualDestination): Composite | undefined {
  const name = file.compositeQueue ?? file.compositeTopic;
  if (name === undefined) return undefined;
  const targets = (file.forwardTo ?? []).map((one) =>
    destinationOf(typeof one === 'string' ? one : one.to),
  );
  return { kind: file.compositeQueue === undefined ? 'topic' : 'queue', name, targets };
}

const ATTRIBUTES = Object.fromEntries(
  [...OF_COMPOSITES.slice(1), ...OF_TOPICS, 'concurrentSend'].map((key) => [key, String]),
);

function target(value: z.infer<typeof forward>): Element {
  const { to, selector } = typeof value === 'string' ? { to: value, selector: undefined } : value;
  const { kind, name } = destinationOf(to);
  return selector === undefined
    ? element(kind, [['physicalName', name]])
    : element('filteredDestination', [
        [kind, name],
        ['selector', selector],
      ]);
}

export function completeVirtualDestination(file: VirtualDestination): EntryConfig {
  const kind = KINDS.find((one) => file[one] !== undefined) ?? 'virtualTopic';
  const name = file[kind] ?? '';
  const forwards = file.forwardTo ? [element('forwardTo', [], file.forwardTo.map(target))] : [];
  return {
    of: `${kind} ${name}`,
    entry: element(kind, [['name', name], ...attributesOf(file, ATTRIBUTES)], forwards),
  };
}

/** What brokers have where nothing is said (BrokerService.createDestinationInterceptor): an own list takes its place. */
const DEFAULT: EntryConfig = completeVirtualDestination({
  virtualTopic: 'VirtualTopic.>',
});

/** All of a broker: those of mqha.yaml, and what every broker has. */
export function withDefault(own: readonly EntryConfig[]): readonly EntryConfig[] {
  return own.length === 0 || own.some(({ of }) => of === DEFAULT.of) ? own : [DEFAULT, ...own];
}
