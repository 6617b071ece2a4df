import { describe, expect, it } from 'vitest';
import { FaultInjector } from '../../../../src/drill/faults/fault-injector.js';
import { canServeWithout, faultOf, type Fault } from '../../../../src/drill/faults/fault.js';
import { kill } from '../../../../src/drill/faults/kill-processes.js';
import { Deadline } from '../../../../src/lib/time.js';
import { FakeCluster } from './fake-context.js';

const NAMES = ['mq01', 'mq02', 'mq03'];
const soon = () => Deadline.in(2000);

/** Does a method of a fault, by its name. */
function call(fault: Fault, method: string, cluster: FakeCluster): Promise<void> {
  if (method === 'inject') return fault.inject(cluster.context());
  if (method === 'recover') return fault.recover();
  return method === 'propagated' ? fault.propagated(soon()) : fault.recovered(soon());
}

describe('a fault', () => {
  it('is injected, propagates, is recovered from, and has recovered', async () => {
    const cluster = new FakeCluster(NAMES);
    const fault = kill(['mq02']);
    for (const method of ['inject', 'propagated', 'recover', 'recovered']) {
      await call(fault, method, cluster);
    }
    expect(cluster.alive.has('mq02')).toBe(true);
  });

  it.each([
    [[], 'propagated'],
    [[], 'recover'],
    [[], 'recovered'],
    [['inject'], 'inject'],
    [['inject'], 'recovered'],
    [['inject', 'propagated'], 'recovered'],
    [['inject', 'recover'], 'propagated'],
    [['inject', 'recover'], 'inject'],
    [['inject', 'recover', 'recovered'], 'inject'],
    [['inject', 'recover', 'recovered'], 'propagated'],
    [['inject', 'recover', 'recovered'], 'recover'],
  ])('refuses after %j: %s', async (before, refused) => {
    const cluster = new FakeCluster(NAMES);
    const fault = kill(['mq02']);
    for (const method of before) await call(fault, method, cluster);
    const done = [...cluster.log];
    await expect(call(fault, refused, cluster)).rejects.toThrow(`kill mq02: no ${refused} while`);
    expect(cluster.log).toEqual(done);
  });

  it('is injected once, also where that is asked for twice at the same moment', async () => {
    const cluster = new FakeCluster(NAMES);
    const fault = kill(['mq02']);
    const both = await Promise.allSettled([
      fault.inject(cluster.context()),
      fault.inject(cluster.context()),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(cluster.log.filter((line) => line === 'kill mq02')).toHaveLength(1);
  });

  it('is not injected where its undo cannot be written down', async () => {
    const cluster = new FakeCluster(NAMES);
    cluster.full = new Error('the disk is full');
    const fault = kill(['mq02']);
    await expect(fault.inject(cluster.context())).rejects.toThrow('the disk is full');
    expect(cluster.log).toEqual([]);
    expect(cluster.alive.has('mq02')).toBe(true);
    await expect(fault.recover()).rejects.toThrow('no recover while it is new');
    cluster.full = undefined;
    await fault.inject(cluster.context());
    expect(cluster.alive.has('mq02')).toBe(false);
  });

  it('can be recovered from where its injection failed half way', async () => {
    const cluster = new FakeCluster(NAMES);
    const recovered: string[] = [];
    const fault = faultOf({
      name: 'half a fault',
      find: () => Promise.resolve('mq01'),
      undo: (name) => ({ killed: [name] }),
      inject: () => Promise.reject(new Error('it broke')),
      hasPropagated: () => Promise.resolve(true),
      recover: (_, name) => {
        recovered.push(name);
        return Promise.resolve();
      },
      hasRecovered: () => Promise.resolve(true),
    });
    await expect(fault.inject(cluster.context())).rejects.toThrow('it broke');
    expect(cluster.undone.killed).toEqual(['mq01']);
    await fault.recover();
    await fault.recovered(soon());
    expect(recovered).toEqual(['mq01']);
  });

  it('whose effect does not come, or does not end, is told of with its name', async () => {
    const cluster = new FakeCluster(NAMES, true);
    cluster.deaf.add('mq01');
    const deaf = kill(['mq01']);
    await deaf.inject(cluster.context());
    await expect(deaf.propagated(Deadline.in(30))).rejects.toMatchObject({
      code: 'timeout',
      message: 'kill mq01: it has not taken effect after 30 ms',
    });
    const fault = kill(['mq02']);
    await fault.inject(cluster.context());
    await fault.recover(); // That is left to the supervisor, which does not come.
    await expect(fault.recovered(Deadline.in(30))).rejects.toMatchObject({
      code: 'timeout',
      message: 'kill mq02: its target has not recovered after 30 ms',
    });
    cluster.abort.abort();
    await expect(fault.recovered(soon())).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('the faults of a scenario', () => {
  it('are recovered from in the reverse of their order, each once', async () => {
    const order: string[] = [];
    const named = (name: string) =>
      faultOf({
        name,
        find: () => Promise.resolve(),
        undo: () => ({}),
        inject: () => Promise.resolve(),
        hasPropagated: () => Promise.resolve(true),
        recover: () => {
          order.push(name);
          return Promise.resolve();
        },
        hasRecovered: () => Promise.resolve(true),
      });
    const injector = new FaultInjector(new FakeCluster(NAMES).context());
    const [first, second, third] = ['first', 'second', 'third'].map(named);
    if (!first || !second || !third) throw new Error('there are three');
    for (const fault of [first, second, third]) await injector.inject(fault);
    await injector.recover(second);
    await injector.recoverAll();
    await injector.recoverAll();
    expect(order).toEqual(['second', 'third', 'first']);
    await injector.recovered(soon());
  });

  it('are recovered from where one failed half way, and not where it was not begun', async () => {
    const recovered: string[] = [];
    const failing = (name: string, find: () => Promise<void>) =>
      faultOf({
        name,
        find,
        undo: () => ({}),
        inject: () => Promise.reject(new Error('it broke')),
        hasPropagated: () => Promise.resolve(true),
        recover: () => {
          recovered.push(name);
          return Promise.resolve();
        },
        hasRecovered: () => Promise.resolve(true),
      });
    const injector = new FaultInjector(new FakeCluster(NAMES).context());
    const half = failing('half', () => Promise.resolve());
    const none = failing('none', () => Promise.reject(new Error('nobody there')));
    await expect(injector.inject(half)).rejects.toThrow('it broke');
    await expect(injector.inject(none)).rejects.toThrow('nobody there');
    await injector.recoverAll();
    expect(recovered).toEqual(['half']);
  });

  it('must all be recovered from before they can have recovered', async () => {
    const cluster = new FakeCluster(NAMES);
    const injector = new FaultInjector(cluster.context());
    await injector.inject(kill(['mq02']));
    await expect(injector.recovered(soon())).rejects.toThrow('no recovered while it is injected');
  });
});

describe('whether the others can serve while processes are away', () => {
  it.each([
    [3, ['mq01'], true],
    [3, ['mq01', 'mq02'], false],
    [4, ['mq01'], true],
    [4, ['mq01', 'mq02'], false],
    [5, ['mq01', 'mq02'], true],
    [1, ['mq01'], false],
    [3, ['zookeeper'], false],
  ])('of %i nodes without %j', (replicas, names, expected) => {
    expect(canServeWithout({ replicas }, names)).toBe(expected);
  });
});
