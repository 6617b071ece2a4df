import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../src/config/checks.js';
import { furtherPorts } from '../../../src/config/broker/ports.js';
import { exposureOf } from '../../../src/config/exposure.js';
import { parseConfig } from '../../../src/config/load.js';
import { editNodes, newNodes } from '../../../src/operations/scale/edit.js';
import { expectGolden } from '../../support/golden.js';
import { text, having, refusal, fileOf, part, CONNECTORS } from './rig.js';

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
  const JMX = 'broker: { jmx: { port: 1099 } }\n';

  it('renders who may read', async () => {
    expect(await fileOf(JMX, 'jmx.access')).toMatch(/^console\.user readonly$/m);
  });

  it('needs a port, and has no address of its own', () => {
    expect(refusal('broker: { jmx: {} }\n')).toContain('broker.jmx.port');
    expect(refusal('broker: { jmx: 1099 }\n')).toContain(
      'expected keys with their values, got a number',
    );
    expect(refusal('broker: { jmx: null }\n')).toContain('got nothing');
    expect(refusal('broker: { jmx: { port: 1099, bind: 0.0.0.0 } }\n')).toContain('bind');
  });

  it('counts up to a port that is one', () => {
    expect(refusal('broker: { jmx: { port: 65535 } }\n')).toContain('would be port 65536');
  });

  it('leaves its name in nodes[].broker.ports to nobody else', () => {
    expect(
      refusal(
        'broker: { jmx: { port: 1099 }, connectors: [{ name: jmx, protocol: stomp, port: 2000 }] }\n',
      ),
    ).toContain('choose another name');
  });

  it('has one port on machines of their own, and needs others on one', () => {
    const spread = text
      .replace(/messagePort: \d+/g, 'messagePort: 60001')
      .replace(/name: mq0(\d), host: 127.0.0.1/g, 'name: mq0$1, host: host$1.example')
      .replace(/replicationHost: 127.0.0.(\d)/g, 'replicationHost: host$1.example')
      .replace('connect: 127.0.0.1', 'connect: zk.example')
      .replace('managed: true', 'managed: false');
    const { nodes } = parseConfig(`${spread}insecureNetwork: true\n${JMX}`, 'mqha.yaml');
    expect(nodes.map(({ messagePort }) => messagePort)).toEqual([60_001, 60_001, 60_001]);
    expect(
      refusal(
        `${JMX.trimEnd().slice(0, -1)}, connectors: [{ name: s, protocol: stomp, port: 1100 }] }\n`,
      ),
    ).toContain('are both 127.0.0.1:1100');
  });
});
