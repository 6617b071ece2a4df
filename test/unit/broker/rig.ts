import { GOLDEN_CREDENTIALS } from '../../support/golden.js';
import { renderClusterFile } from '../../../src/config/cluster-file.js';
import { portTable } from '../../../src/config/defaults.js';
import { parseConfig } from '../../../src/config/load.js';
import { MqhaError } from '../../../src/lib/errors.js';
import { readBack } from '../../../src/stores/replicated-leveldb/render/read-back.js';
import { renderCluster } from '../../../src/stores/replicated-leveldb/render/rendered-files.js';

export const text = renderClusterFile(await portTable({ nodes: 3 }, () => Promise.resolve(true)));

/** What mqha.yaml means with these lines. */
export const having = (lines: string) => parseConfig(text + lines, 'mqha.yaml');

/** What is said of these lines. */
export function refusal(lines: string): string {
  try {
    having(lines);
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

/** What a node's file has, once it was read back. */
export async function fileOf(lines: string, file = 'activemq.xml', node = 'mq01'): Promise<string> {
  const config = having(lines);
  const files = renderCluster(config, GOLDEN_CREDENTIALS);
  await readBack(config, files);
  return files.find(({ path }) => path === `nodes/${node}/conf/${file}`)?.content ?? '';
}

export const plain = await fileOf('');

/** A part of a file, with its first and its last line. */
export function part(content: string, from: string, to: string): string {
  const start = content.lastIndexOf('\n', content.indexOf(from)) + 1;
  return content.slice(start, content.indexOf('\n', content.indexOf(to, start)) + 1);
}

export const POLICIES = `broker:
  policies:
    - queue: orders.>
      memoryLimit: 64mb
      queuePrefetch: 100
      producerFlowControl: true
      deadLetterStrategy:
        kind: individual
        queuePrefix: DLQ.
        useQueueForQueueMessages: true
        processNonPersistent: true
        expiration: 7d
      dispatchPolicy: roundRobin
      expireMessagesPeriod: 30s
      gcInactiveDestinations: true
      inactiveTimeoutBeforeGC: 10m
      pendingQueuePolicy: file
      slowConsumerStrategy: { kind: abortSlowAck, maxTimeSinceLastAck: 1m }
      messageGroupMapFactoryType: cached
    - queue: invoices
      deadLetterStrategy: { kind: shared, queue: dead.invoices, processExpired: false }
    - queue: logs
      deadLetterStrategy: discarding
    - topic: prices.*
      topicPrefetch: 1000
      pendingSubscriberPolicy: vm
      messageEvictionStrategy: oldest
      subscriptionRecoveryPolicy: { timed: 1m }
    - topic: news
      pendingMessageLimitStrategy: { prefetchRate: 2.5 }
      subscriptionRecoveryPolicy: lastImage
    - tempTopic: true
      advisoryForConsumed: true
`;

export const VIRTUAL = `broker:
  virtualDestinations:
    - virtualTopic: Events.>
      prefix: "Sub.*."
      selectorAware: true
    - compositeQueue: in
      forwardOnly: false
      forwardTo:
        - audit
        - { to: topic://alarms, selector: "level > 3 AND kind = 'a\\"b'" }
`;

export const CONNECTORS = `broker:
  connectors:
    - { name: amqp, protocol: amqp, port: 5672 }
    - { name: java, protocol: openwire, port: 61616, bind: 127.0.0.9, maximumConnections: 2000, maxFrameSize: 1mb }
    - { name: stomp, protocol: stomp, port: 61613 }
`;
