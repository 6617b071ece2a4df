import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/agents/local/ports.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { packageRoot } from '../../src/lib/package.js';
import { TestCluster } from '../support/cluster.js';

describe('a cluster with JMX', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let first = 0;

  /** What a client of JMX is answered, by what it tried. */
  async function read(port: number, user: string, password: string) {
    const { stdout } = await execa(
      'java',
      [join(packageRoot(), 'test/support/JmxReader.java'), String(port), user],
      { env: { MQHA_TEST_PASSWORD: password }, timeout: 60_000 },
    );
    return Object.fromEntries(
      stdout.split('\n').map((line) => line.split('\t') as [string, string]),
    );
  }

  beforeAll(async () => {
    cluster = await TestCluster.make();
    [first = 0] = await freePorts([3]);
    await cluster.edit((text) => `${text}\nbroker:\n  jmx: { port: ${first} }\n`);
    settings = await cluster.json<ClientSettings>('env');
    await cluster.json('up');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('lets the account of the web port read, and nobody change, call or send objects', async () => {
    const { master, nodes } = await cluster.status();
    const port = first + nodes.findIndex(({ name }) => name === master);
    const file = join(cluster.directory, '.mqha', 'credentials.json');
    const { password } = JSON.parse(await readFile(file, 'utf8')) as { password: string };
    const answers = await read(port, 'mqha', password);
    const said = {
      nobody: 'Credentials required',
      wrong: 'FailedLoginException',
      'stranger as credentials': 'REJECTED',
      'map as credentials': 'REJECTED',
      memory: 'CompositeData',
      broker: '5.16.',
      call: 'Access denied',
      change: 'REJECTED',
      'stranger as an argument': 'REJECTED',
      'stranger as a value': 'REJECTED',
    };
    for (const [what, part] of Object.entries(said)) {
      expect(`${what}: ${answers[what] ?? 'no answer'}`).toContain(part);
    }
  });

  it('does not let in an account of applications', async () => {
    const { username, password } = settings;
    const answers = await read(first, username ?? '', password ?? '');
    expect(answers.memory).toBeUndefined();
    expect(answers.login).toMatch(/Authentication failed/);
  });
});
