import { describe, expect, it } from 'vitest';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { noteSessions, releaseZnodes } from '../../../src/state/sessions.js';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../../src/stores/replicated-leveldb/election/members.js';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import type { ProcessTable } from '../../../src/agents/local/table.js';
import { Deadline } from '../../../src/lib/time.js';
import { unrendered } from '../rig.js';
import { coordinationOf, znode } from '../scenes.js';

const NAMES = ['mq01', 'mq02', 'mq03'];

/** A machine on which three brokers run and nothing else, and the znodes of those. */
async function machine() {
  const living = new Map<number, ProcessInfo>();
  let boot = 'first';
  const table: ProcessTable = {
    get: (pid) => Promise.resolve(living.get(pid)),
    list: () => Promise.resolve([...living.values()]),
    bootId: () => Promise.resolve(boot),
  };
  const host = { ...thisHost({}), processes: table };
  const opened = await openCluster(await unrendered(), host);
  const { registry } = opened;
  let znodes: readonly Znode[] = NAMES.map((name, index) => znode(index + 1, name));
  let asked = 0;
  const removed: string[] = [];
  const coordination = coordinationOf(
    () => {
      asked++;
      return Promise.resolve(znodes);
    },
    (member) => {
      const there = znodes.some(({ name }) => name === member.znode);
      if (there) removed.push(member.znode);
      return Promise.resolve(there);
    },
  );
  const cluster = { ...opened, coordination };

  /** Starts a node, as another process each time. */
  const start = async (name: string, pid: number, startTime = `${pid}`) => {
    const argv = ['java', ...markers('none', name)];
    living.set(pid, { pid, startTime, argv, suspended: false });
    await registry.remember(name, pid);
  };
  for (const [index, name] of NAMES.entries()) await start(name, 100 + index);
  return {
    registry,
    asked: () => asked,
    removed,
    start,
    kill: (pid: number) => living.delete(pid),
    /** Another program has the pid now. */
    reuse: (pid: number) => living.set(pid, { ...running(pid), startTime: 'later' }),
    reboot: () => {
      boot = 'second';
    },
    see: (now: readonly Znode[]) => {
      znodes = now;
    },
    note: async (
      processes = new Map([...living.values()].map((one, i) => [NAMES[i] ?? '', one])),
    ) => noteSessions(cluster, readElection(znodes, 'mqStore'), processes),
    release: (...names: string[]) => releaseZnodes(cluster, names, Deadline.in(1000)),
  };
}

const running = (pid: number): ProcessInfo => ({
  pid,
  startTime: `${pid}`,
  argv: [],
  suspended: false,
});

describe('a session', () => {
  it('is nobody’s while its process lives, and a dead one’s when that is proven', async () => {
    const { registry, note, kill } = await machine();
    await note();
    expect(await registry.deadSessions('mq01')).toEqual([]);
    kill(100);
    expect(await registry.deadSessions('mq01')).toEqual(['100001']);
    expect(await registry.deadSessions('mq02')).toEqual([]);
  });

  it('is noted beside those that the process had before', async () => {
    const { registry, note, kill, see } = await machine();
    await note();
    await note();
    see([znode(4, 'mq01')]);
    await note();
    kill(100);
    expect(await registry.deadSessions('mq01')).toEqual(['100001', '100004']);
  });

  it('is not noted for a process that has ended meanwhile', async () => {
    const { registry, note, kill } = await machine();
    kill(100);
    await note(new Map([['mq01', running(100)]]));
    expect(await registry.deadSessions('mq01')).toEqual([]);
  });

  it('is not noted for a process that was started meanwhile', async () => {
    const { registry, note, kill, start } = await machine();
    kill(100);
    await start('mq01', 200);
    await note(new Map([['mq01', running(100)]]));
    kill(200);
    expect(await registry.deadSessions('mq01')).toEqual([]);
  });

  it('is not noted while a node has two znodes: one is of an earlier process', async () => {
    const { registry, note, kill, see } = await machine();
    see([znode(1, 'mq01'), znode(4, 'mq01')]);
    await note();
    kill(100);
    expect(await registry.deadSessions('mq01')).toEqual([]);
  });

  it('is not noted where no session holds the znode', async () => {
    const { registry, note, kill, see } = await machine();
    see([{ ...znode(1, 'mq01'), session: '' }]);
    await note();
    kill(100);
    expect(await registry.deadSessions('mq01')).toEqual([]);
  });

  it('is a dead one’s where another program has its pid', async () => {
    const { registry, note, reuse } = await machine();
    await note();
    reuse(100);
    expect(await registry.deadSessions('mq01')).toEqual(['100001']);
  });

  it('is a dead one’s after a boot, whoever has the pid now', async () => {
    const { registry, note, reboot } = await machine();
    await note();
    reboot();
    expect(await registry.deadSessions('mq01')).toEqual(['100001']);
  });

  it('is forgotten with its process when the node is started again', async () => {
    const { registry, note, kill, start } = await machine();
    await note();
    kill(100);
    await start('mq01', 200);
    kill(200);
    expect(await registry.deadSessions('mq01')).toEqual([]);
  });
});

describe('the znodes of the dead', () => {
  it('are removed, and no others', async () => {
    const { note, kill, release, removed } = await machine();
    await note();
    kill(101);
    expect(await release(...NAMES)).toEqual([
      { node: 'mq02', znode: '00000000002', session: '100002' },
    ]);
    expect(removed).toEqual(['00000000002']);
  });

  it('stay where their sessions were never noted', async () => {
    const { note, kill, release, removed, see } = await machine();
    await note();
    kill(100);
    see([znode(7, 'mq01'), znode(2, 'mq02')]);
    expect(await release('mq01')).toEqual([]);
    expect(removed).toEqual([]);
  });

  it('stay where nobody asked for them', async () => {
    const { note, kill, release, removed } = await machine();
    await note();
    kill(100);
    kill(101);
    await release('mq02');
    expect(removed).toEqual(['00000000002']);
  });

  it('stay where another cluster of the same session holds them', async () => {
    const { note, kill, release, removed, see } = await machine();
    await note();
    kill(100);
    see([{ ...znode(5, 'mq01', { id: 'other' }), session: '100001' }]);
    await release('mq01');
    expect(removed).toEqual([]);
  });

  it('are not told where they were gone already', async () => {
    const { note, kill, release, see, removed } = await machine();
    await note();
    kill(100);
    see([]);
    expect(await release('mq01')).toEqual([]);
    expect(removed).toEqual([]);
  });

  it('are not looked for while all live: ZooKeeper need not be there', async () => {
    const { note, release, asked } = await machine();
    await note();
    expect(await release(...NAMES)).toEqual([]);
    expect(asked()).toBe(0);
  });
});
