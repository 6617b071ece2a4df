import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock } from '../../../src/agents/local/lock.js';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import { MqhaError } from '../../../src/lib/errors.js';
import { ensureDirectory } from '../../../src/lib/files.js';
import { Deadline } from '../../../src/lib/time.js';
import { caughtUp, whole } from '../../../src/operations/scale/whole.js';
import { markLogs, watchCluster } from '../../../src/operations/start/watch.js';
import { watchStart } from '../../../src/operations/start/watch-start.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import type { ClusterEvent } from '../../../src/state/progress.js';
import { supervisorDirectory, supervisorLock } from '../../../src/state/supervisor-lock.js';
import { writeSupervisorState } from '../../../src/state/supervisor-state.js';
import { endFile } from '../../../src/stores/end-record.js';
import { settingMarkers } from '../../../src/stores/settings.js';
import type { Znode } from '../../../src/stores/replicated-leveldb/election/members.js';
import { unrendered } from '../rig.js';
import { coordinationOf, SERVED, znode } from '../scenes.js';

const ELECTING = [1, 2, 3].map((n) => znode(n, `mq0${n}`, { position: 5 }));

/** A cluster whose brokers, as far as anybody sees, run; none has a port. */
async function setUp(znodes: readonly Znode[] = ELECTING) {
  const processes = new Map<number, ProcessInfo>();
  const table = {
    get: (pid: number) => Promise.resolve(processes.get(pid)),
    list: () => Promise.resolve([...processes.values()]),
    bootId: () => Promise.resolve('boot'),
  };
  const events: ClusterEvent[] = [];
  const stopped = new AbortController();
  const emit = (event: ClusterEvent) => void events.push(event);
  const host = { ...thisHost({ emit, signal: stopped.signal }), processes: table };
  const opened = await openCluster(await unrendered(), host);
  const { config } = opened;
  config.nodes.forEach(({ name }, index) => {
    const argv = ['java', ...markers(opened.id || 'none', name), ...settingMarkers(config, name)];
    processes.set(100 + index, { pid: 100 + index, startTime: '1', argv, suspended: false });
  });
  let now = znodes;
  const cluster = {
    ...opened,
    config: { ...config, zookeeper: { ...config.zookeeper, managed: false } },
    coordination: coordinationOf(() => Promise.resolve(now)),
  };
  for (const [index, { name }] of config.nodes.entries()) {
    await cluster.registry.remember(name, 100 + index);
  }
  return {
    cluster,
    stopped,
    elect: (to: typeof now) => {
      now = to;
    },
    kill: (name: string) => processes.delete(100 + config.nodes.findIndex((n) => n.name === name)),
    told: () =>
      events.flatMap((event) =>
        event.type === 'node-phase' ? [`${event.node} ${event.phase}`] : [],
      ),
    warned: () => events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    /** A process that was started, which is pid 7 for its log. */
    started: async (name: string) => {
      const directories = cluster.layout.node(name);
      mkdirSync(directories.log, { recursive: true });
      return {
        name,
        launched: { pid: 7, exited: Promise.resolve({ code: 1, signal: null }) },
        logs: await markLogs(directories),
      };
    },
    ends: (name: string, code: string) => {
      const end = { at: '', pid: 7, exitCode: 1, code, message: 'x.log is damaged' };
      writeFileSync(endFile(cluster.layout.node(name).log), JSON.stringify(end));
    },
  };
}

const soon = () => Deadline.in(20_000);
const passed = () => Deadline.in(0);
const never = () => false;
const running = ['mq01', 'mq02', 'mq03'];

describe('a start that is watched', () => {
  it('tells each phase of a node once, and ends when the cluster is as wanted', async () => {
    const { cluster, elect, told } = await setUp();
    let looks = 0;
    const until = () => {
      looks += 1;
      if (looks === 2) elect(SERVED);
      return looks === 4;
    };
    const status = await watchCluster(cluster, { deadline: soon(), started: [], running, until });
    expect(looks).toBe(4);
    expect(status.master).toBe('mq02');
    expect(told()).toEqual([
      'mq01 electing',
      'mq02 electing',
      'mq03 electing',
      'mq01 attaching',
      'mq02 waiting for slaves',
      'mq03 attaching',
    ]);
  });

  it('says of nobody that it has stopped who did not run, and says it of who did', async () => {
    const { cluster, kill, told } = await setUp();
    kill('mq03');
    let looks = 0;
    const until = () => {
      looks += 1;
      if (looks === 1) kill('mq01');
      return looks === 2;
    };
    await watchCluster(cluster, { deadline: soon(), started: [], running, until });
    expect(told().filter((event) => event.endsWith('stopped'))).toEqual(['mq01 stopped']);
  });

  it('fails with what the cluster is like when its time is over', async () => {
    const { cluster } = await setUp();
    const watch = { deadline: passed(), started: [], running, until: never };
    await expect(watchCluster(cluster, watch)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(
        /^not ready after 0 s: the cluster is electing; mq01 electing, mq02 electing, mq03 electing/,
      ) as string,
      hint: expect.stringContaining('left running: mq01, mq02, mq03') as string,
    });
  });

  it('goes on where a supervisor starts again what has ended, and not where it has given up', async () => {
    const { cluster, kill, started } = await setUp();
    await ensureDirectory(cluster.layout.state);
    await ensureDirectory(supervisorDirectory(cluster.layout));
    const lock = await acquireLock(supervisorLock(cluster.layout), {
      command: 'mqha supervise',
      deadline: soon(),
    });
    onTestFinished(() => lock.release());
    const first = [await started('mq01'), await started('mq02')];
    kill('mq01');
    /** Looks a few times while a supervisor does this. */
    const watched = async (
      wanted: 'up' | 'down',
      does: 'waiting' | 'given-up',
      name: string,
      pid = process.pid,
    ) => {
      const processes = { [name]: { wanted, does, fault: null } };
      await writeSupervisorState(cluster.layout, { pid, since: '', serving: null, processes });
      let looks = 0;
      const until = () => ++looks === 3;
      await watchCluster(cluster, { deadline: soon(), started: first, running, until });
      return looks;
    };
    expect(await watched('up', 'waiting', 'mq01')).toBe(3);
    const died = { code: 'broker-died' };
    await expect(watched('up', 'given-up', 'mq01')).rejects.toMatchObject(died);
    await expect(watched('down', 'waiting', 'mq01')).rejects.toMatchObject(died);
    await expect(watched('up', 'waiting', 'mq02')).rejects.toMatchObject(died);
    await expect(watched('up', 'waiting', 'mq01', process.pid + 1)).rejects.toMatchObject(died);
  });

  it('fails at once where one that it has started has ended, and says who is left', async () => {
    const { cluster, kill, started } = await setUp();
    const first = [await started('mq01')];
    kill('mq01');
    const watch = { deadline: soon(), started: first, running, until: never };
    await expect(watchCluster(cluster, watch)).rejects.toMatchObject({
      code: 'broker-died',
      hint: expect.stringContaining('left running: mq02, mq03;') as string,
    });
  });

  it('ends with Ctrl-C', async () => {
    const { cluster, stopped } = await setUp();
    const until = () => {
      stopped.abort();
      return false;
    };
    await expect(
      watchCluster(cluster, { deadline: soon(), started: [], running, until }),
    ).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a broker that finds damage in its store while it starts', () => {
  it('is started once more, and not twice', async () => {
    const { cluster, kill, started, ends, warned } = await setUp();
    const first = [await started('mq01')];
    ends('mq01', 'store-damaged');
    kill('mq01');
    let again = 0;
    const launch = () => {
      again += 1;
      return Promise.resolve(first);
    };
    const watch = { cluster, deadline: soon(), running, until: never };
    await expect(watchStart(watch, first, launch)).rejects.toMatchObject({ node: 'mq01' });
    expect(again).toBe(1);
    expect(warned()).toEqual(['mq01 ended: x.log is damaged; it is started once more']);
  });

  it('is the only one that is: what ends of something else fails the start', async () => {
    const { cluster, kill, started, ends, warned } = await setUp();
    const first = [await started('mq01')];
    ends('mq01', 'disk-failed');
    kill('mq01');
    const watch = { cluster, deadline: soon(), running, until: never };
    await expect(
      watchStart(watch, first, () => Promise.reject(new Error('it is not launched again'))),
    ).rejects.toMatchObject({ code: 'broker-died' });
    expect(warned()).toEqual([]);
  });

  it('is tried again beside a master that the others have elected, and refused without one', async () => {
    const refused = () => new MqhaError('store-damaged', 'no other copy is whole', { hint: '' });
    for (const [znodes, tries] of [
      [SERVED, 2],
      [ELECTING.slice(0, 1), 1],
    ] as const) {
      const { cluster, kill, started, ends } = await setUp(znodes);
      const first = [await started('mq01')];
      ends('mq01', 'store-damaged');
      kill('mq01');
      if (tries === 1) kill('mq03');
      let again = 0;
      const launch = () => {
        again += 1;
        return Promise.reject(refused());
      };
      const watch = { cluster, deadline: soon(), running, until: never };
      await expect(watchStart(watch, first, launch)).rejects.toMatchObject({
        code: 'store-damaged',
      });
      expect(again).toBe(tries);
    }
  });
});

describe('a change of the number of nodes', () => {
  const SIZES = { mq01: 3, mq02: 3, mq03: 3 };

  it('fails where not every slave has what the master has in time', async () => {
    const { cluster } = await setUp(SERVED);
    await expect(caughtUp(cluster, SIZES, passed())).rejects.toMatchObject({ code: 'timeout' });
  });

  it('is not whole any more where one of those in force has died', async () => {
    const { cluster, kill } = await setUp(SERVED);
    kill('mq03');
    expect(await caughtUp(cluster, SIZES, passed())).toBeUndefined();
    const without: Record<string, number> = { mq01: 3, mq02: 3 };
    await expect(caughtUp(cluster, without, passed())).rejects.toMatchObject({ code: 'timeout' });
  });

  it('does not wait for a dead one that nobody starts again', async () => {
    const { cluster, kill } = await setUp(SERVED);
    kill('mq03');
    expect(await whole(cluster, SIZES, soon())).toBe(false);
  });

  it('waits for those that live until its time is over', async () => {
    const { cluster } = await setUp(SERVED);
    await expect(whole(cluster, SIZES, passed())).rejects.toMatchObject({ code: 'timeout' });
  });
});
