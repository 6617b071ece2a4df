import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterLock, openCluster, thisHost } from '../../../src/state/cluster.js';
import type { ClusterStatus } from '../../../src/observe/status.js';
import { ensureDirectory } from '../../../src/lib/files.js';
import { acquireLock } from '../../../src/agents/local/lock.js';
import { supervisorDirectory, supervisorLock } from '../../../src/state/supervisor-lock.js';
import { writeSupervisorState } from '../../../src/state/supervisor-state.js';
import {
  isWanted,
  readDesiredState,
  type DesiredState,
} from '../../../src/state/desired-state-file.js';
import { want, wantedNow, wantSupervisor } from '../../../src/state/desired-state.js';
import type { Layout } from '../../../src/config/layout.js';
import { DesiredStateReader } from '../../../src/supervisor/desired-state-reader.js';
import { Deadline } from '../../../src/lib/time.js';
import { broker } from '../children.js';
import { made, mqha, unrendered } from '../rig.js';

const NOTHING = { processes: {}, supervisor: true };

/** What a file says that can be read. */
async function written(layout: Layout): Promise<DesiredState> {
  const read = await readDesiredState(layout);
  if (read.state !== 'read') throw new Error(read.state);
  return read.wanted;
}

const DAMAGED = [
  '',
  '{',
  'null',
  '[]',
  '{"processes":{"mq01":{"state":"maybe","at":""}},"supervisor":true}',
  '{"processes":{}}',
];

/** Undefined: it is gone. */
const WAYS = [undefined, '', '{"processes":{'];

/** A cluster of which mq01 runs. */
async function setUpRunning() {
  const cluster = await openCluster(await made(), thisHost({ command: 'mqha x' }));
  await broker(cluster.id, 'mq01');
  const file = join(cluster.layout.state, 'wanted.json');
  return {
    cluster,
    file,
    damage: (text: string | undefined) => {
      if (text === undefined) rmSync(file, { force: true });
      else writeFileSync(file, text);
    },
    problem: async () => {
      const { stdout } = await mqha(['-C', cluster.layout.directory, 'status', '--json']);
      const { problems } = JSON.parse(stdout) as ClusterStatus;
      return problems.find(({ code }) => code === 'state-damaged');
    },
    problems: async () =>
      (await cluster.journal.read({})).filter(({ type }) => type === 'supervisor-problem'),
  };
}

/** A cluster whose clock shows what it is set to. */
async function setUp() {
  const clock = { at: '2026-11-24T07:00:00.000Z' };
  const host = { ...thisHost({ command: 'mqha up' }), now: () => new Date(clock.at) };
  const cluster = await openCluster(await unrendered(), host);
  return { cluster, clock, file: join(cluster.layout.state, 'wanted.json') };
}

describe('what is wanted', () => {
  it('is nothing of which nobody spoke, and a supervisor', async () => {
    const { cluster } = await setUp();
    expect(await readDesiredState(cluster.layout)).toEqual({ state: 'absent' });
    const wanted = await wantedNow(cluster);
    expect(wanted).toEqual(NOTHING);
    expect(isWanted(wanted, 'mq01')).toBe(false);
  });

  it('is kept with the moment it was asked for', async () => {
    const { cluster, clock } = await setUp();
    await want(cluster, ['mq01', 'mq02'], 'up');
    const wanted = await written(cluster.layout);
    expect(wanted).toEqual({
      processes: {
        mq01: { state: 'up', at: clock.at },
        mq02: { state: 'up', at: clock.at },
      },
      supervisor: true,
    });
    expect(['mq01', 'mq02', 'mq03'].filter((name) => isWanted(wanted, name))).toEqual([
      'mq01',
      'mq02',
    ]);
  });

  it('changes for those that were named, and for no others', async () => {
    const { cluster, clock } = await setUp();
    const [first, second] = [clock.at, '2026-11-24T08:00:00.000Z'];
    await want(cluster, ['mq01', 'mq02'], 'up');
    clock.at = second;
    await want(cluster, ['mq02', 'mq03'], 'down');
    expect((await written(cluster.layout)).processes).toEqual({
      mq01: { state: 'up', at: first },
      mq02: { state: 'down', at: second },
      mq03: { state: 'down', at: second },
    });
  });

  it('is asked for anew with the same words: only the moment changes', async () => {
    const { cluster, clock } = await setUp();
    await want(cluster, ['mq01'], 'up');
    clock.at = '2026-11-24T08:00:00.000Z';
    await want(cluster, ['mq01'], 'up');
    expect((await written(cluster.layout)).processes.mq01).toEqual({
      state: 'up',
      at: clock.at,
    });
  });

  it('is told to the journal with the command', async () => {
    const { cluster } = await setUp();
    await want(cluster, ['mq01'], 'down');
    expect(await cluster.journal.read({})).toMatchObject([
      { source: 'command', type: 'wanted', nodes: ['mq01'], state: 'down', command: 'mqha up' },
    ]);
  });

  it('of nobody is not written', async () => {
    const { cluster, file } = await setUp();
    await want(cluster, [], 'up');
    expect(() => statSync(file)).toThrow('ENOENT');
    expect(await cluster.journal.read({})).toEqual([]);
  });

  it('of a supervisor is kept with the rest', async () => {
    const { cluster, file } = await setUp();
    await wantSupervisor(cluster.layout, true);
    expect(() => statSync(file)).toThrow('ENOENT');
    await want(cluster, ['mq01'], 'up');
    await wantSupervisor(cluster.layout, false);
    await want(cluster, ['mq02'], 'up');
    const wanted = await written(cluster.layout);
    expect(wanted.supervisor).toBe(false);
    expect(Object.keys(wanted.processes)).toEqual(['mq01', 'mq02']);
  });

  it.each(DAMAGED)('is not told by a file that says %j', async (text) => {
    const { cluster, file } = await setUp();
    await ensureDirectory(cluster.layout.state);
    writeFileSync(file, text);
    expect(await readDesiredState(cluster.layout)).toMatchObject({ state: 'damaged' });
    expect(await wantedNow(cluster)).toEqual(NOTHING);
    await want(cluster, ['mq02'], 'up');
    expect(Object.keys((await written(cluster.layout)).processes)).toEqual(['mq02']);
  });

  it('is not told by a file that cannot be read', async () => {
    const { cluster, file } = await setUp();
    mkdirSync(file, { recursive: true });
    expect(await readDesiredState(cluster.layout)).toMatchObject({ state: 'damaged' });
    await want(cluster, ['mq02'], 'down');
    expect(Object.keys((await written(cluster.layout)).processes)).toEqual(['mq02']);
  });
});

describe('what is wanted, where the file is gone or damaged', () => {
  it.each(WAYS)('stays up where it runs: %j', async (text) => {
    const { cluster, file, damage } = await setUpRunning();
    damage(text);
    await want(cluster, ['mq03'], 'down');
    const { processes } = JSON.parse(readFileSync(file, 'utf8')) as DesiredState;
    expect(processes).toMatchObject({ mq01: { state: 'up' }, mq03: { state: 'down' } });
    expect(processes.mq02).toBeUndefined();
  });

  it('stays up where a supervisor remembers it, and nothing runs at this moment', async () => {
    const { cluster, damage } = await setUpRunning();
    damage(undefined);
    const directory = supervisorDirectory(cluster.layout);
    await ensureDirectory(directory);
    const entry = (wanted: 'up' | 'down') => ({ wanted, does: 'waiting', fault: null }) as const;
    const processes = { mq02: entry('up'), mq03: entry('down') };
    const state = { pid: process.pid, since: '', serving: null, processes };
    await writeSupervisorState(cluster.layout, state);
    // Of a supervisor that has ended it says nothing: a person may have stopped something since.
    expect(isWanted(await wantedNow(cluster), 'mq02')).toBe(false);
    const lock = await acquireLock(supervisorLock(cluster.layout), {
      command: 'x',
      deadline: Deadline.in(1000),
    });
    const wanted = await wantedNow(cluster);
    await lock.release();
    expect(['mq01', 'mq02', 'mq03'].filter((name) => isWanted(wanted, name))).toEqual([
      'mq01',
      'mq02',
    ]);
  });

  it.each(WAYS)(
    'is for a supervisor what it read last, and that is told once: %j',
    async (text) => {
      const { cluster, damage, problems } = await setUpRunning();
      await want(cluster, ['mq01', 'mq02'], 'up');
      await want(cluster, ['mq03'], 'down');
      const reader = new DesiredStateReader();
      const before = await reader.read(cluster);
      damage(text);
      expect(await reader.read(cluster)).toEqual(before);
      expect(await reader.read(cluster)).toEqual(before);
      expect(await problems()).toHaveLength(1);
      // A file that can be read is believed, also where it says down.
      await want(cluster, ['mq01'], 'down');
      expect(isWanted(await reader.read(cluster), 'mq01')).toBe(false);
      damage(text);
      await reader.read(cluster);
      expect(await problems()).toHaveLength(2);
    },
  );

  it.each(WAYS)('is for a supervisor that starts what runs: %j', async (text) => {
    const { cluster, damage, problems } = await setUpRunning();
    damage(text);
    const wanted = await new DesiredStateReader().read(cluster);
    expect(Object.keys(wanted.processes)).toEqual(['mq01']);
    expect(isWanted(wanted, 'mq01')).toBe(true);
    expect(await problems()).toHaveLength(1);
  });

  it.each(WAYS)('is told by status while something runs: %j', async (text) => {
    const { cluster, damage, problem } = await setUpRunning();
    await want(cluster, ['mq01'], 'up');
    expect(await problem()).toBeUndefined();
    damage(text);
    expect(await problem()).toMatchObject({ severity: 'warning' });
    // The first start writes the file before it lets go of the lock.
    const lock = await acquireLock(clusterLock(cluster.layout), {
      command: 'x',
      deadline: Deadline.in(1000),
    });
    const during = await problem();
    await lock.release();
    expect(during === undefined).toBe(text === undefined);
  });

  it('is nothing before the first start, which is no damage', async () => {
    const { cluster } = await setUp();
    const reader = new DesiredStateReader();
    expect(await reader.read(cluster)).toEqual(NOTHING);
    expect(await cluster.journal.read({})).toEqual([]);
    await want(cluster, ['mq01'], 'up');
    expect(isWanted(await reader.read(cluster), 'mq01')).toBe(true);
  });
});
