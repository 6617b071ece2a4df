import { describe, expect, it } from 'vitest';
import { NO_BROKER } from '../../../src/config/broker/config.js';
import { switchover, weightRefusal } from '../../../src/operations/switchover.js';
import type { Confirm } from '../../../src/operations/stop.js';
import { edit } from '../rig.js';
import { config } from '../scenes.js';
import { Model } from './model.js';

const yes: Confirm = () => Promise.resolve(true);

/** Changes the master of a model to a node, or to whoever is elected. */
const change = (model: Model, name?: string, confirm = yes) =>
  switchover(model.cluster, {
    timeoutMs: 20_000,
    to: name === undefined ? undefined : model.nodes([name])[0],
    confirm,
  });

/** What was done to processes, without what is written beside that. */
const steps = ({ done }: Model) => done.filter((what) => /SIG|mq0/.test(what));

async function recorded({ cluster }: Model) {
  const entries = await cluster.journal.read();
  return entries.flatMap((entry) =>
    entry.type === 'switchover' ? [[entry.from, entry.to, entry.outcome]] : [],
  );
}

describe('a switchover', () => {
  it('restarts the master, and whoever is elected has its place', async () => {
    const model = await Model.serving();
    const result = await change(model);
    expect(result).toEqual({ from: 'mq01', to: 'mq02', state: 'serving' });
    expect(steps(model)).toEqual(['SIGTERM mq01', 'launch mq01']);
    expect(await recorded(model)).toEqual([['mq01', 'mq02', 'done']]);
    expect(await model.wanted()).toMatchObject({ mq01: 'up' });
  });

  it('to a node restarts before the master whoever would be elected before that node', async () => {
    const model = await Model.serving();
    expect(await change(model, 'mq03')).toMatchObject({ from: 'mq01', to: 'mq03' });
    expect(steps(model)).toEqual(['SIGTERM mq02', 'launch mq02', 'SIGTERM mq01', 'launch mq01']);
    expect(await recorded(model)).toEqual([['mq01', 'mq03', 'done']]);
  });

  it('to the node that is elected next restarts the master alone', async () => {
    const model = await Model.serving();
    expect(await change(model, 'mq02')).toMatchObject({ to: 'mq02' });
    expect(steps(model)).toEqual(['SIGTERM mq01', 'launch mq01']);
  });

  it('to the master has nothing to do, and records nothing', async () => {
    const model = await Model.serving();
    const result = await change(model, 'mq01');
    expect(result).toEqual({ from: 'mq01', to: 'mq01', state: 'serving' });
    expect(steps(model)).toEqual([]);
    expect(await recorded(model)).toEqual([]);
  });

  it('says who is master where the store elects another, which has more messages', async () => {
    const model = await Model.serving();
    for (const name of ['mq01', 'mq02']) model.behaviour.positions.set(name, 9);
    await expect(change(model, 'mq03')).rejects.toMatchObject({
      code: 'switchover-missed',
      message: expect.stringMatching(/^mq0[12] is master instead of mq03$/) as string,
    });
    const [[, to, outcome] = []] = await recorded(model);
    expect([to, outcome]).toEqual([model.master, 'missed']);
  });

  it('is refused, and recorded so, while a slave lags; nothing is stopped', async () => {
    const model = await Model.serving();
    model.behaviour.lags.set('mq03', 1024 * 1024);
    expect((await change(model)).to).toBe('mq02');
    model.done.length = 0;
    model.behaviour.lags.set('mq03', 1024 * 1024 + 1);
    await expect(change(model, 'mq01')).rejects.toMatchObject({
      code: 'switchover-refused',
      message: 'no switchover now: mq03 lags by 1048577 bytes',
    });
    expect(steps(model)).toEqual([]);
    expect((await recorded(model)).at(-1)).toEqual(['mq02', 'mq01', 'refused']);
  });

  it('is refused while nobody serves', async () => {
    const model = await Model.serving();
    for (const name of model.running) model.kill(name);
    await expect(change(model)).rejects.toMatchObject({
      code: 'switchover-refused',
      message: 'no switchover now: the cluster is stopped, and there is no master',
    });
    expect(await recorded(model)).toEqual([['', null, 'refused']]);
  });

  it('stops nobody where the node could not be started again', async () => {
    const model = await Model.serving();
    edit(model.directory, 'name: mqStore', 'name: other');
    await model.open();
    await expect(change(model)).rejects.toMatchObject({ code: 'name-changed' });
    expect(steps(model)).toEqual([]);
  });

  it('of a single node is refused where another is asked for', async () => {
    const model = await Model.serving({ nodes: 1 });
    await expect(
      switchover(model.cluster, { timeoutMs: 1000, to: config.nodes[1], confirm: yes }),
    ).rejects.toThrow('there is no other node');
  });

  it('of a single node asks first: nobody serves meanwhile', async () => {
    const model = await Model.serving({ nodes: 1 });
    const asked: string[] = [];
    const no = (question: string) => Promise.resolve(asked.push(question) === 0);
    await expect(change(model, undefined, no)).rejects.toMatchObject({ code: 'declined' });
    expect(asked).toHaveLength(1);
    expect(steps(model)).toEqual([]);
    expect((await change(model)).to).toBe('mq01');
  });
});

describe('a switchover to a node whose weight is less than that of another', () => {
  const weighing = (weights: Readonly<Record<string, number>>) => ({
    broker: NO_BROKER,
    nodes: config.nodes.map((node) => {
      const weight = weights[node.name];
      return weight === undefined ? node : { ...node, broker: { ...NO_BROKER, store: { weight } } };
    }),
  });
  const refusal = (weights: Readonly<Record<string, number>>, to = 'mq03') => {
    const cluster = weighing(weights) as unknown as Parameters<typeof weightRefusal>[0];
    const node = (name: string) => cluster.nodes.find((one) => one.name === name);
    return weightRefusal(cluster, node('mq01'), node(to));
  };

  it('is refused, since that one is elected', () => {
    expect(refusal({ mq02: 10 })).toBe(
      'mq02 has the weight 10 and mq03 1, so that the store elects mq02 of the two (broker.store.weight)',
    );
  });

  it('may be where it is the old master that weighs more, or both weigh the same', () => {
    expect(refusal({ mq01: 10 })).toBeUndefined();
    // One of which nothing is said weighs as much as one of which the store's own default is said.
    expect(refusal({ mq02: 1 })).toBeUndefined();
    expect(refusal({ mq03: 0 })).toContain('mq02 has the weight 1 and mq03 0');
    expect(refusal({ mq02: 10, mq03: 10 })).toBeUndefined();
    expect(refusal({ mq02: 10 }, 'mq01')).toBeUndefined();
    expect(weightRefusal(config, config.nodes[0], undefined)).toBeUndefined();
  });
});
