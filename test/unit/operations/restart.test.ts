import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MqhaError } from '../../../src/lib/errors.js';
import { restartNodes, type RestartOptions } from '../../../src/operations/restart.js';
import { Model } from './model.js';

const restart = (model: Model, options: Partial<RestartOptions> = {}, names?: string[]) =>
  restartNodes(model.cluster, model.nodes(names), {
    timeoutMs: 20_000,
    confirm: () => Promise.resolve(true),
    rolling: true,
    ...options,
  });

const record = ({ cluster }: Model) => join(cluster.layout.state, 'restart.json');

/** What was stopped and started, in its order. */
const steps = ({ done }: Model) => done.filter((what) => /^(SIGTERM|launch) mq/.test(what));

const turn = (...names: string[]) => names.flatMap((name) => [`SIGTERM ${name}`, `launch ${name}`]);

describe('a restart of the whole cluster', () => {
  it('takes the master last, and one node is down at a time', async () => {
    const model = await Model.serving();
    const result = await restart(model);
    expect(steps(model)).toEqual(turn('mq02', 'mq03', 'mq01'));
    expect(result).toMatchObject({
      restarted: ['mq02', 'mq03', 'mq01'],
      before: [],
      status: { state: 'serving' },
    });
    expect(existsSync(record(model))).toBe(false);
    expect(model.eventsOf('restart-resumed')).toEqual([]);
  });

  it('takes the elector after the other slaves: with its end a master may be demoted', async () => {
    const model = await Model.of();
    model.behaviour.positions.set('mq03', 9);
    await model.start();
    model.done.length = 0;
    model.behaviour.positions.clear();
    await restart(model, { rolling: false });
    expect(steps(model)).toEqual(turn('mq02', 'mq01', 'mq03'));
  });

  it('begins with who is out already: nobody misses it', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const { restarted } = await restart(model, { rolling: false });
    expect(restarted).toEqual(['mq03', 'mq02', 'mq01']);
    expect(steps(model)[0]).toBe('launch mq03');
  });

  it('goes on with those that are left where it was broken off', async () => {
    const model = await Model.serving();
    model.behaviour.launching = ({ name }) => {
      if (name === 'mq03') throw new MqhaError('launch-failed', 'no such program', { hint: '' });
    };
    await expect(restart(model)).rejects.toMatchObject({ code: 'launch-failed' });
    expect(existsSync(record(model))).toBe(true);
    expect(model.master).toBe('mq01');
    model.behaviour.launching = () => undefined;
    model.done.length = 0;
    const result = await restart(model);
    expect(result).toMatchObject({ before: ['mq02'], restarted: ['mq03', 'mq01'] });
    expect(model.eventsOf('restart-resumed')).toMatchObject([{ done: ['mq02'] }]);
    expect(steps(model)).toEqual(['launch mq03', ...turn('mq01')]);
    expect(existsSync(record(model))).toBe(false);
  });

  it('leaves a supervisor where one is wanted', async () => {
    const model = await Model.serving();
    const { status } = await restart(model);
    expect(model.supervised).toBe(true);
    expect(status.supervisor.running).toBe(true);
  });

  it('of nodes that are named leaves no supervisor, and no record', async () => {
    const model = await Model.serving();
    const result = await restart(model, { rolling: false }, ['mq01', 'mq03']);
    expect(result).toMatchObject({ before: [], restarted: ['mq03', 'mq01'] });
    expect(model.supervised).toBe(false);
    expect(model.master).toBe('mq02');
  });
});

describe('a restart', () => {
  it('asks where the first that is down would take quorum away, and stops nobody without consent', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const asked: string[] = [];
    const no = (question: string) => {
      asked.push(question);
      return Promise.resolve(false);
    };
    await expect(restart(model, { confirm: no })).rejects.toMatchObject({ code: 'declined' });
    expect(asked).toEqual([
      'To restart mq01 leaves 1 of 3 members and quorum is 2: no master will serve. Go on?',
    ]);
    expect(steps(model)).toEqual([]);
  });

  it('asks nothing where all are in, or those that are named do not run', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const asked = () => Promise.reject(new Error('it is asked'));
    await restart(model, { confirm: asked, rolling: false }, ['mq03']);
    await restart(model, { confirm: asked, rolling: false }, ['mq02']);
    expect(steps(model)).toEqual(['launch mq03', ...turn('mq02')]);
  });

  it('stops nobody where what is checked first refuses it', async () => {
    const model = await Model.serving();
    const check = () => Promise.reject(new Error('not now'));
    await expect(restart(model, { check })).rejects.toThrow('not now');
    expect(steps(model)).toEqual([]);
    expect(existsSync(record(model))).toBe(false);
  });
});
