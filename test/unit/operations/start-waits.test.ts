import { describe, expect, it } from 'vitest';
import { startNodes } from '../../../src/operations/start/start.js';
import { Model } from './model.js';

const BROKERS = ['mq01', 'mq02', 'mq03'];
const ALL = ['zookeeper', ...BROKERS];
const RUNNING = [...BROKERS, 'zookeeper'];
const codeOf = (code: string) => expect.objectContaining({ code }) as Error;

describe('a managed ZooKeeper that is started', () => {
  it('and ends is an error, and no broker was started', async () => {
    const model = await Model.of();
    model.behaviour.dies.set('zookeeper', { code: 1, signal: null });
    await expect(model.start()).rejects.toThrow(
      expect.objectContaining({
        code: 'broker-died',
        message: expect.stringMatching(/^zookeeper ended with exit code 1/) as string,
        hint: expect.stringContaining('no broker was started') as string,
      }) as Error,
    );
    expect(model.launches).toEqual(['launch zookeeper']);
  });

  it('and does not answer is waited for until the deadline', async () => {
    const model = await Model.of();
    model.behaviour.serves = false;
    await expect(model.start(undefined, 150)).rejects.toThrow(
      expect.objectContaining({
        code: 'zookeeper-unreachable',
        message: expect.stringContaining(model.cluster.config.zookeeper.connect) as string,
      }) as Error,
    );
    expect(model.launches).toEqual(['launch zookeeper']);
    expect(await model.wanted()).toMatchObject({ zookeeper: 'up' });
    expect(await model.wanted()).not.toHaveProperty('mq01');
  });

  it('and answers a moment later is waited for', async () => {
    const model = await Model.of();
    model.behaviour.serves = false;
    setTimeout(() => {
      model.behaviour.serves = true;
    }, 60);
    expect((await model.start()).status.state).toBe('serving');
  });

  it('may be interrupted while it is waited for, and stays', async () => {
    const model = await Model.of();
    model.behaviour.serves = false;
    setTimeout(() => {
      model.stopped.abort();
    }, 60);
    await expect(model.start()).rejects.toThrow('interrupted; left running: zookeeper');
    expect(model.running).toEqual(['zookeeper']);
  });
});

describe('the znode that a dead process has left', () => {
  it('is waited for, and told once: its node would count twice', async () => {
    const model = await Model.serving();
    model.behaviour.stale.add('mq02');
    model.forget('mq02');
    model.kill('mq02');
    model.behaviour.told = ({ type }) => {
      if (type !== 'waiting-for-znode') return;
      setTimeout(() => {
        model.expire();
      }, 250);
    };
    model.behaviour.launching = ({ name }) => {
      if (name === 'mq02') model.done.push(`left: ${model.eventsOf('waiting-for-znode').length}`);
    };
    await model.start();
    expect(model.eventsOf('waiting-for-znode')).toEqual([
      { type: 'waiting-for-znode', node: 'mq02', znode: '00000000002' },
    ]);
    expect(model.done).toContain('left: 1');
  });

  it('is removed at once where its session was noted while the process lived', async () => {
    const model = await Model.serving();
    model.behaviour.stale.add('mq02');
    const found = model.of('mq02');
    await model.cluster.registry.noteSession('mq02', found, '100002');
    model.kill('mq02');
    await model.start();
    expect(model.done).toContain('release 00000000002');
    expect(model.eventsOf('waiting-for-znode')).toEqual([]);
  });

  it('keeps the node from being started where it does not go', async () => {
    const model = await Model.serving();
    model.behaviour.stale.add('mq02');
    model.forget('mq02');
    model.kill('mq02');
    await expect(model.start(['mq02'], 1500)).rejects.toThrow(
      expect.objectContaining({
        code: 'node-elsewhere-alive',
        message: expect.stringMatching(/^mq02 \(znode 00000000002\) is registered/) as string,
      }) as Error,
    );
    expect(model.launches).toEqual([]);
  });
});

describe('a broker that is started', () => {
  it('and ends fails the start at once, with the names of those that run', async () => {
    const model = await Model.of();
    model.behaviour.dies.set('mq03', { code: 1, signal: null });
    await expect(model.start()).rejects.toThrow(
      expect.objectContaining({
        code: 'broker-died',
        message: expect.stringMatching(/^mq03 ended with exit code 1/) as string,
        hint: expect.stringContaining('left running: zookeeper, mq01, mq02;') as string,
      }) as Error,
    );
    expect(await model.wanted()).toMatchObject({ mq01: 'up', mq03: 'up' });
  });

  it('and lets no client in is no success', async () => {
    const model = await Model.serving();
    model.behaviour.letsIn = false;
    model.kill('mq01');
    await expect(model.start(['mq01'], 1500)).rejects.toThrow(
      expect.objectContaining({
        code: 'client-refused',
        message: expect.stringMatching(/^mq02 answers but refuses clients: /) as string,
      }) as Error,
    );
    expect(model.running).toEqual(RUNNING);
  });
});

describe('a node that has fewer messages than the others', () => {
  it('is started once the others have elected a master', async () => {
    const model = await Model.stopped();
    model.loseStore('mq01');
    let master: string | undefined;
    model.behaviour.launching = ({ name }) => {
      if (name === 'mq01') ({ master } = model);
    };
    const { started, status } = await model.start();
    expect(started).toEqual(['zookeeper', 'mq02', 'mq03', 'mq01']);
    expect(master).toBe('mq02');
    expect(status.state).toBe('serving');
  });

  it('is started where the others are too few to elect one without it', async () => {
    const model = await Model.stopped();
    model.loseStore('mq01');
    const { started } = await model.start(['mq01', 'mq02']);
    expect(started).toEqual(['zookeeper', 'mq02', 'mq01']);
    expect(model.master).toBe('mq02');
  });

  it('is not started where one of the others has ended', async () => {
    const model = await Model.stopped();
    model.loseStore('mq01');
    model.behaviour.dies.set('mq03', { code: 1, signal: null });
    await expect(model.start()).rejects.toThrow(codeOf('broker-died'));
    expect(model.launches).toEqual(['launch zookeeper', 'launch mq02', 'launch mq03']);
  });

  it('is not started where no election comes of the others', async () => {
    const model = await Model.serving();
    for (const name of BROKERS) model.kill(name);
    model.loseStore('mq01');
    model.behaviour.mute.add('mq02');
    model.behaviour.mute.add('mq03');
    await expect(model.start(undefined, 1500)).rejects.toThrow(
      expect.objectContaining({
        code: 'timeout',
        message: expect.stringContaining(
          'mq02, mq03 did not elect a master, and mq01, which has fewer messages, must not before',
        ) as string,
        hint: expect.stringContaining('`mqha up` starts mq01 as well') as string,
      }) as Error,
    );
    expect(model.launches).not.toContain('launch mq01');
  });
});

describe('a supervisor', () => {
  const supervised = (model: Model, supervisor: 'ensure' | 'end') =>
    startNodes(model.cluster, model.nodes(), { timeoutMs: 20_000, whole: true, supervisor });

  it('is left once a master has opened its store, and the answer knows of it', async () => {
    const model = await Model.of();
    const { status } = await supervised(model, 'ensure');
    expect(status.supervisor.running).toBe(true);
    expect(model.launches).toEqual([
      ...ALL.map((name) => `launch ${name}`),
      'launch the supervisor',
      'launch the archiver',
    ]);
    expect((await model.wanted())?.supervisor).toBe(true);
    expect(model.eventsOf('supervisor-started')).toMatchObject([{ pid: process.pid }]);
  });

  it('is left also where the brokers do not come up', async () => {
    const model = await Model.of();
    model.behaviour.dies.set('mq02', { code: 1, signal: null });
    model.behaviour.dies.set('mq03', { code: 1, signal: null });
    await expect(supervised(model, 'ensure')).rejects.toThrow(codeOf('broker-died'));
    expect(model.supervised).toBe(true);
  });

  it('that ends at once is an error, while the brokers run', async () => {
    const model = await Model.of();
    model.behaviour.dies.set('the supervisor', { code: 1, signal: null });
    await expect(supervised(model, 'ensure')).rejects.toThrow(codeOf('supervisor-failed'));
    expect(model.running).toEqual(RUNNING);
  });

  it('is not wanted any more after a start without one, and is left as it is by any other', async () => {
    const model = await Model.of();
    await supervised(model, 'end');
    expect((await model.wanted())?.supervisor).toBe(false);
    await model.start();
    expect((await model.wanted())?.supervisor).toBe(false);
    expect(model.supervised).toBe(false);
  });
});
