import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCluster, thisHost } from '../../../src/state/cluster.js';
import { puttingRight } from '../../../src/operations/put-right.js';
import {
  forgetAside,
  forgetStopped,
  resumeSuspended,
  wantKeptDown,
} from '../../../src/operations/undo-drill.js';
import { want } from '../../../src/state/desired-state.js';
import { readDesiredState } from '../../../src/state/desired-state-file.js';
import { lockDrill } from '../../../src/drill/lock.js';
import { asideOf, DrillRecord } from '../../../src/state/drill-record.js';
import { systemProcesses } from '../../../src/agents/local/table.js';
import { made } from '../rig.js';

const table = systemProcesses();

/** A process that is suspended. */
async function suspended() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const { pid = 0 } = child;
  const info = await table.get(pid);
  if (!info) throw new Error('it does not run');
  process.kill(pid, 'SIGSTOP');
  await becomes(pid, true);
  return { name: 'mq01', pid, startTime: info.startTime };
}

const isSuspended = async (pid: number) => (await table.get(pid))?.suspended;

/** A signal takes effect a moment after it was sent. */
const becomes = (pid: number, wanted: boolean) =>
  vi.waitFor(async () => {
    expect(await isSuspended(pid)).toBe(wanted);
  });

describe('what a drill has done and not undone', () => {
  it('is written down, kept by the next, and gone when it is undone', async () => {
    const { layout } = await openCluster(await made(), thisHost({}));
    const file = join(layout.state, 'drill.json');
    const record = await DrillRecord.open(layout);
    expect(record.isEmpty).toBe(true);
    await record.add({ killed: ['mq01'] });
    await record.add({ killed: ['mq01', 'mq02'], supervisor: true });
    await record.add({ aside: ['mq03'] });
    const next = await DrillRecord.open(layout);
    expect(next.undone).toEqual({
      suspended: [],
      killed: ['mq01', 'mq02'],
      aside: ['mq03'],
      supervisor: true,
    });
    await next.settle('killed', 'aside');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ killed: [], supervisor: true });
    await next.settle('supervisor');
    expect(existsSync(file)).toBe(false);
  });

  it('has who was kept down by the drill, who is wanted again; a person’s word is another matter', async () => {
    const cluster = await openCluster(await made(), thisHost({}));
    const { layout } = cluster;
    await want(cluster, ['mq01', 'mq02', 'mq03'], 'down');
    const record = await DrillRecord.open(layout);
    await record.add({ killed: ['mq01', 'mq02'], keptDown: ['mq01', 'mq02'] });
    // Somebody stops mq02 after the drill was killed.
    await forgetStopped(cluster, ['mq02']);
    const left = await DrillRecord.open(layout);
    expect(left.undone).toMatchObject({ killed: ['mq01'], keptDown: ['mq01'] });
    await wantKeptDown({ record: left, calm: cluster });
    const read = await readDesiredState(layout);
    const states = read.state === 'read' ? Object.entries(read.wanted.processes) : [];
    expect(states.map(([name, { state }]) => `${name} ${state}`)).toEqual([
      'mq01 up',
      'mq02 down',
      'mq03 down',
    ]);
    expect(left.undone).toEqual({ suspended: [], killed: ['mq01'], aside: [], supervisor: false });
  });

  it('keeps nobody down once what was killed is settled', async () => {
    const { layout } = await openCluster(await made(), thisHost({}));
    const record = await DrillRecord.open(layout);
    await record.add({ killed: ['mq01'], keptDown: ['mq01'] });
    await record.settle('killed');
    expect(record.isEmpty).toBe(true);
    expect(existsSync(join(layout.state, 'drill.json'))).toBe(false);
  });

  it('is nothing where its record is damaged', async () => {
    const { layout } = await openCluster(await made(), thisHost({}));
    writeFileSync(join(layout.state, 'drill.json'), '{"killed": 7}');
    expect((await DrillRecord.open(layout)).isEmpty).toBe(true);
  });
});

describe('a process that was suspended', () => {
  it('is resumed where it is still the same one', async () => {
    const calm = await openCluster(await made(), thisHost({}));
    const one = await suspended();
    const other = await suspended();
    const record = await DrillRecord.open(calm.layout);
    await record.add({ suspended: [one, { ...other, name: 'mq02', startTime: '1' }] });
    expect(await resumeSuspended({ record, calm })).toEqual(['mq01']);
    await becomes(one.pid, false);
    expect(await isSuspended(other.pid)).toBe(true);
    expect(record.isEmpty).toBe(true);
  });

  it('is resumed by whoever starts the cluster next, and the rest is settled once it is whole', async () => {
    const calm = await openCluster(await made(), thisHost({}));
    const one = await suspended();
    const aside = asideOf(calm, 'mq02');
    mkdirSync(aside, { recursive: true });
    await (await DrillRecord.open(calm.layout)).add({ suspended: [one], aside: ['mq02'] });
    const seen = await puttingRight(calm, async () => {
      await becomes(one.pid, false);
      const { undone } = await DrillRecord.open(calm.layout);
      return [existsSync(aside), undone.aside];
    });
    expect(seen).toEqual([true, ['mq02']]);
    expect(existsSync(aside)).toBe(false);
    expect((await DrillRecord.open(calm.layout)).isEmpty).toBe(true);
  });

  it('stays so, and what was put aside stays, where that start fails', async () => {
    const calm = await openCluster(await made(), thisHost({}));
    await (await DrillRecord.open(calm.layout)).add({ aside: ['mq02'], supervisor: true });
    mkdirSync(asideOf(calm, 'mq02'), { recursive: true });
    await expect(puttingRight(calm, () => Promise.reject(new Error('no Java')))).rejects.toThrow(
      'no Java',
    );
    expect(existsSync(asideOf(calm, 'mq02'))).toBe(true);
    expect((await DrillRecord.open(calm.layout)).undone).toMatchObject({ supervisor: true });
  });

  it('is left alone while a drill is at work', async () => {
    const calm = await openCluster(await made(), thisHost({}));
    const one = await suspended();
    const lock = await lockDrill(calm);
    expect(await lockDrill(calm)).toBeUndefined();
    await (await DrillRecord.open(calm.layout)).add({ suspended: [one] });
    expect(await puttingRight(calm, () => isSuspended(one.pid))).toBe(true);
    await lock?.release();
    expect((await DrillRecord.open(calm.layout)).isEmpty).toBe(false);
  });
});

describe('a store that was put aside', () => {
  it('is removed, and no other', async () => {
    const calm = await openCluster(await made(), thisHost({}));
    for (const name of ['mq01', 'mq02']) mkdirSync(asideOf(calm, name), { recursive: true });
    const record = await DrillRecord.open(calm.layout);
    await record.add({ aside: ['mq01'], killed: ['mq03'] });
    await forgetAside({ record, calm });
    expect([existsSync(asideOf(calm, 'mq01')), existsSync(asideOf(calm, 'mq02'))]).toEqual([
      false,
      true,
    ]);
    expect(record.undone.killed).toEqual(['mq03']);
  });
});
