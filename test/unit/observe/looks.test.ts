import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import { acquireLock } from '../../../src/agents/local/lock.js';
import { ensureDirectory } from '../../../src/lib/files.js';
import { Deadline } from '../../../src/lib/time.js';
import { diskRoom, isFull, isShort } from '../../../src/observe/disk.js';
import { processOf, servingIn, inForceIn } from '../../../src/observe/observation.js';
import { attachmentBy, observe } from '../../../src/observe/observe.js';
import { ProcessLooks } from '../../../src/observe/process-looks.js';
import { found, unknown, valueOf } from '../../../src/observe/reading.js';
import { statusWithLags } from '../../../src/observe/status-of.js';
import { openCluster, thisHost, type Cluster } from '../../../src/state/cluster.js';
import { want, wantSupervisor } from '../../../src/state/desired-state.js';
import { supervisorDirectory, supervisorLock } from '../../../src/state/supervisor-lock.js';
import { writeSupervisorState } from '../../../src/state/supervisor-state.js';
import { settingMarkers } from '../../../src/stores/settings.js';
import { temporaryDirectory } from '../../support/temp.js';
import { made } from '../rig.js';
import { coordinationOf, observation, REPLICATION, SERVED, whole } from '../scenes.js';

/** A cluster of which these run, as far as anybody sees; ZooKeeper says what it says of one that serves. */
async function setUp(runs: readonly string[] = ['zookeeper', 'mq01', 'mq02', 'mq03']) {
  const processes = new Map<number, ProcessInfo>();
  const table = {
    get: (pid: number) => Promise.resolve(processes.get(pid)),
    list: () => Promise.resolve([...processes.values()]),
    bootId: () => Promise.resolve('boot'),
  };
  const opened = await openCluster(await made(), { ...thisHost({}), processes: table });
  const cluster: Cluster = {
    ...opened,
    coordination: coordinationOf(() => Promise.resolve(SERVED)),
  };
  for (const [index, name] of runs.entries()) {
    const argv = [
      'java',
      ...markers(cluster.id, name),
      ...(name === 'zookeeper' ? [] : settingMarkers(cluster.config, name)),
    ];
    processes.set(100 + index, { pid: 100 + index, startTime: '1', argv, suspended: false });
    await cluster.registry.remember(name, 100 + index);
  }
  return { cluster, wantedFile: join(cluster.layout.state, 'wanted.json') };
}

describe('a look at a cluster', () => {
  it('finds the processes of its nodes and of a managed ZooKeeper, and the election', async () => {
    const { cluster } = await setUp(['zookeeper', 'mq02']);
    const seen = await observe(cluster);
    expect(seen.nodes.map((node) => processOf(node)?.pid)).toEqual([undefined, 101, undefined]);
    expect(valueOf(seen.zookeeper.process)?.pid).toBe(100);
    expect(valueOf(seen.zookeeper.serves)).toBe(true);
    expect(valueOf(seen.election)?.master?.container).toBe('mq02');
    expect(seen.nodes.map(({ accepting }) => valueOf(accepting))).toEqual([false, false, false]);
    expect(valueOf(seen.protection)).toMatchObject({ state: 'closed' });
    expect(seen.master).toMatchObject({ value: undefined });
    expect(valueOf(seen.certificates)).toEqual([]);
    expect(valueOf(seen.sizes)).toMatchObject({ sizes: { mq01: 3, mq02: 3, mq03: 3 } });
  });

  it('asks nobody about an election while the managed ZooKeeper does not run', async () => {
    const { cluster } = await setUp(['mq02']);
    const seen = await observe(cluster);
    expect(seen.election).toMatchObject({ unknown: 'the managed ZooKeeper does not run' });
    expect(seen.protection).toMatchObject({ unknown: 'the election is unknown' });
    expect(seen.zookeeper.process).toMatchObject({ value: undefined });
    expect(valueOf(seen.zookeeper.serves)).toBe(false);
  });

  it('knows nothing of the process of a ZooKeeper that is not managed, and asks it', async () => {
    const { cluster } = await setUp(['mq02']);
    const zookeeper = { ...cluster.config.zookeeper, managed: false };
    const seen = await observe({ ...cluster, config: { ...cluster.config, zookeeper } });
    expect(seen.zookeeper.process).toMatchObject({ unknown: 'it is not of this host' });
    expect(valueOf(seen.election)?.members).toHaveLength(3);
  });

  it('leaves out who may take part where mqha.yaml leaves that to everybody', async () => {
    const { cluster } = await setUp();
    const zookeeper = { ...cluster.config.zookeeper, authentication: 'none' as const };
    const seen = await observe({ ...cluster, config: { ...cluster.config, zookeeper } });
    expect(seen.protection).toMatchObject({ value: undefined });
  });

  it('says what is wrong with the file of the sizes', async () => {
    const { cluster } = await setUp();
    writeFileSync(join(cluster.layout.state, 'size.json'), '{');
    const { sizes } = await observe(cluster);
    expect(valueOf(sizes)).toHaveProperty('damage');
  });

  it('waits for the lag of nobody who is not attached', async () => {
    const { cluster } = await setUp();
    const status = await statusWithLags(cluster, 0);
    expect(status.nodes.map(({ lagBytes }) => lagBytes)).toEqual([null, null, null]);
    expect((await statusWithLags(cluster)).master).toBe('mq02');
  });
});

describe('a supervisor, as it is seen', () => {
  const supervisorOf = async (cluster: Cluster) => valueOf((await observe(cluster)).supervisor);

  it('is wanted where a node is, and not where `up --no-supervisor` said so, or nothing is wanted', async () => {
    const { cluster } = await setUp([]);
    await want(cluster, ['mq01'], 'up');
    expect(await supervisorOf(cluster)).toMatchObject({ wanted: true, pid: undefined });
    const config = {
      ...cluster.config,
      supervisor: { ...cluster.config.supervisor, enabled: false },
    };
    expect(await supervisorOf({ ...cluster, config })).toMatchObject({ wanted: false });
    await wantSupervisor(cluster.layout, false);
    expect(await supervisorOf(cluster)).toMatchObject({ wanted: false });
    await wantSupervisor(cluster.layout, true);
    await want(cluster, ['mq01'], 'down');
    expect(await supervisorOf(cluster)).toMatchObject({ wanted: false });
  });

  it('is wanted where the file is gone and something runs, which is damage', async () => {
    const { cluster, wantedFile } = await setUp();
    rmSync(wantedFile, { force: true });
    const seen = await supervisorOf(cluster);
    expect(seen?.wanted).toBe(true);
    expect(seen?.damage).toContain('wanted.json');
    writeFileSync(wantedFile, '{');
    expect((await supervisorOf(cluster))?.damage).toContain('wanted.json');
    await want(cluster, ['mq01'], 'up');
    expect(await supervisorOf(cluster)).not.toHaveProperty('damage');
  });

  it('is not missed before the first start', async () => {
    const { cluster } = await setUp([]);
    const seen = await supervisorOf(cluster);
    expect(seen).toMatchObject({ wanted: false });
    expect(seen).not.toHaveProperty('damage');
  });

  it('says what it does, where that is of the one that runs', async () => {
    const { cluster } = await setUp([]);
    const processes = { mq01: { wanted: 'up', does: 'waiting', fault: null } } as const;
    const state = (pid: number) => ({ pid, since: '', serving: null, processes });
    await ensureDirectory(cluster.layout.state);
    await ensureDirectory(supervisorDirectory(cluster.layout));
    await writeSupervisorState(cluster.layout, state(process.pid));
    expect(await supervisorOf(cluster)).toMatchObject({ pid: undefined, state: undefined });
    const lock = await acquireLock(supervisorLock(cluster.layout), {
      command: 'mqha supervise',
      deadline: Deadline.in(2000),
    });
    const seen = await supervisorOf(cluster);
    expect(seen).toMatchObject({ pid: process.pid, state: { processes } });
    // It wants what the file, which is gone, said.
    expect(seen?.damage).toContain('wanted.json');
    await writeSupervisorState(cluster.layout, state(1));
    expect((await supervisorOf(cluster))?.state).toBeUndefined();
    await lock.release();
  });
});

describe('what is read of a look', () => {
  it('names the elected one of two that answer', () => {
    const nodes = { mq01: { accepting: true }, mq02: { accepting: true } };
    expect(servingIn(observation({ ...whole(), nodes }))).toBe('mq02');
    expect(servingIn(observation({ znodes: [], nodes }))).toBe('mq01');
    expect(servingIn(observation({ znodes: SERVED }))).toBeUndefined();
  });

  it('has the sizes in force, unless the file that has them is damaged', () => {
    const seen = observation(whole());
    const sizes = { sizes: { mq01: 3 } };
    expect(inForceIn({ ...seen, sizes: found(sizes, 0) })).toBe(sizes);
    expect(inForceIn({ ...seen, sizes: found({ damage: 'x' }, 0) })).toBeUndefined();
    expect(inForceIn(seen)).toBeUndefined();
  });

  it('has how a slave stands from the master, or from the log of one whose console is silent', () => {
    const view = found({ replication: REPLICATION, usage: undefined }, 5);
    const node = (nodeId: string) => ({ nodeId: found<string | undefined>(nodeId, 0) });
    expect(attachmentBy(view, undefined, node('id-mq03'))).toEqual({
      at: 5,
      value: { state: 'attached', progress: 900, lagBytes: 100 },
    });
    const silent = unknown('HTTP status 401', 5);
    expect(valueOf(attachmentBy(silent, new Set(['id-mq01']), node('id-mq01')))).toEqual({
      state: 'attached',
      progress: 0,
      lagBytes: undefined,
    });
    for (const attached of [undefined, new Set<string>()]) {
      expect(attachmentBy(silent, attached, node('id-mq01'))).toEqual(silent);
    }
  });
});

describe('a disk', () => {
  const MB = 1024 * 1024;

  it('is full below 16 MiB, and short of room below one GiB', () => {
    expect([16 * MB - 1, 16 * MB].map(isFull)).toEqual([true, false]);
    expect([1024 * MB - 1, 1024 * MB].map(isShort)).toEqual([true, false]);
  });

  it('has what is free and what the store has of it, where it can be looked at', async () => {
    const files = { logBytes: () => Promise.resolve(7) };
    const room = await diskRoom(temporaryDirectory(), files);
    expect(room?.heldBytes).toBe(7);
    expect(room?.freeBytes).toBeGreaterThan(MB);
    expect(await diskRoom('/nowhere/at/all', files)).toBeUndefined();
  });
});

describe('processes that are looked at again and again', () => {
  it('are searched for at first, and then only asked for by their records', async () => {
    const asked: string[] = [];
    const registry = {
      look: (id: object) => {
        asked.push('look');
        return Promise.resolve('gone' in id ? undefined : id);
      },
      find: () => Promise.resolve(void asked.push('find')),
      recorded: () => Promise.resolve(void asked.push('recorded')),
    } as unknown as Cluster['registry'];
    const looks = new ProcessLooks(60_000);
    await looks.look(registry, ['mq01'], new Map());
    await looks.look(registry, ['mq01'], new Map());
    expect(asked.splice(0)).toEqual(['find', 'recorded']);
    const known = { pid: 1, startTime: '1' };
    const read = await looks.look(registry, ['mq01'], new Map([['mq01', known]]));
    expect(asked.splice(0)).toEqual(['look']);
    expect(read.get('mq01')).toMatchObject({ value: known });
    await looks.look(registry, ['mq01'], new Map([['mq01', { ...known, gone: true }]]));
    expect(asked.splice(0)).toEqual(['look', 'recorded']);
    const always = new ProcessLooks(0);
    await always.look(registry, ['mq01'], new Map());
    await always.look(registry, ['mq01'], new Map());
    expect(asked).toEqual(['find', 'find']);
  });
});
