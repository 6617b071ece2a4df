import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../../src/lib/time.js';
import { MqhaError } from '../../../src/lib/errors.js';
import {
  closeZnodesNow,
  endSupervisor,
  ensureSupervisor,
  superviseAgain,
} from '../../../src/operations/supervision.js';
import { bringUp, dryRun, up } from '../../../src/operations/up.js';
import { waitFor } from '../../../src/operations/wait.js';
import { wantSupervisor } from '../../../src/state/desired-state.js';
import { DrillRecord } from '../../../src/state/drill-record.js';
import { beginRestart, readRestart } from '../../../src/state/restart-record.js';
import { edit } from '../rig.js';
import { Model } from './model.js';

const ENSURE = { timeoutMs: 20_000, supervisor: 'ensure' } as const;

describe('a supervisor that is left', () => {
  it('is one: where it runs none is started', async () => {
    const model = await Model.serving();
    const pid = await ensureSupervisor(model.cluster);
    expect(pid).toBe(process.pid);
    expect(await ensureSupervisor(model.cluster)).toBe(pid);
    expect(model.done).toEqual(['launch the supervisor']);
    expect(model.eventsOf('supervisor-started')).toEqual([{ type: 'supervisor-started', pid }]);
  });

  it('is given the directory, and the cache of who starts it', async () => {
    const model = await Model.serving();
    await ensureSupervisor(model.cluster);
    const plan = model.plans.at(-1);
    expect(plan).toMatchObject({ command: process.execPath, cwd: model.directory });
    expect(plan?.argv.slice(-3)).toEqual(['-C', model.directory, 'supervise']);
    expect(existsSync(plan?.argv[0] ?? '')).toBe(true);
    expect(plan?.env).toMatchObject({ MQHA_CACHE: model.env.MQHA_CACHE });
    expect(plan?.logDirectory).toContain('.mqha/supervisor');
  });

  it('that ends before it is at work is an error, which says where its words are', async () => {
    const model = await Model.serving();
    model.behaviour.dies.set('the supervisor', { code: 1, signal: null });
    await expect(ensureSupervisor(model.cluster)).rejects.toMatchObject({
      code: 'supervisor-failed',
      hint: expect.stringContaining('.mqha/supervisor/stderr.log') as string,
    });
  });

  it('comes back where one is wanted, and nowhere else', async () => {
    const model = await Model.serving();
    await wantSupervisor(model.cluster.layout, false);
    expect(await superviseAgain(model.cluster)).toBe(false);
    await wantSupervisor(model.cluster.layout, true);
    const { supervisor } = model.cluster.config;
    const config = { ...model.cluster.config, supervisor: { ...supervisor, enabled: false } };
    expect(await superviseAgain({ ...model.cluster, config })).toBe(false);
    expect(model.supervised).toBe(false);
    expect(await superviseAgain(model.cluster)).toBe(true);
    expect(model.supervised).toBe(true);
    expect(await superviseAgain(model.cluster)).toBe(false);
    expect(model.done).toEqual(['launch the supervisor']);
  });

  it('is ended where one runs: where none does nothing is told', async () => {
    const model = await Model.serving();
    await endSupervisor(model.cluster, Deadline.in(1000));
    expect(model.events).toEqual([]);
  });
});

describe('znodes that are closed by the way', () => {
  it('fail nothing where that fails, and it is told', async () => {
    const model = await Model.serving();
    const protect = () =>
      Promise.reject(new MqhaError('zookeeper-denied', 'it is refused', { hint: '' }));
    const coordination = { ...model.coordination, protect };
    await closeZnodesNow({ ...model.cluster, coordination }, Deadline.in(1000));
    expect(model.warnings()).toEqual(['the znodes could not be closed to others: it is refused']);
  });

  it('are closed once where no supervisor of an earlier mqha is in the way', async () => {
    const model = await Model.serving();
    await closeZnodesNow(model.cluster, Deadline.in(1000));
    expect(model.done).toEqual(['close znodes']);
    expect(model.warnings()).toEqual([]);
  });
});

describe('up', () => {
  it('starts all, leaves a supervisor, and undoes what a killed drill has left', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    await (await DrillRecord.open(model.cluster.layout)).add({ killed: ['mq03'] });
    const { started, status } = await bringUp(model.cluster, ENSURE);
    expect(started).toEqual(['mq03']);
    expect(status).toMatchObject({ state: 'serving', operations: [] });
    expect(model.supervised).toBe(true);
    expect((await DrillRecord.open(model.cluster.layout)).isEmpty).toBe(true);
  });

  it('is refused under another name before anything is done', async () => {
    const model = await Model.serving();
    edit(model.directory, 'name: mqStore', 'name: other');
    await expect(bringUp(await model.open(), ENSURE)).rejects.toMatchObject({
      code: 'name-changed',
    });
    expect(model.done).toEqual([]);
  });

  it('leaves no supervisor where mqha.yaml says so, and none to one that calls it itself', async () => {
    const model = await Model.serving();
    const { supervisor } = model.cluster.config;
    const config = { ...model.cluster.config, supervisor: { ...supervisor, enabled: false } };
    await up({ ...model.cluster, config }, ENSURE);
    expect((await model.wanted())?.supervisor).toBe(false);
    await wantSupervisor(model.cluster.layout, true);
    await up(model.cluster, { ...ENSURE, supervisor: 'keep' });
    expect((await model.wanted())?.supervisor).toBe(true);
    expect(model.supervised).toBe(false);
    await up(model.cluster, { ...ENSURE, supervisor: 'end' });
    expect((await model.wanted())?.supervisor).toBe(false);
  });

  it('forgets a restart that was broken off where it starts something, since that would count as restarted', async () => {
    const model = await Model.serving();
    await beginRestart(model.cluster, model.nodes());
    await up(model.cluster, { ...ENSURE, supervisor: 'keep' });
    expect(await readRestart(model.cluster.layout)).toBeDefined();
    model.kill('mq02');
    await up(model.cluster, { ...ENSURE, supervisor: 'keep' });
    expect(await readRestart(model.cluster.layout)).toBeUndefined();
  });

  it('says what it would do, in order, and does none of it', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    await (await DrillRecord.open(model.cluster.layout)).add({ killed: ['mq03'] });
    const { steps, start, render, install, running } = await dryRun(model.cluster);
    expect(steps.map(({ kind }) => kind)).toEqual([
      'undo',
      'stores',
      'brokers',
      'wait',
      'supervisor',
    ]);
    expect(steps[0]?.details).toEqual(['mq03 was killed']);
    expect(start.map(({ name }) => name)).toEqual(['mq03']);
    expect({ render, install }).toEqual({ render: [], install: false });
    expect(running.map(({ name }) => name).sort()).toEqual(['mq01', 'mq02', 'zookeeper']);
    expect(model.done).toEqual([]);
    const last = async (supervisor: 'end' | 'keep') =>
      (await dryRun(model.cluster, { supervisor })).steps.at(-1);
    expect((await last('end'))?.text).toBe('do without a supervisor');
    expect((await last('keep'))?.kind).toBe('wait');
  });

  it('says nothing of an undo while the drill is at work, or none was killed', async () => {
    const model = await Model.serving();
    const { steps } = await dryRun(model.cluster);
    expect(steps.map(({ kind }) => kind)).toEqual(['wait', 'supervisor']);
  });
});

describe('a wait', () => {
  it('ends at once where the cluster is so, and says who is master', async () => {
    const model = await Model.serving();
    const answer = await waitFor(model.cluster, { master: 'mq01' }, 1000);
    expect(answer).toMatchObject({ for: 'master=mq01', state: 'serving', master: 'mq01' });
    expect((await waitFor(model.cluster, 'attached', 1000)).for).toBe('attached');
  });

  it('goes on until somebody has brought it there', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const waiting = waitFor(model.cluster, 'attached', 20_000);
    await model.start(['mq03']);
    expect((await waiting).state).toBe('serving');
  });

  it('ends with the first problem of the cluster where its time is over', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    await expect(waitFor(model.cluster, { master: 'mq02' }, 250)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(
        /^not master=mq02 after 250 ms: the cluster is degraded, master mq01; ./,
      ) as string,
    });
  });

  it('ends where it is interrupted', async () => {
    const model = await Model.serving();
    setTimeout(() => {
      model.stopped.abort();
    }, 50);
    await expect(waitFor(model.cluster, { master: 'mq02' }, 20_000)).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});
