import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { markers } from '../../../src/agents/marks.js';
import { systemProcesses } from '../../../src/agents/local/table.js';
import { Deadline } from '../../../src/lib/time.js';
import { killNodes } from '../../../src/operations/kill.js';
import {
  downCluster,
  hasEnded,
  stopEverything,
  stopNodes,
  stopProcesses,
} from '../../../src/operations/stop.js';
import { openCluster, thisHost, type Cluster } from '../../../src/state/cluster.js';
import { want } from '../../../src/state/desired-state.js';
import { readDesiredState } from '../../../src/state/desired-state-file.js';
import type { ClusterEvent } from '../../../src/state/progress.js';
import { broker, child, soon } from '../children.js';
import { made } from '../rig.js';
import { coordinationOf, judged, whole, znode } from '../scenes.js';

/** A cluster of three without processes. */
async function setUp() {
  const events: ClusterEvent[] = [];
  const stopped = new AbortController();
  const emit = (event: ClusterEvent) => void events.push(event);
  const opened = await openCluster(await made(), thisHost({ emit, signal: stopped.signal }));
  const coordination = coordinationOf(() => Promise.resolve([]));
  const cluster: Cluster = { ...opened, coordination };
  return { cluster, events, stopped };
}

/** A broker that does not listen to SIGTERM. */
async function stubborn({ id }: Cluster, name: string) {
  const program =
    "process.on('SIGTERM', () => {}); process.stdout.write('up'); setInterval(() => {}, 1000)";
  const started = child(['-e', program, '--', ...markers(id, name)]);
  await soon(once(started.stdout, 'data'));
  return started;
}

/** A port that answers as a master's, until it is closed. */
async function amqpPort(port: number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      // The header, and its mechanisms as one frame (ask of a broker with room).
      socket.write(Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0, 0, 0, 0, 8, 2, 1, 0, 0]));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** What is wanted of each process that somebody has said something about. */
async function wantedOf({ layout }: Cluster) {
  const read = await readDesiredState(layout);
  if (read.state !== 'read') return undefined;
  return Object.fromEntries(
    Object.entries(read.wanted.processes).map(([name, { state }]) => [name, state]),
  );
}

const YES = { timeoutMs: 5000, confirm: () => Promise.resolve(true) };
const NO = { timeoutMs: 5000, confirm: () => Promise.resolve(false) };

describe('a process that is stopped', () => {
  it('gets SIGTERM, and that is told with its pid', async () => {
    const { cluster, events } = await setUp();
    const { pid, runs } = await broker(cluster.id, 'mq01');
    const stopped = await stopProcesses(cluster, ['mq01', 'mq02'], 5000);
    expect(stopped).toMatchObject([{ name: 'mq01', pid, forced: false }]);
    await expect.poll(runs).toBe(false);
    expect(events).toMatchObject([
      { type: 'stopping', name: 'mq01', pid },
      { type: 'stopped', name: 'mq01', forced: false },
    ]);
  });

  it('is killed where it does not end in time', async () => {
    const { cluster, events } = await setUp();
    const { runs, ended } = await stubborn(cluster, 'mq01');
    expect(await stopProcesses(cluster, ['mq01'], 200)).toMatchObject([{ forced: true }]);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(runs()).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: 'stopped', forced: true });
  });

  it('is resumed where it is suspended, and then ends by itself', async () => {
    const { cluster } = await setUp();
    const { pid, ended } = await broker(cluster.id, 'mq01');
    process.kill(pid, 'SIGSTOP');
    await expect.poll(async () => (await systemProcesses().get(pid))?.suspended).toBe(true);
    expect(await stopProcesses(cluster, ['mq01'], 5000)).toMatchObject([{ forced: false }]);
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('is stopped with another of its name, which an interrupted launch has left', async () => {
    const { cluster } = await setUp();
    const two = [await broker(cluster.id, 'mq01'), await broker(cluster.id, 'mq01')];
    const stopped = await stopProcesses(cluster, ['mq01'], 5000);
    expect(stopped.map(({ pid }) => pid).sort()).toEqual(two.map(({ pid }) => pid).sort());
  });

  it('is waited for until the deadline, or Ctrl-C', async () => {
    const { cluster, stopped } = await setUp();
    const { end } = await stubborn(cluster, 'mq01');
    const found = await cluster.registry.find('mq01');
    if (!found) throw new Error('it is not found');
    expect(await hasEnded(cluster, found, Deadline.in(60))).toBe(false);
    const waits = hasEnded(cluster, found, Deadline.in(20_000));
    stopped.abort();
    await expect(waits).rejects.toMatchObject({ code: 'interrupted' });
    await end();
    expect(await hasEnded(cluster, found, Deadline.in(0))).toBe(true);
  });
});

describe('nodes that are stopped', () => {
  it('are wanted down, and the others are as they were', async () => {
    const { cluster } = await setUp();
    await want(cluster, ['mq01', 'mq02', 'mq03'], 'up');
    for (const name of ['mq01', 'mq02', 'mq03']) await broker(cluster.id, name);
    const nodes = cluster.config.nodes.slice(2);
    const { stopped, status } = await stopNodes(cluster, nodes, YES);
    expect(stopped.map(({ name }) => name)).toEqual(['mq03']);
    expect(status.nodes.map((node) => node.process)).toEqual(['running', 'running', 'stopped']);
    expect(await wantedOf(cluster)).toMatchObject({ mq01: 'up', mq02: 'up', mq03: 'down' });
  });

  it('take quorum away, and what is told is what comes of that: the master closes its port a moment later', async () => {
    const { cluster } = await setUp();
    const config = { ...cluster.config };
    const [mq01] = config.nodes;
    if (!mq01) throw new Error('there is no node');
    for (const name of ['zookeeper', 'mq01', 'mq02']) await broker(cluster.id, name);
    const port = await amqpPort(mq01.messagePort);
    setTimeout(() => port.close(), 700);
    const member = znode(1, 'mq01', { address: 'tcp://127.0.0.1:61600', elected: '0000000001' });
    const coordination = coordinationOf(() => Promise.resolve([member]));
    const nodes = config.nodes.slice(1, 2);
    const { status } = await stopNodes({ ...cluster, coordination }, nodes, YES);
    expect(status.state).toBe('no-quorum');
  });

  it('stay as they are, and as they are wanted, without consent', async () => {
    const { cluster } = await setUp();
    await want(cluster, ['mq01', 'mq02', 'mq03'], 'up');
    const brokers = [await broker(cluster.id, 'mq01'), await broker(cluster.id, 'mq02')];
    await expect(stopNodes(cluster, cluster.config.nodes, NO)).rejects.toMatchObject({
      code: 'declined',
    });
    expect(brokers.map(({ runs }) => runs())).toEqual([true, true]);
    expect(await wantedOf(cluster)).toMatchObject({ mq01: 'up', mq02: 'up' });
  });

  it('stay where what is done first refuses it', async () => {
    const { cluster } = await setUp();
    const { runs } = await broker(cluster.id, 'mq01');
    const before = () => Promise.reject(new Error('not now'));
    await expect(stopNodes(cluster, cluster.config.nodes, { ...YES, before })).rejects.toThrow(
      'not now',
    );
    expect(runs()).toBe(true);
  });
});

describe('a cluster that is stopped', () => {
  it('ends brokers in the order of their names, those that mqha.yaml does not name as well, and ZooKeeper last', async () => {
    const { cluster } = await setUp();
    for (const name of ['zookeeper', 'mq09', 'mq02', 'mq01']) await broker(cluster.id, name);
    const stopped = await downCluster(cluster, 5000);
    expect(stopped.map(({ name }) => name)).toEqual(['mq01', 'mq02', 'mq09', 'zookeeper']);
    const wanted = await wantedOf(cluster);
    for (const name of ['zookeeper', 'mq01', 'mq02', 'mq03', 'mq09']) {
      expect(wanted?.[name]).toBe('down');
    }
  });

  it('is nothing to do for one that was never started', async () => {
    const { cluster } = await setUp();
    expect(await stopEverything({ ...cluster, id: '' }, 1000)).toEqual([]);
    expect(await wantedOf(cluster)).toBeUndefined();
  });

  it('leaves alone what runs of another cluster', async () => {
    const { cluster } = await setUp();
    const { runs } = await broker('another', 'mq01');
    expect(await stopEverything(cluster, 1000)).toEqual([]);
    expect(runs()).toBe(true);
  });
});

describe('nodes that are killed', () => {
  const before = judged(whole());

  it('are wanted down, and what they were is told', async () => {
    const { cluster, events } = await setUp();
    const one = await broker(cluster.id, 'mq02');
    const two = await broker(cluster.id, 'mq03');
    const { result, error } = await killNodes(cluster, cluster.config.nodes.slice(1), before, {
      ...YES,
      timeoutMs: 600,
    });
    expect(await one.ended).toEqual([null, 'SIGKILL']);
    expect(await two.ended).toEqual([null, 'SIGKILL']);
    expect(result).toMatchObject({
      killed: [
        { name: 'mq02', was: 'master' },
        { name: 'mq03', was: 'slave' },
      ],
      newMaster: null,
      failoverMs: null,
    });
    expect(error).toBeUndefined();
    expect(events).toMatchObject([
      { type: 'killed', name: 'mq02', pid: one.pid },
      { type: 'killed', name: 'mq03', pid: two.pid },
    ]);
    expect(await wantedOf(cluster)).toMatchObject({ mq02: 'down', mq03: 'down' });
  });

  it('are none where none runs, and nobody is wanted down for it', async () => {
    const { cluster } = await setUp();
    await want(cluster, ['mq01'], 'up');
    const { result, error } = await killNodes(
      cluster,
      cluster.config.nodes.slice(0, 1),
      before,
      YES,
    );
    expect([result.killed, error]).toEqual([[], undefined]);
    expect(await wantedOf(cluster)).toMatchObject({ mq01: 'up' });
  });

  it('live on without consent', async () => {
    const { cluster } = await setUp();
    const { runs } = await broker(cluster.id, 'mq02');
    const nodes = cluster.config.nodes.slice(0, 2);
    await expect(killNodes(cluster, nodes, before, NO)).rejects.toMatchObject({ code: 'declined' });
    expect(runs()).toBe(true);
  });
});
