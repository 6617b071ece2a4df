import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../src/config/checks.js';
import { furtherPorts } from '../../src/config/broker/ports.js';
import { exposureOf } from '../../src/config/exposure.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { portTable } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import { MqhaError } from '../../src/lib/errors.js';
import { editNodes, newNodes } from '../../src/operations/scale/edit.js';
import { weightRefusal } from '../../src/operations/switchover.js';
import {
  differingKeys,
  settingMarkers,
  settingsFor,
  settingsOf,
} from '../../src/stores/settings.js';
import type { Credentials } from '../../src/stores/rendered-file.js';
import { readBack } from '../../src/stores/replicated-leveldb/render/read-back.js';
import { renderCluster } from '../../src/stores/replicated-leveldb/render/rendered-files.js';
import { expectGolden } from '../support/golden.js';

const CREDENTIALS: Credentials = {
  username: 'mqha',
  password: 'golden-password-0123456789',
  securityToken: 'golden-token-0123456789',
  zookeeperPassword: 'golden-zookeeper-0123456789',
  accounts: {
    app: { password: 'golden-app-0123456789' },
    console: { password: 'golden-console-0123456789' },
  },
};

const text = renderClusterFile(await portTable({ nodes: 3 }, () => Promise.resolve(true)));

const having = (lines: string) => parseConfig(text + lines, 'mqha.yaml');

function refusal(lines: string): string {
  try {
    having(lines);
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

/** What a node's file has, once it was read back. */
async function fileOf(lines: string, file = 'activemq.xml', node = 'mq01'): Promise<string> {
  const config = having(lines);
  const files = renderCluster(config, CREDENTIALS);
  await readBack(config, files);
  return files.find(({ path }) => path === `nodes/${node}/conf/${file}`)?.content ?? '';
}

const plain = await fileOf('');

/** A part of a file, with its first and its last line. */
function part(content: string, from: string, to: string): string {
  const start = content.lastIndexOf('\n', content.indexOf(from)) + 1;
  return content.slice(start, content.indexOf('\n', content.indexOf(to, start)) + 1);
}

const POLICIES = `broker:
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

const VIRTUAL = `broker:
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

const CONNECTORS = `broker:
  connectors:
    - { name: amqp, protocol: amqp, port: 5672 }
    - { name: java, protocol: openwire, port: 61616, bind: 127.0.0.9, maximumConnections: 2000, maxFrameSize: 1mb }
    - { name: stomp, protocol: stomp, port: 61613 }
`;

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
  ])('are refused with what is wrong: %s', (entries, message) => {
    const said = refusal(`broker: { virtualDestinations: [${entries}] }\n`);
    expect(said).toContain('broker.virtualDestinations');
    expect(said).toContain(message);
  });
});

describe('broker.store', () => {
  const STORE = `broker:
  store:
    weight: 3
    logSize: 32mb
    indexWriteBufferSize: 8mb
    indexCacheSize: 64mb
    indexBlockSize: 8kb
    indexBlockRestartInterval: 32
    indexMaxOpenFiles: 500
    indexCompression: none
    asyncBufferSize: 1mb
    flushDelay: 2ms
    monitorStats: true
    failoverProducersAuditDepth: 1024
    maxFailoverProducersToTrack: 32
`;

  it('is rendered as attributes of the store', async () => {
    expectGolden('broker/store', part(await fileOf(STORE), '<replicatedLevelDB', '/>'));
  });

  it('has the weight of a node in the place of that of all', async () => {
    const lines = text.replace('name: mq02,', 'name: mq02, broker: { store: { weight: 9 } },');
    const config = parseConfig(`${lines}broker: { store: { weight: 3 } }\n`, 'mqha.yaml');
    const files = renderCluster(config, CREDENTIALS);
    await readBack(config, files);
    const weights = files.flatMap(({ content }) => content.match(/weight="\d+"/g) ?? []);
    expect(weights).toEqual(['weight="3"', 'weight="9"', 'weight="3"']);
  });

  it('moves the limits that count in log files', () => {
    expect(refusal('broker: { store: { logSize: 500mb } }\n')).toBe('accepted');
    const large = text.replace('store: 10gb', 'store: 1gb');
    expect(() => parseConfig(`${large}broker: { store: { logSize: 400mb } }\n`, 'x')).toThrow(
      'the store counts whole log files of 400 MB, and with less than three of them',
    );
    const huge = text.replace('store: 10gb', 'store: 1tb');
    expect(() => parseConfig(`${huge}broker: { store: { logSize: 25mb } }\n`, 'x')).toThrow(
      'at most 512gb',
    );
  });

  it.each([
    ['directory: /tmp', 'store.directory: is in the directory of the node'],
    ['sync: quorum_disk', 'store.sync: is what `sync` of mqha.yaml says'],
    ['zkPassword: x', 'store.zkPassword: is generated'],
    ['securityToken: x', 'store.securityToken: is generated'],
    ['bind: "tcp://0.0.0.0:1"', 'store.bind: is what `nodes[].replicationHost'],
    ['verifyChecksums: false', 'always true'],
    ['paranoidChecks: false', 'always true'],
    ['wieght: 1', 'did you mean weight?'],
    ['weight: heavy', '"heavy" is not a whole number'],
    ['logSize: 1mb', '"1mb" is out of range (16mb to 500mb)'],
    ['indexCompression: zip', '"zip" is neither "snappy" nor "none"'],
  ])('is refused with what is wrong: %s', (line, message) => {
    expect(refusal(`broker: { store: { ${line} } }\n`)).toContain(message);
  });

  it('lets nobody switch over to a node that the store does not elect', () => {
    const lines = text.replace('name: mq02,', 'name: mq02, broker: { store: { weight: 9 } },');
    const config = parseConfig(lines, 'mqha.yaml');
    const [first, second, third] = config.nodes;
    expect(weightRefusal(config, first, third)).toBe(
      'mq02 has the weight 9 and mq03 0, so that the store elects mq02 of the two (broker.store.weight)',
    );
    expect(weightRefusal(config, first, second)).toBeUndefined();
    expect(weightRefusal(config, second, third)).toBeUndefined();
    expect(weightRefusal(config, first, undefined)).toBeUndefined();
  });
});

describe('limits.connections', () => {
  it('is the limit of the message port', () => {
    const lines = text.replace('limits:\n', 'limits:\n  connections: 5000\n');
    const files = renderCluster(parseConfig(lines, 'mqha.yaml'), CREDENTIALS);
    expect(files.find(({ path }) => path.endsWith('mq02/conf/activemq.xml'))?.content).toContain(
      'maximumConnections=5000&amp;',
    );
    expect(plain).toContain('maximumConnections=1000&amp;');
    const few = text.replace('limits:\n', 'limits:\n  connections: 100\n');
    expect(() => parseConfig(few, 'mqha.yaml')).toThrow('limits.connections: at least 1000');
  });
});

describe('a running broker', () => {
  const keysOf = (lines: string, from = having('')) =>
    differingKeys(
      settingsOf(settingMarkers(from, 'mq01')).keys ?? new Map(),
      settingsFor(having(lines), 'mq01'),
    );

  it.each([
    [POLICIES, ['broker.policies']],
    [VIRTUAL, ['broker.virtualDestinations']],
    ['broker: { store: { weight: 3 } }\n', ['broker.store']],
    [CONNECTORS, ['broker.connectors']],
    ['broker: { log: { a: DEBUG } }\n', ['broker.log']],
    ['broker: { scheduler: true }\n', ['broker.scheduler']],
    ['broker: {}\n', []],
  ])('differs in what was edited since its start', (lines, keys) => {
    expect(keysOf(lines)).toEqual(keys);
    expect(keysOf(lines, having(lines))).toEqual([]);
  });

  it('of an earlier mqha has what every broker had', () => {
    const earlier = settingMarkers(having(''), 'mq01').map((word) =>
      word.replace(/&(broker|limits\.connections)[^&]*/g, ''),
    );
    expect(earlier.join()).not.toContain('broker.');
    const { keys } = settingsOf(earlier);
    expect(differingKeys(keys ?? new Map(), settingsFor(having(''), 'mq01'))).toEqual([]);
    expect(differingKeys(keys ?? new Map(), settingsFor(having(POLICIES), 'mq01'))).toEqual([
      'broker.policies',
    ]);
  });
});

describe('broker.connectors', () => {
  const uris = (content: string) =>
    [...content.matchAll(/<transportConnector name="([^"]*)" uri="([^"]*)"/g)].map(
      ([, name = '', uri = '']) => [name, uri.replaceAll('&amp;', '&')] as const,
    );

  it('are rendered as the message port is', async () => {
    expectGolden(
      'broker/connectors',
      part(await fileOf(CONNECTORS), '<transportConnectors', '</transportConnectors'),
    );
  });

  it.each([
    ['', ''],
    ['tls', 'tls: true\n'],
    ['tls with certificates', 'tls: { clientCertificates: needed }\n'],
  ])('have every limit and the encryption of the message port: %s', async (_, tls) => {
    const [first, ...further] = uris(await fileOf(CONNECTORS + tls));
    const of = (uri = '') => [uri.split('://')[0], new URLSearchParams(uri.split('?')[1])] as const;
    const [scheme, options] = of(first?.[1]);
    expect(further).toHaveLength(3);
    for (const [name, uri] of further) {
      const [own, has] = of(uri);
      expect(own).toBe(scheme);
      expect([...has.keys()]).toEqual([...options.keys()]);
      for (const [key, value] of options) {
        if (key === 'auto.protocols') continue;
        const isSet = name === 'java' && /^(maximumConnections|wireFormat.maxFrameSize)$/.test(key);
        expect(has.get(key), `${key} of ${name}`).toBe(
          isSet ? { maximumConnections: '2000', 'wireFormat.maxFrameSize': '1048576' }[key] : value,
        );
      }
    }
    expect(further.map(([, uri]) => of(uri)[1].get('auto.protocols'))).toEqual([
      'amqp',
      'default',
      'stomp',
    ]);
  });

  it('count up as the message ports do, unless a node has its own', () => {
    const ports = (source: string) => {
      const config = parseConfig(source, 'mqha.yaml');
      return config.nodes.map((node) => furtherPorts(config, node).map(({ port }) => port));
    };
    expect(ports(text + CONNECTORS)).toEqual([
      [5672, 61616, 61613],
      [5673, 61617, 61614],
      [5674, 61618, 61615],
    ]);
    const own = text.replace('name: mq02,', 'name: mq02, broker: { ports: { amqp: 5700 } },');
    expect(ports(own + CONNECTORS)[1]).toEqual([5700, 61617, 61614]);
    // Machines of their own have the same ports.
    const same = text
      .replace(/messagePort: \d+/g, 'messagePort: 60001')
      .replace(/name: (mq\d+), host: \S+/g, 'name: $1, host: $1,');
    expect(
      ports(
        same.replace('zookeeper:', 'insecureNetwork: true\nzookeeper:') +
          CONNECTORS.replace('bind: 127.0.0.9, ', ''),
      ),
    ).toEqual([
      [5672, 61616, 61613],
      [5672, 61616, 61613],
      [5672, 61616, 61613],
    ]);
  });

  it('open a cluster to a network as its other addresses do', () => {
    const open =
      'broker: { connectors: [{ name: a, protocol: amqp, port: 5672, bind: 0.0.0.0 }] }\n';
    expect(exposureOf(having(''))).toBe(0);
    expect(exposureOf(having(open))).toBe(1);
    expect(exposureOf(having(`${open}tls: true\n`))).toBe(0);
    const none = text.replace('authentication: generated', 'authentication: none');
    expect(exposureOf(parseConfig(`${none}${open}`, 'mqha.yaml'))).toBe(2);
  });

  it.each([
    ['{ name: a, protocol: mqtt, port: 1883 }', '"mqtt" is not offered: a port for MQTT'],
    ['{ name: a, protocol: ws, port: 1883 }', '"ws" is not offered: a port for WebSocket'],
    ['{ name: a, protocol: smtp, port: 1883 }', '"smtp" is none of "openwire", "amqp", "stomp"'],
    ['{ name: clients, protocol: amqp, port: 5672 }', 'the message port that every node has'],
    ['{ name: "a/b", protocol: amqp, port: 5672 }', '"a/b" is not a name'],
    ['{ name: a, protocol: amqp, port: 80 }', 'port 80 is privileged'],
    ['{ name: a, protocol: amqp, port: 60002 }', 'are both 127.0.0.1:60002'],
    ['{ name: a, protocol: amqp, port: 60001, bind: 0.0.0.0 }', 'are both 0.0.0.0:60001'],
    ['{ name: a, protocol: amqp, port: 65534 }', 'of mq03 would be port 65536'],
    ['{ name: a, protocol: amqp, port: 5672, maxFrameSize: 100mb }', 'than limits.message lets'],
    ['{ name: a, protocol: amqp, port: 5672, maximumConnections: 10 }', 'at least 1000'],
    ['{ name: a, protocol: amqp, port: 5672, bind: "h?a=b" }', 'is not a host name'],
    [
      '{ name: a, protocol: amqp, port: 1500 }, { name: A, protocol: amqp, port: 1600 }',
      'is there twice',
    ],
    ['{ names: a, protocol: amqp, port: 1500 }', 'did you mean name?'],
  ])('are refused with what is wrong: %s', (entries, message) => {
    expect(refusal(`broker: { connectors: [${entries}] }\n`)).toContain(message);
  });

  it('tell what clashes when another node comes', async () => {
    const source = `${text}broker: { connectors: [{ name: a, protocol: amqp, port: 5672 }, { name: b, protocol: stomp, port: 5675 }] }\n`;
    const config = parseConfig(source, 'mqha.yaml');
    const add = await newNodes(config, 1, () => Promise.resolve(true));
    expect(() => editNodes(source, 'mqha.yaml', { add, remove: [] })).toThrow(
      'broker.connectors a of mq04 and broker.connectors b of mq01 are both 127.0.0.1:5675',
    );
    const far = source.replace('5675', '6675');
    const edited = parseConfig(editNodes(far, 'mqha.yaml', { add, remove: [] }), 'mqha.yaml');
    expect(edited.nodes.map((node) => furtherPorts(edited, node).map(({ port }) => port))).toEqual([
      [5672, 6675],
      [5673, 6676],
      [5674, 6677],
      [5675, 6678],
    ]);
  });

  it('are refused a port of a connector that is not there', () => {
    const own = text.replace('name: mq02,', 'name: mq02, broker: { ports: { amqp: 5700 } },');
    expect(() => parseConfig(own, 'mqha.yaml')).toThrow(
      'nodes[1].broker.ports.amqp: is not the name of an entry of broker.connectors',
    );
  });
});

describe('broker.log', () => {
  const LOG = 'broker: { log: { root: debug, org.apache.activemq.transport: TRACE } }\n';

  it('has the levels of loggers', async () => {
    expectGolden('broker/log4j', await fileOf(LOG, 'log4j.properties'));
  });

  it.each([
    ['{ org.apache.activemq: loud }', '"loud" is none of OFF'],
    ['{ org.apache.activemq: 3 }', 'expected a level'],
    ['{ "a=b\\nlog4j.rootLogger": DEBUG }', 'is not the name of a logger'],
    ['{ root: warn }', 'root is needed at INFO, and cannot be WARN'],
    ['{ org.apache.activemq: ERROR }', 'org.apache.activemq is needed at INFO'],
    ['{ org.apache.activemq.leveldb.replicated.SlaveLevelDBStore: OFF }', 'is needed at INFO'],
    ['[root]', 'expected loggers with their levels'],
  ])('is refused with what is wrong: %s', (levels, message) => {
    const said = refusal(`broker: { log: ${levels} }\n`);
    expect(said).toContain('broker.log');
    expect(said).toContain(message);
  });

  it('may be quiet where nothing is read', () => {
    expect(refusal('broker: { log: { org.apache.activemq.transport: error } }\n')).toBe('accepted');
  });
});

describe('broker.scheduler', () => {
  it('is rendered with a limit, and warned of', async () => {
    const content = await fileOf('broker: { scheduler: true }\n');
    expect(content).toContain('schedulerDirectory="${activemq.data}/scheduler"');
    expect(content).toContain('schedulerSupport="true"');
    expect(content).toContain('<jobSchedulerUsage limit="1024 mb"/>');
    expect(warningsOf(having('broker: { scheduler: true }\n')).join()).toContain(
      'broker.scheduler',
    );
    expect(warningsOf(having('')).join()).not.toContain('broker.scheduler');
  });
});

describe('broker.jmx', () => {
  it('is refused with the reason', () => {
    expect(refusal('broker: { jmx: { port: 1099 } }\n')).toContain('broker.jmx: is not offered');
  });
});
