import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { Examination } from '../../src/doctor/finding.js';
import type { KillResult } from '../../src/operations/kill.js';
import type { StartResult } from '../../src/operations/start/start.js';
import { isAccepting } from '../../src/clients/probe.js';
import { eventually, TestCluster } from '../support/cluster.js';
import { basic, consoleAccount, openPage } from '../support/console.js';
import { receive, send } from '../support/messages.js';

describe('the story of the article', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let firstMaster: string;
  let secondMaster: string;

  beforeAll(async () => {
    // As cron and systemd start it, in a directory whose name is not ASCII.
    cluster = await TestCluster.make(['--nodes', '3', '--console'], { LC_ALL: 'C' }, 'mqha-tést-');
    settings = await cluster.json<ClientSettings>('env');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('comes up with three members registered and one master that serves', async () => {
    const { started, status } = await cluster.json<StartResult>('up');
    expect(started.toSorted()).toEqual(['mq01', 'mq02', 'mq03', 'zookeeper']);
    expect(status.state).toBe('serving');
    expect(status.zookeeper.numChildren).toBe(3);
    expect(status.nodes.filter((node) => node.accepting)).toHaveLength(1);
    expect(status.nodes.filter((node) => node.attached)).toHaveLength(2);
    expect(status.problems).toEqual([]);
    expect((await cluster.run('check')).exitCode).toBe(0);
    firstMaster = status.master ?? '';
  });

  it('takes messages, and shows the queue in the console to the account for it only', async () => {
    await send(settings, 'story', ['one', 'two', 'three']);
    const console = settings.consoles.find(({ name }) => name === firstMaster);
    const page = `${console?.url ?? ''}admin/queues.jsp`;
    const account = await consoleAccount(cluster);
    const opened = await openPage(page, account);
    expect(opened).toContain('story');
    // What a message brings along must not run as a script in it.
    const { headers: said } = await fetch(page, { headers: account });
    expect(said.get('content-security-policy')).toMatch(
      /script-src 'self' 'unsafe-hashes' 'sha256-/,
    );
    expect(said.get('content-security-policy')).not.toMatch(/script-src [^;]*unsafe-inline/);
    const app = basic(settings.username, settings.password);
    for (const headers of [{}, app, basic('admin', 'admin'), basic('user', 'user')]) {
      expect((await fetch(page, { headers })).status).toBe(401);
    }
  });

  it('has all that its pages need, and not what only others would', async () => {
    const web = settings.consoles.find(({ name }) => name === firstMaster)?.url ?? '';
    const headers = await consoleAccount(cluster);
    const queue = '?JMSDestination=story&JMSDestinationType=queue';
    const pages = ['index', 'queues', 'topics', 'subscribers', 'connections', 'network'];
    const more = ['scheduled', 'send', 'queueGraph', 'slave', 'xml/queues', 'xml/topics'];
    const ofQueue = ['browse', 'send', 'queueConsumers', 'queueProducers'];
    const answers = new Map<string, number>();
    for (const path of [
      ...[...pages, ...more, 'xml/subscribers'].map((name) => `${name}.jsp`),
      ...ofQueue.map((name) => `${name}.jsp${queue}`),
      'queueBrowse/story?view=rss&feedType=atom_1.0',
    ]) {
      answers.set(path, (await fetch(`${web}admin/${path}`, { headers })).status);
    }
    expect([...answers].filter(([, status]) => status !== 200)).toEqual([]);
    const master = await (await cluster.open()).registry.find(firstMaster);
    const environment = await readFile(`/proc/${master?.pid ?? ''}/environ`, 'utf8');
    expect(environment).toContain('commons-lang3');
    expect(environment).not.toMatch(
      /shiro|velocity|httpclient|jasypt-spring|activemq-(http|mqtt|jdbc)/,
    );
  });

  it('refuses clients without the account', async () => {
    const anonymous = { ...settings, username: 'admin', password: 'admin' };
    const one = settings.brokers.filter(({ name }) => name === firstMaster);
    await expect(send({ ...anonymous, brokers: one }, 'story', ['x'], 2000)).rejects.toThrow(
      'Failed to authenticate',
    );
  });

  it('is started twice without harm', async () => {
    const { started, alreadyRunning } = await cluster.json<StartResult>('up');
    expect(started).toEqual([]);
    expect(alreadyRunning).toHaveLength(4);
  });

  it('passes every check of doctor, but for the locale of its path', async () => {
    const { checks } = await cluster.json<Examination>('doctor');
    const others = checks.filter(({ result }) => result !== 'pass');
    expect(others.map(({ code, result }) => `${code} ${result}`)).toEqual(['locale warn']);
    const own = checks.filter(({ code }) => code === 'ports' || code === 'rendered');
    expect(own).toMatchObject([{ result: 'pass' }, { result: 'pass' }]);
  });

  it('serves on with one slave stopped, two registered', async () => {
    const stopped = await cluster.json<{ stopped: { name: string; forced: boolean }[] }>(
      'stop',
      'slave',
    );
    expect(stopped.stopped).toHaveLength(1);
    expect(stopped.stopped[0]?.forced).toBe(false);
    const status = await eventually(
      () => cluster.status(),
      ({ zookeeper }) => zookeeper.numChildren === 2,
    );
    expect(status.state).toBe('degraded');
    expect(status.master).toBe(firstMaster);
    expect((await cluster.run('check')).exitCode).toBe(1);
    expect((await cluster.run('start', stopped.stopped[0]?.name ?? '')).exitCode).toBe(0);
  });

  it('elects another master when the master is killed', async () => {
    const { killed, newMaster, failoverMs } = await cluster.json<KillResult>('kill', 'master');
    expect(killed).toEqual([{ name: firstMaster, was: 'master' }]);
    expect(newMaster).not.toBe(firstMaster);
    expect(failoverMs).toBeGreaterThan(0);
    secondMaster = newMaster ?? '';
    expect((await cluster.status()).master).toBe(secondMaster);
  });

  it('still has the messages that were sent before', async () => {
    expect(await receive(settings, 'story', 3)).toEqual(['one', 'two', 'three']);
    await send(settings, 'story', ['four']);
  });

  it('refuses to lose quorum without an answer', async () => {
    const refused = await cluster.run('kill', secondMaster);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/^error: .*quorum is 2[^]*\nhint: .*--yes/m);
    expect((await cluster.status()).state).toBe('degraded');
  });

  it('serves nobody when the second is killed', async () => {
    const result = await cluster.json<KillResult>('kill', secondMaster, '--yes');
    expect(result.newMaster).toBeNull();
    const status = await eventually(
      () => cluster.status(),
      ({ state }) => state === 'no-quorum',
    );
    expect(status.nodes.some((node) => node.accepting)).toBe(false);
    for (const { host, messagePort } of status.nodes) {
      expect(await isAccepting({ host, port: messagePort })).toBe(false);
    }
    expect((await cluster.run('check')).exitCode).toBe(2);
  });

  it('serves again with its messages when the nodes are started', async () => {
    // As an earlier mqha left it: a heap has messages, accounts and the token in it.
    const dump = join(cluster.directory, 'nodes', firstMaster, 'log', 'java_pid1.hprof');
    await writeFile(dump, 'heap');
    const { problems } = await cluster.status();
    expect(problems.find(({ code }) => code === 'heap-dump')?.message).toContain(dump);
    expect((await cluster.json<StartResult>('up')).status.state).toBe('serving');
    expect(existsSync(dump)).toBe(false);
    expect(await receive(settings, 'story', 1)).toEqual(['four']);
  });

  it('restarts node by node and keeps serving', async () => {
    await send(settings, 'rolling', ['five']);
    const { restarted, status } = await cluster.json<{
      restarted: string[];
      status: { state: string };
    }>('restart');
    expect(restarted).toHaveLength(3);
    expect(status.state).toBe('serving');
    expect(await receive(settings, 'rolling', 1)).toEqual(['five']);
  });

  it('goes down, twice, and leaves no process', async () => {
    expect((await cluster.run('down')).exitCode).toBe(0);
    expect((await cluster.run('down')).stdout).toContain('nothing was running');
    expect(await (await cluster.open()).registry.all()).toEqual([]);
    expect((await cluster.status()).state).toBe('stopped');
  });
});
