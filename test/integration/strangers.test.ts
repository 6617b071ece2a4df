import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askPort } from '../../src/clients/probe.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { largestBody } from '../../src/config/limits.js';
import { newSeed, randomFrom } from '../../src/drill/random.js';
import { readCredentials } from '../../src/state/identity.js';
import type { TestCluster } from '../support/cluster.js';
import { errorIn, eventually, startedCluster } from '../support/cluster.js';
import { consoleAccount } from '../support/console.js';
import { Frames } from '../support/frames.js';
import { receive, send } from '../support/messages.js';
import { exchange, get, login } from '../support/replication.js';
import { canChangeUser, impostor, reachedByAnother } from '../support/second-user.js';
import { Sending } from '../support/sending.js';
import { attack, ATTACKS, bombard, type Port, type Stranger } from '../support/strangers.js';
import { liveBytes, residentBytes, threadsOf } from '../support/usage-of-process.js';
import { ZooKeeperStranger } from '../support/zookeeper.js';

const MB = 1024 * 1024;

/** So many at random for each kind of port. */
const FRAMES = 10_000;

/** A secret in the environment of whoever starts the cluster. */
const CI_TOKEN = 'token-of-a-build-server';

/** The status of an answer; Jolokia answers with 200 and puts its own into the body. */
async function statusOf(url: string, options: RequestInit): Promise<number> {
  const response = await fetch(url, options);
  const text = await response.text();
  if (response.status !== 200 || !text.startsWith('{')) return response.status;
  return (JSON.parse(text) as { status: number }).status;
}

describe('strangers', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let before: ClusterStatus;
  let pids: Map<string, number>;
  let live: number;
  let sending: Sending;

  beforeAll(async () => {
    process.env.CI_TOKEN = CI_TOKEN;
    ({ cluster, settings } = await startedCluster());
    before = await cluster.status();
    pids = await processes();
    live = await liveBytes(pids.get(before.master ?? '') ?? 0);
    sending = new Sending(settings, 'calm');
  });

  afterAll(async () => {
    await sending.end();
    await cluster.remove();
  });

  async function processes(): Promise<Map<string, number>> {
    const names = ['mq01', 'mq02', 'mq03', 'zookeeper'];
    return new Map(
      await Promise.all(names.map(async (name) => [name, await cluster.pidOf(name)] as const)),
    );
  }

  /** The client, the processes and their memory are as they were. */
  async function undisturbed(): Promise<void> {
    const { sent, links } = sending;
    const count = sent.length;
    await eventually(
      () => Promise.resolve(sent.length),
      (now) => now > count,
    );
    expect(sent.filter(({ outcome }) => outcome !== 'acknowledged')).toEqual([]);
    expect(links.size).toBe(1);
    expect(await processes()).toEqual(pids);
    const master = pids.get(before.master ?? '') ?? 0;
    // The messages that were sent are in it as well.
    expect((await liveBytes(master)) - live).toBeLessThan(48 * MB);
    for (const [, pid] of pids) expect(await residentBytes(pid)).toBeLessThan(1200 * MB);
    expect(await cluster.status()).toMatchObject({ state: 'serving', master: before.master });
  }

  function portsOf(name: string | null): Record<'message' | 'web' | 'replication', Port> {
    const node = before.nodes.find((it) => it.name === name);
    if (!node) throw new Error(`no node ${String(name)}`);
    return {
      message: { host: node.host, port: node.messagePort },
      web: { host: node.host, port: node.webPort },
      replication: { host: node.replicationHost, port: node.replicationPort },
    };
  }

  it('that announce much in a few bytes, or never end, are hung up on', async () => {
    const { message } = portsOf(before.master);
    const all = new Map<string, Stranger[]>();
    for (const one of ATTACKS) all.set(one.name, await attack(message, one));
    const open: string[] = [];
    for (const [name, strangers] of all) {
      const ended = Promise.all(strangers.map((stranger) => stranger.ended)).then(() => true);
      if (!(await Promise.race([ended, sleep(20_000).then(() => false)]))) open.push(name);
      for (const stranger of strangers) stranger.leave();
    }
    expect(open).toEqual([]);
    await undisturbed();
  });

  it('that connect very often, or say nothing, take few threads', async () => {
    const { message } = portsOf(before.master);
    await bombard(message, 2000, () => Buffer.alloc(0), { atOnce: 100, patienceMs: 0 });
    const silent = await attack(message, {
      name: 'silence',
      connections: 150,
      bytes: Buffer.from('AMQP'),
    });
    expect(await threadsOf(pids.get(before.master ?? '') ?? 0)).toBeLessThan(1000);
    await undisturbed();
    for (const stranger of silent) stranger.leave();
  });

  it('that hold the account, or are pages of another site, can only read what the broker counts', async () => {
    const { host, port } = portsOf(before.master).web;
    const origin = `http://${host}:${port}`;
    const { name } = (await cluster.open()).config;
    const account = await consoleAccount(cluster);
    const ask = (path: string, more: RequestInit = {}, from = origin) =>
      statusOf(`${origin}${path}`, { ...more, headers: { ...account, Origin: from } });
    const broker = `org.apache.activemq:type=Broker,brokerName=${name}`;
    const read = `/api/jolokia/read/${broker}/TotalMessageCount`;
    const connector = `static:(vm:!/!/evil?brokerConfig=xbean:file:!/tmp!/evil.xml)`;
    const post = (body: object) => ({ method: 'POST', body: JSON.stringify(body) });
    expect(await ask(read)).toBe(200);
    const answers = {
      'another site': await ask(read, {}, 'http://evil.example'),
      POST: await ask('/api/jolokia/', post({ type: 'version' })),
      'exec by POST': await ask(
        '/api/jolokia/',
        post({ type: 'exec', mbean: broker, operation: 'addQueue', arguments: ['evil'] }),
      ),
      'exec by GET': await ask(`/api/jolokia/exec/${broker}/addQueue/evil`),
      'a network connector': await ask(
        `/api/jolokia/exec/${broker}/addNetworkConnector/${encodeURIComponent(connector)}`,
      ),
      write: await ask(`/api/jolokia/write/${broker}/JobSchedulerStoreLimit/1`),
      search: await ask('/api/jolokia/search/*:*'),
      list: await ask('/api/jolokia/list'),
      'the JVM': await ask('/api/jolokia/read/java.lang:type=Runtime/SystemProperties'),
      'every domain': await ask('/api/jolokia/read/*:type=Runtime/SystemProperties'),
      Jolokia: await ask('/api/jolokia/exec/jolokia:type=Config/debugInfo'),
      'the REST servlet': await ask('/api/message/evil?type=queue&body=x'),
      pages: await ask('/admin/'),
      files: await ask('/'),
    };
    expect(Object.entries(answers).filter(([, status]) => status < 400)).toEqual([]);
    const queues = await cluster.json<{ queues: { name: string }[] }>('queues');
    expect(queues.queues.map((queue) => queue.name)).not.toContain('evil');
    await undisturbed();
  });

  it('that announce a megabyte to ZooKeeper two hundred times are hung up on', async () => {
    const { host, port } = zookeeper();
    const bytes = Buffer.from([0, 0x0f, 0xff, 0xff]);
    const strangers = await attack({ host, port }, { name: 'sizes', connections: 200, bytes });
    await Promise.all(strangers.map((stranger) => stranger.ended));
    await undisturbed();
  });

  it('that reach ZooKeeper can neither see nor change who is elected', async () => {
    const { connect, path } = before.zookeeper;
    const members = before.nodes.map(({ member }) => `${path}/${String(member)}`);
    const [elector = ''] = [...members].sort();
    const master = members[before.nodes.findIndex(({ name }) => name === before.master)] ?? '';
    const evil = { id: before.cluster, container: 'stranger', address: 'tcp://127.0.0.1:1' };
    const elected = JSON.stringify({ ...evil, position: 1e9, weight: 1, elected: '0000000000' });
    for (const account of [undefined, 'fabric:guess', 'super:guess', 'stranger:x']) {
      const stranger = await ZooKeeperStranger.open(connect, account);
      const znodes = ['/', '/zookeeper', '/zookeeper/quota', '/activemq', path, ...members];
      const answers: Record<string, string> = {};
      for (const znode of znodes) {
        answers[`list ${znode}`] = await stranger.list(znode);
        answers[`read ${znode}`] = await stranger.read(znode);
        answers[`rights of ${znode}`] = await stranger.rights(znode);
        answers[`make below ${znode}`] = await stranger.make(`${znode}/x`.replace('//', '/'), 'x');
        answers[`free ${znode}`] = await stranger.free(znode);
        answers[`lock ${znode}`] = await stranger.lock(znode);
        if (znode !== '/') answers[`remove ${znode}`] = await stranger.remove(znode);
      }
      answers['a false member'] = await stranger.make(`${path}/00000000000x`, elected);
      answers['a false elector'] = await stranger.make(`${path}/0-000000001`, elected);
      answers['another address'] = await stranger.write(master, JSON.stringify(evil));
      answers.garbage = await stranger.write(elector, 'garbage');
      stranger.close();
      // Who is nobody can lock nothing for itself, and what the server needs can be removed by no one.
      const refusals = ['NO_AUTH', 'INVALID_ACL', 'BAD_ARGUMENTS'];
      const done = Object.entries(answers).filter(([, answer]) => !refusals.includes(answer));
      expect(done).toEqual([]);
    }
    await undisturbed();
    expect((await cluster.status()).problems).toEqual([]);
  });

  it.runIf(canChangeUser)(
    'that have a login on the machine read no secret, and reach no file and no process',
    async () => {
      // As a home directory is in which others may look around.
      await chmod(cluster.directory, 0o755);
      const { id, layout } = await cluster.open();
      const all = [...pids.values(), (await cluster.status()).supervisor.pid ?? 0];
      const impostorOfOne = impostor([`-Dmqha.cluster=${id}`, '-Dmqha.node=mq01']);
      const reached = await reachedByAnother(cluster.directory, all);
      expect(reached).toMatchObject({ changed: [], processes: [] });
      expect(reached.read).toContain(join(cluster.directory, 'mqha.yaml'));
      const { accounts, ...own } = { ...(await readCredentials(layout)) };
      const secrets = [own.password, own.securityToken, own.zookeeperPassword].concat(
        Object.values(accounts ?? {}).map(({ password }) => password),
      );
      expect(secrets.length).toBeGreaterThan(3);
      for (const path of reached.read) {
        const text = await readFile(path, 'latin1');
        expect(secrets.filter((secret) => text.includes(String(secret)))).toEqual([]);
      }
      // Nor is what the starter's environment had in that of any process.
      for (const pid of all) {
        expect(await readFile(`/proc/${pid}/environ`, 'latin1')).not.toContain(CI_TOKEN);
      }
      await undisturbed();
      expect((await cluster.run('start', 'mq01')).exitCode).toBe(0);
      await undisturbed();
      await impostorOfOne.end();
    },
  );

  it('that write at random to every port change nothing', async () => {
    const seed = Number(process.env.MQHA_SEED ?? newSeed());
    console.log(`frames of the seed ${seed} (MQHA_SEED=${seed} gives them again)`);
    const frames = new Frames(randomFrom(seed));
    for (const { name } of before.nodes) {
      const ports = portsOf(name);
      const isMaster = name === before.master;
      const count = isMaster ? FRAMES : 50;
      await bombard(ports.message, count, () => frames.message(), { atOnce: 100 });
      await bombard(ports.web, count, () => frames.web(), { atOnce: 100 });
      await bombard(ports.replication, count, () => frames.replication(), { atOnce: 100 });
    }
    await bombard(zookeeper(), FRAMES, () => frames.zookeeper(), { atOnce: 100 });
    await undisturbed();
  });

  it('that connect four thousand times to the replication port, or send it what it does not take, leave few traces', async () => {
    const { replication } = portsOf(before.master);
    const idle: Stranger[] = [];
    for (let made = 0; made < 4000; made += 200) {
      idle.push(
        ...(await attack(replication, { name: 'idle', connections: 200, bytes: Buffer.alloc(0) })),
      );
    }
    await sleep(500);
    let open = 0;
    for (const { ended } of idle) {
      if (!(await Promise.race([ended.then(() => true), sleep(0).then(() => false)]))) open++;
    }
    expect(open).toBeLessThan(100);
    const logged = await loggedBytes();
    const garbage = Buffer.from(`${login('x').slice(0, -3)}\0`);
    await bombard(replication, 500, () => garbage);
    await bombard(replication, 500, () => Buffer.from('sync\n\0'.repeat(100)));
    // A log of gc is written beside it.
    expect((await loggedBytes()) - logged).toBeLessThan(200_000);
    for (const stranger of idle) stranger.leave();
    await undisturbed();
  });

  it('that have the token of the replication get files of the store alone', async () => {
    const { replication } = portsOf(before.master);
    const { securityToken } = (await readCredentials((await cluster.open()).layout)) ?? {
      securityToken: '',
    };
    const [log = ''] = (
      await readdir(join(cluster.directory, 'nodes', String(before.master), 'data', 'storedb'))
    ).filter((name) => /^[0-9a-f]{16}\.log$/.test(name));
    // What would be read, is.
    expect(await exchange(replication, login(securityToken) + get(`log/${log}`), 1000)).toMatch(
      /^ok\n\0ok\n\0.{5}$/s,
    );
    for (const frames of [
      get('../../conf/credentials.properties'),
      get('log/../../../conf/credentials.properties'),
      get('/etc/passwd'),
      get('..\\..\\conf'),
      get(''),
      get(`log/${log}`, -1),
      get(`log/${log}`, 0, -1),
    ]) {
      expect(await exchange(replication, login(securityToken) + frames)).toMatch(
        /^ok\n\0error\n[^\0]*\0$/,
      );
    }
    expect(await exchange(replication, login(`${securityToken}x`) + get(`log/${log}`))).toMatch(
      /^error\n[^\0]*\0$/,
    );
    expect(await exchange(replication, get(`log/${log}`))).toMatch(/^error\n[^\0]*\0$/);
    await undisturbed();
  });

  it('that hold the account crash nothing with what STOMP and OpenWire turn into objects', async () => {
    const { message } = portsOf(before.master);
    const { username, password } = settings;
    const connected = `CONNECT\nlogin:${username}\npasscode:${password}\n\n\0`;
    const nested = (transformation: string, text: string) =>
      `${connected}SEND\ndestination:/queue/odd\ntransformation:${transformation}\nreceipt:1\n\n${text}\0`;
    for (const frames of [
      nested('jms-map-json', '{"a":'.repeat(100_000)),
      nested('jms-map-json', '['.repeat(300_000)),
      nested('jms-object-json', `{"map":${'{"entry":'.repeat(50_000)}`),
      nested('jms-map-xml', '<map>'.repeat(100_000)),
      nested('../../../../../../../META-INF/MANIFEST.MF', 'x'),
      nested('jms-object-xml', '<java.beans.EventHandler/>'),
    ]) {
      const [stranger] = await attack(message, {
        name: 'nested',
        connections: 1,
        bytes: Buffer.from(frames),
      });
      await sleep(300);
      stranger?.leave();
    }
    await undisturbed();
  });

  it('that use up all connections get no broker killed, and status says so', async () => {
    const began = new Date();
    const { message } = portsOf(before.master);
    const present: Stranger[] = [];
    const problemOf = ({ problems }: ClusterStatus) =>
      problems.find(({ code }) => code === 'connections-full');
    try {
      // Silent ones on every port first: they are no reason to let others wait.
      for (const { name } of before.nodes) {
        const { web, replication, ...ports } = portsOf(name);
        for (const port of [ports.message, web, replication]) {
          const silent = { name: 'silence', connections: 1100, bytes: Buffer.from([0x16, 3, 1]) };
          present.push(...(await attack(port, silent)));
        }
      }
      await fill(message, present);
      const full = await eventually(
        () => cluster.status(),
        (status) => problemOf(status) !== undefined,
      );
      expect(problemOf(full)).toMatchObject({ severity: 'error', node: before.master });
      // Three times as long as a master may hang.
      await sleep(Number(process.env.MQHA_FULL_MS ?? 24_000));
      await fill(message, present);
      const still = await cluster.status();
      expect(problemOf(still)).toBeDefined();
      expect(still).toMatchObject({ state: 'serving', master: before.master });
      const checked = await cluster.run('check');
      expect([checked.exitCode, checked.stdout.split(':')[0]]).toEqual([1, 'WARNING']);
      const refused = await cluster.run('send', 'late', 'x', '--timeout', '5s', '--json');
      expect(errorIn(refused.stderr).code).toBe('connections-full');
      // Nothing is to be waited for.
      expect((await cluster.run('up')).exitCode).toBe(0);
    } finally {
      for (const stranger of present) stranger.leave();
    }
    await eventually(
      () => cluster.status(),
      (status) => problemOf(status) === undefined,
    );
    await undisturbed();
    const told = (await cluster.events(began)).map(({ type }) => type);
    expect(told).toContain('connections-full');
    expect(told).not.toContain('process-killed');
    await eventually(
      () => cluster.events(began),
      (entries) => entries.some(({ type }) => type === 'connections-free'),
    );
  });

  /** Clients with the account connect, and say nothing more, until nobody else is let in. */
  async function fill(port: Port, present: Stranger[]): Promise<void> {
    const { username, password } = settings;
    const connect = `CONNECT\naccept-version:1.1\nlogin:${username}\npasscode:${password}\n\n\0`;
    const bytes = Buffer.from(connect);
    // Those that are just authenticating count, and may be hung up on: it must stay full.
    for (let rounds = 0, full = 0; full < 3; rounds++) {
      expect(rounds).toBeLessThan(60);
      full = (await askPort(port)) === 'full' ? full + 1 : 0;
      if (full === 0) {
        present.push(...(await attack(port, { name: 'clients', connections: 50, bytes })));
      }
      await sleep(full === 0 ? 200 : 700);
    }
  }

  it('keep nobody from sending what is as large as may be', async () => {
    const { config } = await cluster.open();
    const body = 'x'.repeat(largestBody(config));
    await send(settings, 'large', [body]);
    const [received] = await receive(settings, 'large', 1);
    expect(received === body).toBe(true);
  });

  it('leave nothing behind that a client would notice', async () => {
    await sending.end();
    const bodies = sending.sent.map((_, number) => `message ${number}`);
    expect(await receive(settings, 'calm', bodies.length)).toEqual(bodies);
  });

  /** What all brokers have in their logs, in bytes. */
  async function loggedBytes(): Promise<number> {
    const { config } = await cluster.open();
    let bytes = 0;
    for (const { name } of config.nodes) {
      const log = join(cluster.directory, 'nodes', name, 'log');
      for (const file of await readdir(log)) bytes += (await stat(join(log, file))).size;
    }
    return bytes;
  }

  function zookeeper(): Port {
    const [host = '', port] = before.zookeeper.connect.split(':');
    return { host, port: Number(port) };
  }
});
