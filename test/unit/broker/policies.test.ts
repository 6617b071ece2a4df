import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../../support/golden.js';
import { refusal, fileOf, part, POLICIES, VIRTUAL } from './rig.js';

describe('broker.policies', () => {
  it('are rendered in the words of ActiveMQ', async () => {
    expectGolden(
      'broker/policies',
      part(await fileOf(POLICIES), 'schedulePeriod', '</destinationPolicy>'),
    );
  });

  it('take the place of the policy that every broker has for the same', async () => {
    const content = await fileOf(
      `broker: { policies: [{ queue: '>', memoryLimit: 1mb }, { topic: '>', topicPrefetch: 1 }, { tempQueue: true, queuePrefetch: 1 }] }\n`,
    );
    const parsed = (await parseStringPromise(content)) as {
      beans: { broker: { destinationPolicy: Record<string, unknown>[] }[] };
    };
    const entries = [...content.matchAll(/<policyEntry [^>]*>/g)].map(([entry]) => entry);
    expect(entries).toEqual([
      '<policyEntry queue="&gt;" memoryLimit="1048576" producerFlowControl="false"/>',
      '<policyEntry topic="&gt;" topicPrefetch="1">',
      '<policyEntry tempQueue="true" producerFlowControl="false" queuePrefetch="1"/>',
    ]);
    expect(JSON.stringify(parsed)).toContain(
      '"constantPendingMessageLimitStrategy":[{"$":{"limit":"1000"}}]',
    );
    expect(content).not.toContain('schedulePeriodForDestinationPurge');
  });

  it.each([
    ['{ queue: a, memoryLimit: lots }', 'broker.policies[0].memoryLimit: "lots" is not a size'],
    ['{ queue: a, memoryLimits: 1mb }', 'did you mean memoryLimit?'],
    ['{ queue: a, topic: b }', 'names one of queue, topic, tempQueue and tempTopic'],
    ['{ memoryLimit: 1mb }', 'names one of queue, topic, tempQueue and tempTopic'],
    ['{ queue: "topic://a" }', '"topic://a" is not a name of queues or topics'],
    ['{ queue: "a b" }', '"a b" is not a name'],
    ['{ queue: "${replication.securityToken}" }', 'is not a name'],
    ['{ queue: "#{1+1}" }', 'is not a name'],
    ['{ queue: "a\\nb" }', 'is not a name'],
    ['{ queue: a, queuePrefetch: -1 }', '-1 is too little; at least 0'],
    ['{ queue: a, cursorMemoryHighWaterMark: 101 }', '101 is too much; at most 100'],
    ['{ queue: a, producerFlowControl: 1 }', 'expected true or false, got 1'],
    ['{ queue: a, dispatchPolicy: fair }', '"fair" is none of "roundRobin"'],
    ['{ queue: a, deadLetterStrategy: own }', '"own" is neither "individual", "shared"'],
    [
      '{ queue: a, deadLetterStrategy: { kind: shared, queuePrefix: x } }',
      'kind shared has no queuePrefix',
    ],
    [
      '{ queue: a, deadLetterStrategy: { kind: individual, queue: x } }',
      'kind individual has no queue',
    ],
    [
      '{ queue: a, deadLetterStrategy: { kind: individual, queuePrefix: "${a}" } }',
      'without ${…} and #{…}',
    ],
    [
      '{ queue: a, slowConsumerStrategy: { kind: abort, ignoreIdleConsumers: true } }',
      'kind abort has no',
    ],
    [
      '{ topic: a, pendingMessageLimitStrategy: { constant: 1, prefetchRate: 1 } }',
      'is not one of',
    ],
    ['{ queue: a, pendingQueuePolicy: vm }', '"vm" is none of "store", "file"'],
    ['{ queue: a }, { queue: a }', 'has two policies for queue a'],
    ['{ tempQueue: false }', 'false is not true'],
  ])('are refused with what is wrong: %s', (entries, message) => {
    const said = refusal(`broker: { policies: [${entries}] }\n`);
    expect(said).toContain('broker.policies');
    expect(said).toContain(message);
  });
});

describe('broker.virtualDestinations', () => {
  it('are rendered beside the virtual topics that every broker has', async () => {
    expectGolden(
      'broker/virtual-destinations',
      part(await fileOf(VIRTUAL), '<destinationInterceptors', '</destinationInterceptors'),
    );
  });

  it('take the place of those that every broker has', async () => {
    const content = await fileOf(
      'broker: { virtualDestinations: [{ virtualTopic: VirtualTopic.>, selectorAware: true }] }\n',
    );
    expect(content.match(/<virtualTopic [^>]*>/g)).toEqual([
      '<virtualTopic name="VirtualTopic.&gt;" selectorAware="true"/>',
    ]);
  });

  it('may forward to one another where no message comes back', () => {
    const entries =
      '{ compositeQueue: a.b, forwardTo: [b, "topic://a.b"] }, { compositeQueue: b, forwardTo: [{ to: c, selector: "x = \')\'" }] }';
    expect(refusal(`broker: { virtualDestinations: [${entries}] }\n`)).toBe('accepted');
  });

  it.each([
    ['{ compositeQueue: a }', 'forwardTo: is missing'],
    ['{ compositeQueue: a, forwardTo: [] }', 'names no queue and no topic'],
    ['{ compositeQueue: a, forwardTo: ["b.*"] }', '"b.*" is not a queue or a topic'],
    ['{ compositeQueue: a, forwardTo: [b], prefix: c }', 'prefix: is not of a compositeQueue'],
    ['{ virtualTopic: a, forwardTo: [b] }', 'forwardTo: is not of a virtualTopic'],
    ['{ virtualTopics: a }', 'did you mean virtualTopic?'],
    ['{ forwardTo: [b] }', 'names one of virtualTopic, compositeQueue, compositeTopic'],
    [
      '{ compositeQueue: a, forwardTo: [{ to: b, selector: "x = \'${y}\'" }] }',
      'without ${…} and #{…}',
    ],
    ['{ virtualTopic: a, prefix: "b\\nc" }', 'on one line'],
    ['{ virtualTopic: a }, { virtualTopic: a }', 'has two entries for virtualTopic a'],
    ['{ virtualTopic: "T.>", prefix: "a,queue://b" }', 'is not the beginning of names'],
    ['{ compositeQueue: a, forwardTo: [a] }', 'forwarded for ever: a → a'],
    ['{ compositeQueue: "a.*", forwardTo: [a.b] }', 'forwarded for ever: a.* → a.*'],
    [
      '{ compositeQueue: a, forwardTo: [b] }, { compositeQueue: ">", forwardTo: ["topic://t"] }, { compositeTopic: t, forwardTo: [c, a] }',
      'forwarded for ever: a → > → t → a',
    ],
    ['{ compositeQueue: a, forwardTo: [{ to: b, selector: "x = (1" }] }', 'a bracket or a quote'],
    ['{ compositeQueue: a, forwardTo: [{ to: b, selector: "x = \'y" }] }', 'a bracket or a quote'],
  ])('are refused with what is wrong: %s', (entries, message) => {
    const said = refusal(`broker: { virtualDestinations: [${entries}] }\n`);
    expect(said).toContain('broker.virtualDestinations');
    expect(said).toContain(message);
  });
});
