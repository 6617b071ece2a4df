import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { DryRun } from '../../src/operations/scale/dry-run.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { temporaryDirectory } from '../support/temp.js';
import { edit, errorOf, fakeJava, made, mqha, portOptions, secretsOf, snapshot } from './rig.js';

/** A document has these keys, in this order; others may be added. */
function expectKeys(document: object | undefined, keys: string): void {
  const wanted = keys.split(' ');
  expect(Object.keys(document ?? {}).filter((key) => wanted.includes(key))).toEqual(wanted);
}

describe('init', () => {
  it('makes a cluster that it describes, and says what comes next', async () => {
    const cwd = temporaryDirectory();
    const { status, stdout } = await mqha(['init', 'c', ...(await portOptions())], { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^made cluster mqStore in .*\/c\n\nNODE {3}WEB .*\nmq01 .*\nmq02 /);
    expect(stdout).toMatch(/\nnext: cd c, then mqha up\n$/);
    expect(readdirSync(join(cwd, 'c')).sort()).toEqual([
      '.mqha',
      'mqha.yaml',
      'nodes',
      'zookeeper',
    ]);
  });

  it.each([1, 9])('takes %i nodes', async (nodes) => {
    const cwd = temporaryDirectory();
    const run = await mqha(['init', '--nodes', String(nodes), ...(await portOptions())], { cwd });
    expect(run.status).toBe(0);
    expect(run.stderr).not.toContain('warning');
    expect(readdirSync(join(cwd, 'nodes'))).toHaveLength(nodes);
    const { stdout } = await mqha(['env', '--json'], { cwd });
    expect((JSON.parse(stdout) as ClientSettings).brokers).toHaveLength(nodes);
    expect(await mqha(['render', '--check'], { cwd })).toMatchObject({ status: 0 });
  });

  it('warns of an even number of nodes', async () => {
    const run = await mqha(['init', '--nodes', '2'], { cwd: temporaryDirectory() });
    expect(run.status).toBe(0);
    expect(run.stderr).toContain(
      'warning: 2 nodes are an even number: quorum is 2, so no node may',
    );
  });

  it('says everything that is wrong with its options, and makes nothing', async () => {
    const cwd = temporaryDirectory();
    const wrong = ['--sync', 'quorum', '--zk-path', 'x', '--name', 'a/b', '--message-port', '80'];
    const run = await mqha(['init', 'c', ...wrong, '--json'], { cwd });
    expect(run.status).toBe(2);
    expect(errorOf(run).problems.map(({ path }) => path)).toEqual([
      ...['name', 'sync', 'zookeeper.path'],
      ...[0, 1, 2].map((index) => `nodes[${index}].messagePort`),
    ]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('does not touch a cluster that is there, nor what is left of one', async () => {
    const directory = await made();
    const before = snapshot(directory);
    const again = await mqha(['init', directory, '--name', 'two', '--nodes', '5', '--json']);
    expect(again.status).toBe(1);
    expect(errorOf(again)).toMatchObject({ code: 'cluster-exists' });
    expect(errorOf(again).message).toBe(`${directory} already holds a cluster (mqha.yaml)`);
    expect(snapshot(directory)).toEqual(before);
    rmSync(join(directory, 'mqha.yaml'));
    const left = errorOf(await mqha(['init', directory, '--json']));
    expect(left.message).toContain('(nodes, zookeeper, .mqha)');
  });
});

describe('render', () => {
  it('does not overwrite what a person edited, until told to, and keeps a copy', async () => {
    const directory = await made();
    const conf = join(directory, 'nodes', 'mq01', 'conf');
    expect(await mqha(['-C', directory, 'render', '--check'])).toMatchObject({ status: 0 });
    appendFileSync(join(conf, 'log4j.properties'), '# mine\n');
    const before = snapshot(directory);
    const check = await mqha(['-C', directory, 'render', '--check']);
    expect(check.status).toBe(1);
    expect(check.stdout).toContain('-# mine');
    const refused = await mqha(['-C', directory, 'render', '--json']);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(errorOf(refused)).toMatchObject({ code: 'edited-file' });
    expect(errorOf(refused).message).toContain('nodes/mq01/conf/log4j.properties');
    expect(errorOf(refused).hint).toContain('render --yes');
    expect(snapshot(directory)).toEqual(before);
    const forced = await mqha(['-C', directory, 'render', '--yes']);
    expect(forced.status).toBe(0);
    expect(forced.stdout).toMatch(
      /\nkept nodes\/mq01\/conf\/log4j\.properties\.edited-\d{8}T\d{6}Z/,
    );
    expect(readFileSync(join(conf, 'log4j.properties'), 'utf8')).not.toContain('# mine');
    const [copy = ''] = readdirSync(conf).filter((name) => name.includes('.edited-'));
    expect(readFileSync(join(conf, copy), 'utf8')).toContain('# mine');
  });

  it('asks on a terminal', async () => {
    const directory = await made();
    const file = join(directory, 'nodes', 'mq01', 'conf', 'jetty.xml');
    appendFileSync(file, '<!-- mine -->\n');
    const no = await mqha(['-C', directory, 'render'], { terminal: 'n\n' });
    expect(no.status).toBe(1);
    expect(readFileSync(file, 'utf8')).toContain('<!-- mine -->');
    const yes = await mqha(['-C', directory, 'render'], { terminal: 'yes\n' });
    expect(yes.status).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('<!-- mine -->');
  });

  it('tells with --check what is missing, and changes nothing', async () => {
    const directory = await made();
    const file = join(directory, 'nodes', 'mq01', 'conf', 'log4j.properties');
    const content = readFileSync(file, 'utf8');
    rmSync(file);
    const check = await mqha(['-C', directory, 'render', '--check', '--json']);
    expect(check.status).toBe(1);
    expect(JSON.parse(check.stdout)).toEqual({
      differences: [{ path: 'nodes/mq01/conf/log4j.properties', state: 'missing' }],
    });
    expect(existsSync(file)).toBe(false);
    expect((await mqha(['-C', directory, 'render'])).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('are only looked at with --check, also where the account is gone', async () => {
    const directory = await made();
    rmSync(join(directory, '.mqha', 'credentials.json'));
    const before = snapshot(directory);
    expect((await mqha(['-C', directory, 'render', '--check'])).status).toBe(1);
    expect(snapshot(directory)).toEqual(before);
  });
});

describe('a stopped cluster', () => {
  it('is told whole, with every key of the contract', async () => {
    const directory = await made();
    const { status, stdout } = await mqha(['-C', directory, 'status', '--json']);
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as ClusterStatus;
    expectKeys(
      document,
      'cluster state zookeeper replicas quorum sync master elector failoverUrl nodes problems',
    );
    expectKeys(document.zookeeper, 'connect path managed reachable numChildren');
    expectKeys(
      document.nodes[0],
      'name host webPort messagePort replicationHost replicationPort process pid member role accepting attached lagBytes',
    );
    expect(document).toMatchObject({
      state: 'stopped',
      master: null,
      elector: null,
      quorum: 2,
      problems: [],
      zookeeper: { managed: true, reachable: false, numChildren: null },
    });
    expect(document.nodes.map((node) => node.process)).toEqual(['stopped', 'stopped', 'stopped']);
    const check = await mqha(['-C', directory, 'check']);
    expect(check.status).toBe(2);
    expect(check.stdout).toMatch(/^CRITICAL: mqStore is stopped; master none; members \?\/3;.*\n$/);
  });

  it('gives clients what they need, with an account and without', async () => {
    const directory = await made();
    const { stdout } = await mqha(['-C', directory, 'env', '--json']);
    const env = JSON.parse(stdout) as ClientSettings;
    expectKeys(env, 'failoverUrl username password consoleUsername brokers consoles');
    expect(env.failoverUrl).toBe(`failover:(${env.brokers.map(({ url }) => url).join(',')})`);
    expect(env.brokers.map(({ name }) => name)).toEqual(['mq01', 'mq02', 'mq03']);
    expect(env.consoles[2]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/jolokia\/$/);
    expect(env.username).toBe('app');
    expect(env.consoleUsername).toBe('console');
    expect(env.password).toBe(secretsOf(directory)[0]);
    expect((env.password ?? '').length).toBeGreaterThanOrEqual(16);
    const shell = (await mqha(['-C', directory, 'env', '--shell'])).stdout;
    for (const name of ['MQHA_FAILOVER_URL', 'SPRING_ACTIVEMQ_BROKER_URL']) {
      expect(shell).toContain(`export ${name}='${env.failoverUrl}'\n`);
    }
    for (const name of ['MQHA_USERNAME', 'SPRING_ACTIVEMQ_USER']) {
      expect(shell).toContain(`export ${name}='app'\n`);
    }
    for (const name of ['MQHA_PASSWORD', 'SPRING_ACTIVEMQ_PASSWORD']) {
      expect(shell).toContain(`export ${name}='${env.password ?? ''}'\n`);
    }
    const bare = await made({ authentication: false });
    const open = await mqha(['-C', bare, 'env', '--json']);
    expect(JSON.parse(open.stdout)).toMatchObject({ username: null, password: null });
    expect((await mqha(['-C', bare, 'env', '--shell'])).stdout).toContain('unset MQHA_PASSWORD\n');
  });

  it('has nothing to kill or to stop, which is no error', async () => {
    const directory = await made();
    const killed = await mqha(['-C', directory, 'kill', 'mq01', 'mq02', '--json']);
    expect(killed.status).toBe(0);
    const none = { killed: [], newMaster: null, failoverMs: null, state: 'stopped' };
    expect(JSON.parse(killed.stdout)).toEqual(none);
    expect(await mqha(['-C', directory, 'stop', 'mq01'])).toMatchObject({ status: 0 });
    expect(await mqha(['-C', directory, 'down'])).toMatchObject({ status: 0 });
  });

  it('shows the logs that are there', async () => {
    const directory = await made();
    const log = join(directory, 'nodes', 'mq02', 'log');
    mkdirSync(log);
    writeFileSync(join(log, 'activemq.log'), 'one\ntwo\nthree\n');
    const last = await mqha(['-C', directory, 'logs', 'mq02', '-n', '2']);
    expect(last).toEqual({ status: 0, stdout: 'two\nthree\n', stderr: '' });
    const all = await mqha(['-C', directory, 'logs', '--json']);
    const { logs } = JSON.parse(all.stdout) as { logs: { name: string; lines: string[] }[] };
    expect(logs.map(({ name, lines }) => `${name} ${lines.length}`)).toEqual([
      'mq01 0',
      'mq02 3',
      'mq03 0',
      'zookeeper 0',
    ]);
  });

  it('shows the lines of a log since a moment, with those that belong to them', async () => {
    const directory = await made();
    const log = join(directory, 'nodes', 'mq02', 'log');
    mkdirSync(log);
    const lines = [
      '2026-11-24 07:00:00,000 | INFO  | before',
      '2026-11-24 07:01:00,000 | WARN  | since',
      '\tat of.a.Trace',
      '2026-11-24 07:02:00,500 | INFO  | after',
      'cut off',
    ];
    writeFileSync(join(log, 'activemq.log.1'), `${lines.slice(0, 2).join('\n')}\n`);
    writeFileSync(join(log, 'activemq.log'), lines.slice(2).join('\n'));
    const shown = async (...args: string[]) =>
      (await mqha(['-C', directory, 'logs', 'mq02', ...args])).stdout.split('\n').slice(0, -1);
    expect(await shown('--since', '2026-11-24T07:01')).toEqual(lines.slice(1));
    expect(await shown('--since', '2026-11-24T07:01', '-n', '2')).toEqual(lines.slice(3));
    expect(await shown('--since', '2026-11-24T07:03')).toEqual([]);
    expect(await shown('-n', '0')).toEqual([]);
    expect(await shown()).toEqual(lines.slice(2));
  });

  it('is planned by up --dry-run, which changes nothing', async () => {
    const directory = await made();
    edit(directory, 'quorum_mem ', 'quorum_disk ');
    edit(directory, 'acks: async ', 'acks: quorum ');
    const before = snapshot(directory);
    const env = { JAVA_HOME: fakeJava('17.0.1') };
    const { stdout } = await mqha(['-C', directory, 'up', '--dry-run', '--json'], { env });
    const plan = JSON.parse(stdout) as DryRun;
    expect(plan.install).toBe(true);
    expect(plan.running).toEqual([]);
    expect(plan.render).toEqual(
      ['mq01', 'mq02', 'mq03'].map((name) => `nodes/${name}/conf/activemq.xml`),
    );
    expect(plan.start.map(({ name }) => name)).toEqual(['zookeeper', 'mq01', 'mq02', 'mq03']);
    const { id } = await openCluster(directory, thisHost({}));
    for (const { name, argv, command } of plan.start) {
      expect(command).toBe(join(env.JAVA_HOME, 'bin', 'java'));
      expect(argv).toEqual(expect.arrayContaining([`-Dmqha.cluster=${id}`, `-Dmqha.node=${name}`]));
      expect(argv.includes('-Dmqha.acks=quorum')).toBe(name !== 'zookeeper');
    }
    const text = await mqha(['-C', directory, 'up', '--dry-run'], { env });
    expect(text.stdout).toContain(`start mq02 in ${directory}/nodes/mq02\n  ${env.JAVA_HOME}`);
    expect(snapshot(directory)).toEqual(before);
  });

  it('is destroyed with an answer only, and leaves what others put there', async () => {
    const directory = await made();
    const before = snapshot(directory);
    const refused = await mqha(['-C', directory, 'destroy', '--json']);
    expect(refused.status).toBe(1);
    expect(errorOf(refused)).toMatchObject({ code: 'needs-consent' });
    expect(errorOf(refused).hint).toContain('--yes');
    const no = await mqha(['-C', directory, 'destroy'], { terminal: 'n\n' });
    expect(no.status).toBe(1);
    expect(no.stderr).toContain('error: not done: the cluster was not removed\nhint: ');
    // Ctrl-C at the question.
    const interrupted = await mqha(['-C', directory, 'destroy'], { terminal: '\u0003' });
    expect(interrupted.status).toBe(130);
    expect(interrupted.stderr).toContain('error: interrupted at the question; nothing was done\n');
    expect(snapshot(directory)).toEqual(before);
    writeFileSync(join(directory, 'nodes', 'notes.txt'), 'mine');
    expect((await mqha(['-C', directory, 'destroy', '--yes'])).status).toBe(0);
    expect(readdirSync(directory, { recursive: true })).toEqual(['nodes', 'nodes/notes.txt']);
  });
});

describe('files with a secret', () => {
  it('are for their owner only, and no other file has one', async () => {
    const directory = await made();
    const mode = (path: string) => statSync(join(directory, path)).mode & 0o777;
    expect(mode('.mqha')).toBe(0o700);
    expect(mode('nodes/mq01/conf')).toBe(0o700);
    const files = Object.entries(snapshot(directory));
    const secret = files.filter(([, text]) => secretsOf(directory).some((s) => text.includes(s)));
    expect(secret.map(([path]) => path.slice(directory.length + 1)).sort()).toEqual([
      '.mqha/credentials.json',
      ...['mq01', 'mq02', 'mq03'].flatMap((name) => [
        `nodes/${name}/conf/console-users.properties`,
        `nodes/${name}/conf/credentials.properties`,
        `nodes/${name}/conf/users.properties`,
      ]),
    ]);
    for (const [path] of secret) expect(statSync(path).mode & 0o777, path).toBe(0o600);
  });
});
