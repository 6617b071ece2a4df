import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueSender, type Sent } from '../../src/clients/amqp/sender.js';
import type { LinkTimes } from '../../src/clients/amqp/link.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { largestBody } from '../../src/config/limits.js';
import { newSeed, randomFrom } from '../../src/drill/random.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { consoleAccount } from '../support/console.js';
import { Frames } from '../support/frames.js';
import { clientOf, receive, send } from '../support/messages.js';
import { attack, ATTACKS, bombard, type Port, type Stranger } from '../support/strangers.js';

const MB = 1024 * 1024;

/** A client that sends numbered messages one after the other, and notes what became of them. */
class Sending {
  readonly #sender: QueueSender;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly sent: Sent[] = [];
  readonly links = new Set<LinkTimes['openAt']>();

  constructor(settings: ClientSettings, queue: string) {
    this.#sender = new QueueSender(queue, clientOf(settings));
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.sent.push(await this.#sender.send(`message ${this.sent.length}`));
      if (this.#sender.link) this.links.add(this.#sender.link.openAt);
      await sleep(10);
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await this.#sender.close();
  }
}

/** Bytes that live objects take of a JVM's heap, after a garbage collection. */
async function liveBytes(pid: number): Promise<number> {
  const { stdout } = await execa('jcmd', [String(pid), 'GC.class_histogram']);
  return Number(/^Total +\d+ +(\d+)/m.exec(stdout)?.[1]);
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** The status of an answer; Jolokia answers with 200 and puts its own into the body. */
async function statusOf(url: string, options: RequestInit): Promise<number> {
  const response = await fetch(url, options);
  const text = await response.text();
  if (response.status !== 200 || !text.startsWith('{')) return response.status;
  return (JSON.parse(text) as { status: number }).status;
}

async function threadsOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]);
}

describe('strangers', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let before: ClusterStatus;
  let pids: Map<string, number>;
  let live: number;
  let sending: Sending;

  beforeAll(async () => {
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
    await sleep(500);
    expect(sent.length).toBeGreaterThan(count);
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

  it('that write at random to every port change nothing', async () => {
    const seed = Number(process.env.MQHA_SEED ?? newSeed());
    console.log(`frames of the seed ${seed} (MQHA_SEED=${seed} gives them again)`);
    const frames = new Frames(randomFrom(seed));
    for (const { name } of before.nodes) {
      const ports = portsOf(name);
      const isMaster = name === before.master;
      await bombard(ports.message, isMaster ? 1500 : 50, () => frames.message());
      await bombard(ports.web, isMaster ? 500 : 50, () => frames.web());
      await bombard(ports.replication, isMaster ? 500 : 50, () => frames.replication());
    }
    await bombard(zookeeper(), 500, () => frames.zookeeper());
    await undisturbed();
  });

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

  function zookeeper(): Port {
    const [host = '', port] = before.zookeeper.connect.split(':');
    return { host, port: Number(port) };
  }
});
