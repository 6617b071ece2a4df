import { spawn } from 'node:child_process';
import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { StartResult } from '../../src/operations/start/start.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { packageRoot } from '../../src/lib/package.js';
import { errorIn, eventually, mqha, TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { slaveIn } from '../support/watched.js';

describe('a cluster that is ill-treated, and that nothing looks after', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  const processOf = async (name: string) => {
    const { registry } = await cluster.open();
    const found = await registry.find(name);
    if (!found) throw new Error(`${name} does not run`);
    return { registry, found };
  };

  const problemCodes = (status: ClusterStatus) => status.problems.map(({ code }) => code);

  beforeAll(async () => {
    cluster = await TestCluster.make(['--nodes', '3', '--no-supervisor']);
    settings = await cluster.json<ClientSettings>('env');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('is started once when two terminals say up at the same time', async () => {
    const both = await Promise.all([
      cluster.json<StartResult>('up'),
      cluster.json<StartResult>('up'),
    ]);
    expect(both.flatMap(({ started }) => started).toSorted()).toEqual([
      'mq01',
      'mq02',
      'mq03',
      'zookeeper',
    ]);
    expect(both.map(({ status }) => status.state)).toEqual(['serving', 'serving']);
    expect(await (await cluster.open()).registry.all()).toHaveLength(4);
  });

  it('turns a second broker on a data directory away', async () => {
    const { found } = await processOf('mq01');
    const { layout } = await cluster.open();
    const launcher = found.argv.indexOf('dev.mqha.launch.Launcher');
    const second = await execa(
      found.argv[0] ?? 'java',
      [
        '-cp',
        join(packageRoot(), 'dist', 'java', 'mqha-java.jar'),
        ...found.argv.slice(launcher, launcher + 2),
        'no.such.Main',
      ],
      { cwd: layout.node('mq01').base, reject: false },
    );
    expect(second.exitCode).toBe(75);
    expect(second.stderr).toContain(`in use by process ${found.pid}`);
  });

  it('gets another master while the first one hangs, and takes it back as a slave', async () => {
    await send(settings, 'hung', ['kept']);
    const before = await cluster.status();
    const { registry, found } = await processOf(before.master ?? '');
    await registry.signal(found, 'SIGSTOP');
    const after = await eventually(
      () => cluster.status(),
      ({ master, nodes }) =>
        master !== before.master && nodes.some((node) => node.name === master && node.accepting),
    );
    expect(problemCodes(after)).toContain('process-suspended');
    expect(after.nodes.find(({ name }) => name === before.master)?.accepting).toBe(false);
    await registry.signal(found, 'SIGCONT');
    const healed = await eventually(
      () => cluster.status(),
      ({ state }) => state === 'serving',
      90_000,
    );
    expect(healed.master).toBe(after.master);
    expect(await receive(settings, 'hung', 1)).toEqual(['kept']);
  });

  it('is told truly, and in time, while ZooKeeper is silent', async () => {
    const { registry, found } = await processOf('zookeeper');
    await registry.signal(found, 'SIGSTOP');
    const status = await eventually(
      () => cluster.status(),
      ({ state }) => state === 'unknown',
    );
    expect(status.zookeeper).toMatchObject({ reachable: false, numChildren: null });
    expect(status.nodes.map(({ role }) => role)).toEqual([null, null, null]);
    expect(problemCodes(status)).toContain('zookeeper-unreachable');
    expect((await cluster.run('check')).exitCode).toBe(3);
    await registry.signal(found, 'SIGCONT');
  });

  it('is put right by up after an outage of ZooKeeper', async () => {
    await eventually(
      async () => (await cluster.run('up', '--timeout', '60s')).exitCode,
      (exitCode) => exitCode === 0,
      150_000,
    );
    // A broker may learn only now that its session ended while ZooKeeper was silent.
    await eventually(
      () => cluster.status(),
      ({ state }) => state === 'serving',
      90_000,
    );
  });

  it('keeps its brokers when up is interrupted, and says so', async () => {
    await cluster.run('down');
    const up = spawn(process.execPath, [
      join(packageRoot(), 'bin', 'mqha.js'),
      '-C',
      cluster.directory,
      'up',
    ]);
    let said = '';
    let asked = false;
    up.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // Once: a second Ctrl-C ends mqha at once.
      if (!asked && said.includes('mq01: launched')) asked = up.kill('SIGINT');
    });
    const exitCode = await new Promise((resolve) => up.once('exit', resolve));
    expect(exitCode).toBe(130);
    expect(said).toMatch(/error: interrupted; left running: .*mq01/);
  });

  it('is put right by the next up when one was killed half-way, without a second broker', async () => {
    await cluster.run('down');
    const up = spawn(process.execPath, [
      join(packageRoot(), 'bin', 'mqha.js'),
      '-C',
      cluster.directory,
      'up',
    ]);
    up.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('started mq0')) up.kill('SIGKILL');
    });
    await new Promise((resolve) => up.once('exit', resolve));
    expect((await cluster.json<StartResult>('up')).status.state).toBe('serving');
    expect(await (await cluster.open()).registry.all()).toHaveLength(4);
  });

  it('starts a broker that was killed while it wrote the version of its store', async () => {
    const slave = slaveIn(await cluster.status());
    await cluster.run('kill', slave, '--yes');
    const { layout } = await cluster.open();
    const version = join(layout.node(slave).data, 'storedb', 'store-version.txt');
    await truncate(version);
    const { status } = await cluster.json<StartResult>('start', slave);
    expect(status.state).toBe('serving');
    expect(status.nodes.find(({ name }) => name === slave)?.attached).toBe(true);
    expect(await readFile(version, 'utf8')).toContain('leveldb');
  });

  it('finds a broker that no record names', async () => {
    const { registry, found } = await processOf('mq02');
    await rm(join(cluster.directory, '.mqha', 'processes', 'mq02.json'));
    expect((await registry.find('mq02'))?.pid).toBe(found.pid);
    expect((await cluster.json<StartResult>('up')).started).toEqual([]);
  });

  it('keeps strangers with its name out of its ensemble', async () => {
    const { zookeeper } = await cluster.status();
    const other = await TestCluster.make(['--nodes', '3', '--zookeeper', zookeeper.connect]);
    try {
      const refused = await other.run('up', '--json');
      expect(refused.exitCode).toBe(1);
      expect(errorIn(refused.stderr).code).toBe('zookeeper-denied');
      expect(await (await other.open()).registry.all()).toEqual([]);
    } finally {
      await other.remove();
    }
    expect((await cluster.status()).state).toBe('serving');
  });

  it('is refused where a port is taken, with the holder named', async () => {
    const { nodes, master } = await cluster.status();
    const taken = nodes.find(({ name }) => name === master)?.messagePort ?? 0;
    const other = await TestCluster.make(['--nodes', '1', '--message-port', String(taken)]);
    try {
      const refused = await other.run('up');
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain(
        `error: 127.0.0.1:${taken}, the messagePort of mq01, is held by ${master ?? ''} of the cluster in `,
      );
      expect(refused.stderr).toContain(`\`mqha -C `);
    } finally {
      await other.remove();
    }
  });

  it('is removed whole by destroy', async () => {
    expect((await mqha(['-C', cluster.directory, 'destroy'])).exitCode).toBe(1);
    expect((await cluster.run('destroy', '--yes')).exitCode).toBe(0);
    expect((await cluster.run('status')).exitCode).toBe(2);
  });
});
