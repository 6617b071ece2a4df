import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/observe/status-of.js';
import { killNodes } from '../../../src/operations/kill.js';
import { Model } from './model.js';

const YES = () => Promise.resolve(true);

async function kill(model: Model, names: readonly string[], timeoutMs = 20_000) {
  const before = await statusOf(model.cluster);
  return killNodes(model.cluster, model.nodes(names), before, { timeoutMs, confirm: YES });
}

describe('a master that is killed', () => {
  it('has a successor, and the time until that lets clients in is told', async () => {
    const model = await Model.serving();
    const began = performance.now();
    const { result, error } = await kill(model, ['mq01']);
    const took = performance.now() - began;
    expect(error).toBeUndefined();
    expect(result).toMatchObject({
      killed: [{ name: 'mq01', was: 'master' }],
      newMaster: 'mq02',
      state: 'degraded',
    });
    expect(result.failoverMs).toBeGreaterThan(0);
    expect(result.failoverMs).toBeLessThan(took);
    expect(model.done).toEqual(['SIGKILL mq01']);
    expect(await model.wanted()).toMatchObject({ mq01: 'down', mq02: 'up' });
  });

  it('is followed until its znode has gone: it would be elected again', async () => {
    const model = await Model.serving();
    model.behaviour.stale.add('mq01');
    setTimeout(() => {
      model.expire();
    }, 300);
    const { result } = await kill(model, ['mq01']);
    expect(result.newMaster).toBe('mq02');
    const election = await model.coordination.snapshot(undefined as never);
    expect(election.members.map(({ container }) => container)).toEqual(['mq02', 'mq03']);
  });

  it('has none that lets clients in: that is an error once the time is over', async () => {
    const model = await Model.serving();
    model.behaviour.letsIn = false;
    const { result, error } = await kill(model, ['mq01'], 700);
    expect(result).toMatchObject({ newMaster: null, failoverMs: null });
    expect(error).toMatchObject({
      code: 'timeout',
      message: 'no master accepts clients 1 s after the kill: the cluster is degraded',
    });
  });

  it('is told of where it is interrupted then', async () => {
    const model = await Model.serving();
    model.behaviour.letsIn = false;
    setTimeout(() => {
      model.stopped.abort();
    }, 300);
    await expect(kill(model, ['mq01'], 10_000)).rejects.toMatchObject({
      code: 'interrupted',
      message: 'interrupted; killed: mq01',
    });
  });
});

describe('others that are killed', () => {
  it('are a slave: there is no failover', async () => {
    const model = await Model.serving();
    const { result, error } = await kill(model, ['mq03']);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({
      killed: [{ name: 'mq03', was: 'slave' }],
      newMaster: null,
      failoverMs: null,
      state: 'degraded',
    });
    expect(model.master).toBe('mq01');
  });

  it('are too many for a quorum: there is no failover to wait for', async () => {
    const model = await Model.serving();
    const { result, error } = await kill(model, ['mq01', 'mq02'], 20_000);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ newMaster: null, failoverMs: null, state: 'no-quorum' });
    expect(result.killed.map(({ name }) => name)).toEqual(['mq01', 'mq02']);
  });

  it('are only those that run', async () => {
    const model = await Model.serving();
    model.kill('mq03');
    const { result } = await kill(model, ['mq02', 'mq03'], 20_000);
    expect(result.killed).toEqual([{ name: 'mq02', was: 'slave' }]);
    expect(await model.wanted()).toMatchObject({ mq02: 'down', mq03: 'up' });
  });
});
