import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MqhaError } from '../../../src/lib/errors.js';
import {
  putRight,
  putRightSupervised,
  puttingRight,
  startAsked,
} from '../../../src/operations/put-right.js';
import { forgetStopped } from '../../../src/operations/undo-drill.js';
import { want } from '../../../src/state/desired-state.js';
import { asideOf, DrillRecord, type Undone } from '../../../src/state/drill-record.js';
import { lockOperation } from '../../../src/state/operations-log.js';
import { Model } from './model.js';

/** Leaves what a drill has done that was killed then. */
async function leave(model: Model, undone: Partial<Undone>): Promise<void> {
  await (await DrillRecord.open(model.cluster.layout)).add(undone);
}

const left = async ({ cluster }: Model) => (await DrillRecord.open(cluster.layout)).undone;
const isUndone = async ({ cluster }: Model) => (await DrillRecord.open(cluster.layout)).isEmpty;

/** One whose mq03 a drill has killed, and was killed itself then. */
async function withKilled(): Promise<Model> {
  const model = await Model.serving();
  model.kill('mq03');
  await leave(model, { killed: ['mq03'] });
  return model;
}

const suspend = async (model: Model, name: string) => {
  const { pid, startTime } = model.of(name);
  await model.cluster.here.signal(model.of(name), 'SIGSTOP');
  await leave(model, { suspended: [{ name, pid, startTime }] });
};

describe('what a killed drill has left', () => {
  it('is nothing: nothing is done', async () => {
    const model = await Model.serving();
    expect(await putRight(model.cluster, 1000)).toBe(false);
    expect(model.done).toEqual([]);
  });

  it('is left to a drill that is at work', async () => {
    const model = await withKilled();
    const lock = await lockOperation(model.cluster, 'drill');
    expect(await putRight(model.cluster, 1000)).toBe(false);
    await lock.release();
    expect(model.done).toEqual([]);
    expect(await left(model)).toMatchObject({ killed: ['mq03'] });
    expect(await putRight(model.cluster, 1000)).toBe(true);
  });

  it('was killed: it is started, and forgotten once the cluster is whole', async () => {
    const model = await withKilled();
    expect(await putRight(model.cluster, 20_000)).toBe(true);
    expect(model.done.filter((what) => what.startsWith('launch mq'))).toEqual(['launch mq03']);
    expect(model.warnings()).toEqual(['a drill that was killed had killed mq03; started mq03']);
    expect(await isUndone(model)).toBe(true);
  });

  it('was killed, and a person has stopped it since: it stays down', async () => {
    const model = await withKilled();
    await want(model.cluster, ['mq03'], 'down');
    await putRight(model.cluster, 300);
    expect(model.running).not.toContain('mq03');
    expect(await left(model)).toMatchObject({ killed: ['mq03'] });
  });

  it('was kept down by the drill itself: it is wanted again, and started', async () => {
    const model = await withKilled();
    await want(model.cluster, ['mq03'], 'down');
    await leave(model, { keptDown: ['mq03'] });
    await putRight(model.cluster, 20_000);
    expect(model.running).toContain('mq03');
    expect(await model.wanted()).toMatchObject({ mq03: 'up' });
  });

  it('was killed and runs again: nothing is started, and nothing told', async () => {
    const model = await Model.serving();
    await leave(model, { killed: ['mq02'] });
    await putRight(model.cluster, 20_000);
    expect(model.done).toEqual([]);
    expect(model.warnings()).toEqual([]);
    expect(await isUndone(model)).toBe(true);
  });

  it('is suspended: it is resumed, and told', async () => {
    const model = await Model.serving();
    await suspend(model, 'mq02');
    await putRight(model.cluster, 20_000);
    expect(model.of('mq02').suspended).toBe(false);
    expect(model.warnings()).toEqual(['a drill that was killed had suspended mq02; resumed']);
    expect(await isUndone(model)).toBe(true);
  });

  it('was suspended and has ended since: another process of its node is left alone', async () => {
    const model = await Model.serving();
    const { pid } = model.of('mq02');
    await leave(model, { suspended: [{ name: 'mq02', pid, startTime: 'another' }] });
    await putRight(model.cluster, 1000);
    expect(model.done).toEqual([]);
    expect(model.warnings()).toEqual([]);
  });

  it('is a store that was put aside: it is removed once every node has every message', async () => {
    const model = await Model.serving();
    const aside = asideOf(model.cluster, 'mq02');
    mkdirSync(aside);
    await leave(model, { aside: ['mq02'] });
    model.behaviour.behind.add('mq02');
    await putRight(model.cluster, 300);
    expect(existsSync(aside)).toBe(true);
    expect(await left(model)).toMatchObject({ aside: ['mq02'] });
    model.behaviour.behind.clear();
    await putRight(model.cluster, 20_000);
    expect(existsSync(aside)).toBe(false);
    expect(await isUndone(model)).toBe(true);
  });

  it('is a supervisor that was ended: another one is left', async () => {
    const model = await Model.serving();
    await leave(model, { supervisor: true });
    await putRight(model.cluster, 20_000);
    expect(model.supervised).toBe(true);
    expect(await isUndone(model)).toBe(true);
  });

  it('stays in the record where it cannot be undone, and nothing fails for it', async () => {
    const model = await withKilled();
    model.behaviour.launching = () => {
      throw new MqhaError('launch-failed', 'no such program', { hint: '' });
    };
    expect(await putRight(model.cluster, 1000)).toBe(true);
    expect(model.warnings()).toEqual([
      'what a killed drill has left could not all be undone: no such program; `mqha up` tries again',
    ]);
    expect(await left(model)).toMatchObject({ killed: ['mq03'] });
  });
});

describe('a start of what a drill has left', () => {
  it('resumes before and forgets after, where it is the whole cluster that is started', async () => {
    const model = await withKilled();
    await suspend(model, 'mq02');
    const answer = await puttingRight(model.cluster, async () => {
      model.done.push('start');
      await model.start();
      return 'started';
    });
    expect(answer).toBe('started');
    expect(model.done.filter((what) => /SIGCONT|start|mq03/.test(what))).toEqual([
      'SIGCONT mq02',
      'start',
      'launch mq03',
    ]);
    expect(await isUndone(model)).toBe(true);
  });

  it('that fails leaves the record', async () => {
    const model = await withKilled();
    const fails = () => Promise.reject(new Error('no'));
    await expect(puttingRight(model.cluster, fails)).rejects.toThrow('no');
    expect(await left(model)).toMatchObject({ killed: ['mq03'] });
    expect(await puttingRight(await model.open(), () => Promise.resolve(7))).toBe(7);
  });

  it('by name starts the other as well, and answers how it is then', async () => {
    const model = await withKilled();
    model.kill('mq02');
    const { started, status } = await startAsked(model.cluster, model.nodes(['mq02']), 20_000);
    expect(started).toEqual(['mq02']);
    expect(status.state).toBe('serving');
    expect(model.running).toContain('mq03');
  });

  it('by name is as any start where nothing is left', async () => {
    const model = await Model.serving();
    model.kill('mq02');
    const { started } = await startAsked(model.cluster, model.nodes(['mq02']), 20_000);
    expect(started).toEqual(['mq02']);
  });
});

describe('a supervisor', () => {
  const supervised = (model: Model, signal = new AbortController().signal) =>
    putRightSupervised(model.cluster, 500, signal);

  it('resumes, wants what was kept down, and leaves starting to its own work', async () => {
    const model = await withKilled();
    await suspend(model, 'mq02');
    await want(model.cluster, ['mq03'], 'down');
    await leave(model, { keptDown: ['mq03'], supervisor: true });
    await supervised(model);
    expect(model.done).toEqual(['SIGSTOP mq02', 'SIGCONT mq02']);
    expect(await model.wanted()).toMatchObject({ mq03: 'up' });
    expect(await left(model)).toEqual({
      suspended: [],
      killed: ['mq03'],
      aside: [],
      supervisor: false,
    });
    await model.start();
    await supervised(model);
    expect(await isUndone(model)).toBe(true);
  });

  it('that ends waits for nothing more', async () => {
    const model = await withKilled();
    await putRightSupervised(model.cluster, 60_000, AbortSignal.abort());
    expect(await left(model)).toMatchObject({ killed: ['mq03'] });
  });
});

describe('what a person stops', () => {
  it('is nothing any more that a drill has left', async () => {
    const model = await withKilled();
    await suspend(model, 'mq02');
    await leave(model, { killed: ['mq01'], keptDown: ['mq03', 'mq01'], supervisor: true });
    await forgetStopped(model.cluster, ['mq02', 'mq03']);
    expect(await left(model)).toEqual({
      suspended: [],
      killed: ['mq01'],
      keptDown: ['mq01'],
      aside: [],
      supervisor: true,
    });
    await forgetStopped(model.cluster, ['mq01'], true);
    expect(await isUndone(model)).toBe(true);
  });
});
