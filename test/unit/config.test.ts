import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quorumOf, warningsOf } from '../../src/config/checks.js';
import { portTable } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import { MqhaError } from '../../src/errors.js';
import { packageRoot } from '../../src/package.js';
import { renderClusterFile } from '../../src/render/files.js';

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);

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

  it('counts replication ports up where the machine has one loopback address', async () => {
    const { nodes } = await portTable({ nodes: 3 }, no);
    expect(nodes.map((n) => `${n.replicationHost}:${n.replicationPort}`)).toEqual([
      '127.0.0.1:61600',
      '127.0.0.1:61601',
      '127.0.0.1:61602',
    ]);
  });

  it.each([
    ['broken YAML', (s: string) => `${s}\n  - {`, 'not YAML'],
    ['an unknown key', (s: string) => `${s}\nnames: x\n`, 'names: unknown key'],
    [
      'an unknown key in a node',
      (s: string) => s.replace('webPort: 8162', 'webPorts: 8162'),
      'webPorts: unknown key',
    ],
    [
      'clashing ports',
      (s: string) => s.replace('8162', '8161'),
      'mq02 webPort and mq01 webPort are both 127.0.0.1:8161',
    ],
    ['a privileged port', (s: string) => s.replace('8162', '80'), 'port 80 is privileged'],
    ['a port that is none', (s: string) => s.replace('8162', '70000'), '70000 is not a port'],
    [
      'a bad host',
      (s: string) => s.replace('host: 127.0.0.1', 'host: 300.1.1.1'),
      '"300.1.1.1" is not a host name',
    ],
    [
      'a name with a slash',
      (s: string) => s.replace('name: mq02', 'name: a/b'),
      '"a/b" is not a node name',
    ],
    [
      'a role as a name',
      (s: string) => s.replace('name: mq02', 'name: master'),
      'a word of the command line',
    ],
    [
      'a name used twice',
      (s: string) => s.replace('name: mq02', 'name: mq01'),
      'the node name "mq01" is used twice',
    ],
    [
      'a wrong replica count',
      (s: string) => s.replace('replicas: 3', 'replicas: 5'),
      'replicas is 5 but there are 3 nodes',
    ],
    [
      'an unknown sync mode',
      (s: string) => s.replace('quorum_mem ', 'quorum '),
      '"quorum" is not a sync mode',
    ],
    ['an unusable heap', (s: string) => s.replace('512m', 'lots'), '"lots" is not a heap size'],
    [
      'a bad znode path',
      (s: string) => s.replace('/activemq/mqstores', 'activemq'),
      '"activemq" is not a znode path',
    ],
  ])('refuses %s with the value named', async (_, change, message) => {
    const error = problemsOf(change(await text()));
    expect(error.code).toBe('config-invalid');
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/line \d+|names: unknown key/);
  });

  it('reports all problems at once', async () => {
    const source = (await text()).replace('8162', '80').replace('name: mq03', 'name: a/b');
    expect(problemsOf(source).problems).toHaveLength(2);
  });

  it('warns of an even number of nodes and of local sync', async () => {
    expect(warningsOf(await portTable({ nodes: 4 }, yes))[0]).toContain('even number');
    expect(warningsOf(await portTable({ nodes: 3, sync: 'local_mem' }, yes))[0]).toContain('lose');
    expect(warningsOf(await portTable({ nodes: 3 }, yes))).toEqual([]);
  });

  it('counts quorum as the store does', () => {
    expect([1, 2, 3, 4, 5, 9].map(quorumOf)).toEqual([1, 2, 2, 3, 3, 5]);
  });

  it('accepts every example', () => {
    const examples = join(packageRoot(), 'examples');
    const directories = readdirSync(examples, { withFileTypes: true }).filter((e) =>
      e.isDirectory(),
    );
    expect(directories.length).toBeGreaterThanOrEqual(3);
    for (const { name } of directories) {
      const source = readFileSync(join(examples, name, 'mqha.yaml'), 'utf8');
      expect(parseConfig(source, name).nodes.length).toBeGreaterThanOrEqual(3);
    }
  });
});
