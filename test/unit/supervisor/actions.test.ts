import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCluster, thisHost, type Cluster } from '../../../src/state/cluster.js';
import { want } from '../../../src/state/desired-state.js';
import { endFile } from '../../../src/stores/end-record.js';
import { carryOut } from '../../../src/supervisor/actions.js';
import type { Action } from '../../../src/supervisor/core/action.js';
import { DesiredStateReader } from '../../../src/supervisor/desired-state-reader.js';
import { Watches } from '../../../src/supervisor/watches.js';
import { broker } from '../children.js';
import { made } from '../rig.js';
import { coordinationOf } from '../scenes.js';

const AT = '2026-11-29T08:00:00.000Z';

/** A cluster without processes, on a machine without Java. */
async function setUp(release = () => Promise.resolve(true)) {
  const host = { ...thisHost({}), env: { PATH: '/nowhere' }, now: () => new Date(AT) };
  const opened = await openCluster(await made(), host);
  const coordination = coordinationOf(() => Promise.resolve([]), release);
  const cluster: Cluster = { ...opened, coordination };
  const desired = new DesiredStateReader();
  const starts = { prepared: undefined };
  return {
    cluster,
    act: (action: Action) => carryOut(action, { cluster, desired, starts }),
    /** Starts these, and tells how it went with each. */
    start: async (...names: string[]) => {
      const attempts = names.map((name) => ({ name, attempt: 1 }));
      const [event] = await carryOut(
        { type: 'start', attempts, room: 1 },
        { cluster, desired, starts },
      );
      return event?.type === 'started' ? event : undefined;
    },
  };
}

/** A broker of mq01, and what names it. */
async function mq01(cluster: Cluster) {
  const started = await broker(cluster.id, 'mq01');
  const found = await cluster.registry.find('mq01');
  return { ...started, id: { name: 'mq01', pid: started.pid, startTime: found?.startTime ?? '' } };
}

const RELEASE = { type: 'release', name: 'mq01', znode: '01', session: '7' } as const;

describe('a dead process', () => {
  it('is taken out of the election, and that is known only where it was done', async () => {
    const { act } = await setUp();
    expect(await act(RELEASE)).toEqual([
      { type: 'released', node: 'mq01', znode: '01', session: '7' },
    ]);
    const gone = await setUp(() => Promise.resolve(false));
    expect(await gone.act(RELEASE)).toEqual([]);
    const silent = await setUp(() => Promise.reject(new Error('no answer')));
    expect(await silent.act(RELEASE)).toEqual([]);
    expect(await silent.act({ type: 'release-noted', names: ['mq01'] })).toEqual([]);
  });

  it('is examined: why it ended, whether its disk is full, and what is wanted by now', async () => {
    const { cluster, act } = await setUp();
    await want(cluster, ['mq01'], 'down');
    const { log, data } = cluster.layout.node('mq01');
    mkdirSync(log, { recursive: true });
    mkdirSync(data, { recursive: true });
    const end = { at: AT, pid: 7, exitCode: 1, code: 'log-lost', message: 'x.log is gone' };
    writeFileSync(endFile(log), JSON.stringify(end));
    const id = { name: 'mq01', pid: 7, startTime: '1' };
    const [event] = await act({ type: 'examine', ...id });
    expect(event).toMatchObject({ type: 'examined', ...id, end, diskFull: false, at: AT });
    expect(event).toMatchObject({ desired: { processes: { mq01: { state: 'down' } } } });
    const [other] = await act({ type: 'examine', ...id, pid: 8 });
    expect(other).toMatchObject({ end: undefined });
    const [zookeeper] = await act({ type: 'examine', ...id, name: 'zookeeper' });
    expect(zookeeper).toMatchObject({ name: 'zookeeper', end: undefined });
  });
});

describe('a process at fault', () => {
  it('is killed where it is still the same, and else is not', async () => {
    const { cluster, act } = await setUp();
    const { id, ended, runs } = await mq01(cluster);
    const why = { code: 'hung', reason: 'it does not answer' } as const;
    const another = { ...id, startTime: '1' };
    expect(await act({ type: 'kill', ...another, ...why })).toEqual([
      { type: 'not-killed', ...another },
    ]);
    expect(runs()).toBe(true);
    expect(await act({ type: 'kill', ...id, ...why })).toEqual([{ type: 'killed', ...id, ...why }]);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('is asked once more, and does not answer where nobody listens, or mqha.yaml does not name it', async () => {
    const { cluster, act } = await setUp();
    const { id } = await mq01(cluster);
    expect(await act({ type: 'ask', ...id })).toEqual([{ type: 'asked', ...id, answers: false }]);
    const unknown = { ...id, name: 'mq09' };
    expect(await act({ type: 'ask', ...unknown })).toEqual([
      { type: 'asked', ...unknown, answers: false },
    ]);
  });
});

describe('a start by a supervisor', () => {
  it('tells of each that is wanted why it failed, and whether it runs even so', async () => {
    const { cluster, start } = await setUp();
    await want(cluster, ['mq01', 'mq02'], 'up');
    await mq01(cluster);
    expect(await start('mq01', 'mq02')).toMatchObject({
      at: AT,
      lost: [],
      results: [
        { name: 'mq01', outcome: 'failed', code: 'java-missing', alive: true },
        { name: 'mq02', outcome: 'failed', code: 'java-missing', alive: false },
      ],
    });
  });

  it('of nobody is none', async () => {
    const { start } = await setUp();
    expect(await start()).toMatchObject({ results: [], lost: [] });
  });
});

describe('what a supervisor watches', () => {
  const processOf = (id: { name: string; pid: number; startTime: string }) =>
    ({ name: id.name, info: { ...id, argv: [], suspended: false } }) as never;

  it('is who is supervised now, and nobody else', async () => {
    const { cluster } = await setUp();
    const told: unknown[] = [];
    const watches = new Watches((name, id) => told.push({ name, ...id }));
    const one = await mq01(cluster);
    mkdirSync(cluster.layout.node('mq01').base, { recursive: true });
    watches.follow(cluster, new Map([['mq01', processOf(one.id)]]));
    watches.follow(cluster, new Map([['mq01', processOf(one.id)]]));
    expect([...(await watches.attachments()).keys()]).toEqual(['mq01']);
    watches.follow(cluster, new Map());
    expect((await watches.attachments()).size).toBe(0);
    watches.close();
    expect(told).toEqual([]);
  });

  it('of ZooKeeper is no attachment', async () => {
    const { cluster } = await setUp();
    const watches = new Watches(() => undefined);
    const id = { name: 'zookeeper', pid: process.pid, startTime: '1' };
    watches.follow(cluster, new Map([['zookeeper', processOf(id)]]));
    expect((await watches.attachments()).size).toBe(0);
    watches.close();
  });
});
