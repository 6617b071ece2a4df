import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_BROKER } from '../../src/config/broker/config.js';
import { quorumOf } from '../../src/config/checks.js';
import { portTable } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import { MqhaError } from '../../src/lib/errors.js';
import { packageRoot } from '../../src/lib/package.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';

const yes = () => Promise.resolve(true);

const text = async (nodes = 3) => renderClusterFile(await portTable({ nodes }, yes));

function problemsOf(source: string): MqhaError {
  try {
    parseConfig(source, 'mqha.yaml');
  } catch (error) {
    if (error instanceof MqhaError) return error;
    throw error;
  }
  throw new Error('no problem was found');
}

/** The text with this line instead of what it has of its key. */
function having(source: string, line: string): string {
  const key = line.slice(0, line.indexOf(':'));
  return source.replace(new RegExp(`^${key}:.*\\n(?:[ #].*\\n)*`, 'm'), '') + line;
}

describe('mqha.yaml', () => {
  it('is the article’s port table by default', async () => {
    const { nodes, name, replicas } = parseConfig(await text(), 'mqha.yaml');
    expect({ name, replicas }).toEqual({ name: 'mqStore', replicas: 3 });
    expect(nodes.map((n) => [n.name, n.webPort, n.messagePort, n.replicationPort])).toEqual([
      ['mq01', 8161, 60001, 61600],
      ['mq02', 8162, 60002, 61600],
      ['mq03', 8163, 60003, 61600],
    ]);
    expect(nodes.map((n) => n.replicationHost)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
  });

  it.each([
    ['a port that is none', '8162', '70000', '70000 is not a port'],
    ['a role as a name', 'name: mq02', 'name: master', 'a word of the command line'],
    ['a name used twice', 'name: mq02', 'name: mq01', 'the node name "mq01" is used twice'],
    ['an unusable heap', '512m', 'lots', '"lots" is not a heap size'],
    ['a bad znode path', '/activemq/mqstores', 'activemq', '"activemq" is not a znode path'],
  ])('refuses %s with the value named', async (_, from, to, message) => {
    const error = problemsOf((await text()).replace(from, to));
    expect(error.code).toBe('config-invalid');
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/line \d+/);
  });

  it.each([
    ['a port', /, replicationPort: \d+/, 'nodes[0].replicationPort'],
    ['a name of a node', /name: mq01, /, 'nodes[0].name'],
    ['the count', /^replicas: 3.*\n/m, 'replicas'],
    ['the nodes', /^nodes:[^]*/m, 'nodes'],
    ['the servers', /^ +connect:.*\n/m, 'zookeeper.connect'],
    ['whose they are', /^ +managed:.*\n/m, 'zookeeper.managed'],
  ])('says that %s is missing', async (_, from, path) => {
    const source = await text();
    expect(source).toMatch(from);
    const { problems } = problemsOf(source.replace(from, ''));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path.endsWith(path)).toBe(true);
    expect(problems[0]?.message).toBe('is missing');
  });

  it.each([
    ['names: x\n', 'did you mean name?'],
    ['Sync: quorum_mem\n', 'did you mean sync?'],
    ['store: { ack: quorum }\n', 'did you mean acks?'],
    ['supervisor: { restart: 3 }\n', 'did you mean restarts?'],
    ['tls: { clientCertificate: needed }\n', 'did you mean clientCertificates?'],
    ['users: [{ name: a, reads: [b] }]\n', 'did you mean read?'],
    ['persistence: kahadb\n', 'see the README'],
  ])('tells what a key that is unknown may be meant for: %s', async (line, message) => {
    expect(problemsOf(having(await text(), line)).message).toContain(message);
  });

  it('takes durations and sizes as people write them', async () => {
    const written = having(await text(), 'limits: { store: 20g, temp: 500 MB }\n');
    const source = having(written, 'supervisor: { hung: 6, start: 1m30s }\n');
    const { supervisor, limits } = parseConfig(source, 'mqha.yaml');
    expect([supervisor.hungMs, supervisor.startMs]).toEqual([6000, 90_000]);
    expect([limits.storeMb, limits.tempMb]).toEqual([20_480, 500]);
    expect(problemsOf(having(written, 'limits: { store: 20 }\n')).message).toContain(
      '"20" is not a size (10gb, 500mb)',
    );
  });

  it('does not call missing what is of another kind', async () => {
    const error = problemsOf((await text()).replace(/^nodes:[^]*/m, 'nodes: mq01\n'));
    expect(error.problems).toHaveLength(1);
    expect(error.message).toContain('nodes: expected a list, got a string');
  });

  it('with unknown keys is checked as a whole without them', async () => {
    const source = (await text())
      .replace('replicas: 3', 'replicas: 5')
      .replace('messagePort: 60001', 'messagePort: 8161')
      .replace('name: mq02', 'names: mq02, name: mq02')
      .replace(/$/, '\nreplica: 3\n');
    const { problems } = problemsOf(source);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('unknown key'),
      expect.stringContaining('unknown key'),
      expect.stringContaining('replicas is 5 but there are 3 nodes'),
      'mq01 messagePort and mq01 webPort are both 127.0.0.1:8161',
    ]);
  });

  it('counts quorum as the store does', () => {
    expect([1, 2, 3, 4, 5, 9].map(quorumOf)).toEqual([1, 2, 2, 3, 3, 5]);
  });

  it('accepts every example', () => {
    const examples = join(packageRoot(), 'examples');
    const files = readdirSync(examples)
      .map((name) => join(examples, name, 'mqha.yaml'))
      .filter((file) => existsSync(file));
    expect(files).toHaveLength(3);
    for (const file of files) {
      const source = readFileSync(file, 'utf8');
      expect(parseConfig(source, file).nodes.length).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('the smallest mqha.yaml', () => {
  const smallest = `replicas: 1
zookeeper: { managed: true, connect: '127.0.0.1:2181' }
nodes:
  - { name: mq01, webPort: 8161, messagePort: 60001, replicationPort: 61600 }
`;

  it('gets every default filled in', () => {
    expect(parseConfig(smallest, 'mqha.yaml')).toEqual({
      name: 'mqStore',
      version: '5.16.7',
      replicas: 1,
      sync: 'quorum_mem',
      authentication: 'generated',
      users: [],
      insecureNetwork: false,
      console: false,
      zookeeper: {
        managed: true,
        connect: '127.0.0.1:2181',
        servers: [{ host: '127.0.0.1', port: 2181 }],
        path: '/activemq/mqstores',
        authentication: 'generated',
        tls: false,
        sessionTimeoutMs: 10_000,
      },
      store: { acks: 'async' },
      java: { heapMb: 512, heapDump: false, options: [] },
      limits: { memoryPercent: 25, storeMb: 10_240, tempMb: 1024, messageMb: 8, connections: 1000 },
      broker: NO_BROKER,
      supervisor: {
        enabled: true,
        hungMs: 6000,
        promotionMs: 30_000,
        attachMs: 60_000,
        vetoMs: 6000,
        absentMs: 20_000,
        zookeeperMs: 10_000,
        startMs: 60_000,
        restarts: 8,
      },
      nodes: [
        {
          name: 'mq01',
          host: '127.0.0.1',
          webPort: 8161,
          messagePort: 60001,
          replicationHost: '127.0.0.1',
          replicationPort: 61600,
          tls: false,
        },
      ],
    });
  });

  it.each([
    ['a line of an unknown key', 'replicas: 1', 'replicas: 1\nreplica: 1', 'line 2, replica'],
    ['the line in the list', 'webPort: 8161', 'webPort: x', 'line 4, nodes[0].webPort: "x"'],
    ['what is missing', ', replicationPort: 61600', '', 'nodes[0].replicationPort'],
    ['a clash with ZooKeeper', 'webPort: 8161', 'webPort: 2181', 'the managed ZooKeeper are both'],
    [
      'a host that is no address',
      'name: mq01',
      'name: mq01, host: 0.0.0.0',
      '0.0.0.0 is no address',
    ],
    ['an ensemble that is managed', ':2181', ':2181,127.0.0.2:2181', 'is one server'],
    ['what nobody can wait for', 'nodes', 'store: { acks: all }\nnodes', '"all" is neither'],
    ['an unknown key of the store', 'nodes', 'store: { ack: quorum }\nnodes', 'store.ack'],
    ['an option that is ours', 'nodes', 'java: { options: [-Dmqha.node=x] }\nnodes', 'mqha itself'],
    [
      'the heap as an option',
      'nodes',
      'java: { options: [-Xmx1g] }\nnodes',
      'java.heap sets the heap',
    ],
  ])('is refused with %s named', (_, from, to, message) => {
    expect(smallest).toContain(from);
    expect(() => parseConfig(smallest.replace(from, to), 'mqha.yaml')).toThrow(message);
  });

  it.each(['', '[]', 'text', 'null', 'a: &a [*a]'])('is not %j', (text) => {
    expect(() => parseConfig(text, 'mqha.yaml')).toThrow(/^mqha\.yaml/);
  });
});
