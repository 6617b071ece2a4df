import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { markers } from '../../../src/agents/marks.js';
import type { ProcessInfo } from '../../../src/agents/process.js';
import type { ProcessTable } from '../../../src/agents/local/table.js';
import { processesOf } from '../../../src/observe/observation.js';
import { ensureDirectory } from '../../../src/lib/files.js';
import { sleep } from '../../../src/lib/time.js';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { supervisorDirectory } from '../../../src/state/supervisor-lock.js';
import { readSupervisorState } from '../../../src/state/supervisor-state.js';
import { initialState } from '../../../src/supervisor/core/state.js';
import { Observer } from '../../../src/supervisor/observer.js';
import { StateWriter } from '../../../src/supervisor/state-writer.js';
import { Supervisor } from '../../../src/supervisor/supervisor.js';
import { unrendered } from '../rig.js';
import { coordinationOf, znode } from '../scenes.js';
import { running } from './decisions.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A cluster of which mq01 runs, as the process table has it after a moment. */
async function setUp(signal = new AbortController().signal) {
  const processes = new Map<number, ProcessInfo>();
  const table: ProcessTable = {
    get: async (pid) => {
      await sleep(5);
      return processes.get(pid);
    },
    list: () => Promise.resolve([...processes.values()]),
    bootId: () => Promise.resolve('boot'),
  };
  const host = { ...thisHost({ signal }), processes: table };
  const cluster = await openCluster(await unrendered(), host);
  processes.set(100, { ...running(100), argv: ['java', ...markers('none', 'mq01')] });
  await cluster.registry.remember('mq01', 100, 0);
  return { cluster, processes };
}

describe('a supervisor', () => {
  it('goes on where the log of a broker cannot be read', async () => {
    const abort = new AbortController();
    const { cluster } = await setUp(abort.signal);
    mkdirSync(join(cluster.layout.node('mq01').log, 'activemq.log'), { recursive: true });
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const ended = new Supervisor(cluster).run(
      () => Promise.resolve(true),
      () => Promise.resolve(),
    );
    await sleep(2500);
    abort.abort();
    await ended;
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    const started = (await cluster.journal.read()).filter(({ type }) => type === 'process-started');
    expect(started).toHaveLength(1);
  });

  it('looks again after a second where a look has failed, and tells that once', async () => {
    const abort = new AbortController();
    const { cluster } = await setUp(abort.signal);
    const look = vi.spyOn(Observer.prototype, 'look').mockRejectedValue(new Error('no look'));
    const ended = new Supervisor(cluster).run(
      () => Promise.resolve(true),
      () => Promise.resolve(),
    );
    await sleep(1500);
    abort.abort();
    await ended;
    expect(look.mock.calls.length).toBeLessThanOrEqual(2);
    const told = (await cluster.journal.read()).filter(
      (entry) => entry.type === 'supervisor-problem' && entry.reason === 'no look',
    );
    expect(told).toHaveLength(1);
  });
});

describe('a look', () => {
  it('counts where a session cannot be noted, as on a full disk', async () => {
    const { cluster, processes } = await setUp();
    const { config } = cluster;
    const external = { ...config, zookeeper: { ...config.zookeeper, managed: false } };
    const coordination = coordinationOf(() => Promise.resolve([znode(1, 'mq01')]));
    vi.spyOn(cluster.registry, 'noteSession').mockRejectedValue(new Error('the disk is full'));
    const observer = new Observer({ ...cluster, config: external, coordination }, () => undefined);
    const held = { name: 'mq02', info: running(200), registered: true, healthyMs: 0 };
    const process = { ...held, healthySince: undefined, znode: undefined, killed: undefined };
    const look = await observer.look(
      undefined,
      new Map([['mq02', process]]),
      Promise.resolve(new Map()),
    );
    expect(processesOf(look).get('mq01')?.pid).toBe(processes.get(100)?.pid);
    expect(look.nodes[0]?.znode).toMatchObject({ value: { znode: '00000000001' } });
    expect(look.nodes[1]?.process).toMatchObject({ value: undefined });
  });
});

describe('what a supervisor states', () => {
  it('is written again where it is gone, or could not be written', async () => {
    const { cluster } = await setUp();
    const directory = supervisorDirectory(cluster.layout);
    const writer = new StateWriter(new Date());
    const state = initialState(cluster.config);
    // A directory in the place of the file.
    await ensureDirectory(cluster.layout.state);
    mkdirSync(join(directory, 'state.json'), { recursive: true });
    await writer.write(cluster, state, 0);
    expect(await readSupervisorState(cluster.layout)).toBeUndefined();
    rmSync(join(directory, 'state.json'), { recursive: true });
    await writer.write(cluster, state, 1000);
    expect(await readSupervisorState(cluster.layout)).toBeDefined();
    rmSync(join(directory, 'state.json'));
    await writer.write(cluster, state, 2000);
    expect(await readSupervisorState(cluster.layout)).toBeDefined();
  });
});
