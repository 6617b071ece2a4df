import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/observe/reading.js';
import { decide, pauseOf } from '../../../src/supervisor/core/decide.js';
import { allRunning, Decisions, election, running, whole, without } from './decisions.js';

describe('the death of a master', () => {
  it('is followed at once by the end of its membership, and by the question why', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2000);
    expect(decisions.actions).toEqual([
      { type: 'release', name: 'mq01', znode: '00000000001', session: '100001' },
      { type: 'examine', name: 'mq01', pid: 1, startTime: '1' },
    ]);
    expect(pauseOf(decisions.state)).toBe(50);
  });

  it('is told once, with its reason, whoever saw it first', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2000);
    decisions.look(without('mq01', 2001));
    decisions.exited('mq01', 1, 2002);
    decisions.examined('mq01', 1, 2003);
    decisions.examined('mq01', 1, 2004);
    expect(decisions.told('process-ended')).toHaveLength(1);
    expect(decisions.told('master-lost')).toMatchObject([{ master: 'mq01', reason: 'mq01 died' }]);
    expect(decisions.told('restart-planned')).toMatchObject([
      { node: 'mq01', attempt: 1, delayMs: 0 },
    ]);
  });

  it('stays its death where a look comes in that began before', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2030);
    decisions.examined('mq01', 1, 2031);
    // It found the process, and had its answer, 30 ms before.
    decisions.look(whole(2000), 2040);
    expect(decisions.state.failovers.isServed).toBe(false);
    expect(decisions.state.processes.has('mq01')).toBe(false);
    expect(decisions.done('start')).toEqual([]);
    decisions.look(without('mq01', 2100));
    decisions.look(
      without('mq01', 2400, { election: election('mq02', ['mq02', 'mq03']), serving: 'mq02' }),
    );
    expect(decisions.told('master-serving')).toMatchObject([
      { from: null, master: 'mq01' },
      { from: 'mq01', master: 'mq02', reason: 'mq01 died', outageMs: 370 },
    ]);
    expect(decisions.told('process-started').filter(({ node }) => node === 'mq01')).toHaveLength(1);
  });

  it('leaves what was read after it, also in a look that began before', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2030);
    decisions.examined('mq01', 1, 2031);
    const elected = election('mq02', ['mq02', 'mq03']);
    const ages = { election: 2035, ports: 2036 };
    decisions.look(whole(2000, { election: elected, serving: 'mq02', ages }), 2040);
    expect(decisions.state.processes.has('mq01')).toBe(false);
    expect(decisions.told('master-serving').at(-1)).toMatchObject({ master: 'mq02' });
  });

  it('leaves no answer of its port to the process that comes next', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2030);
    decisions.examined('mq01', 1, 2031);
    const next = { processes: allRunning().set('mq01', running(10)) };
    decisions.look(whole(2100, { ...next, ages: { ports: 2000, logs: 2000 } }));
    expect(decisions.told('process-started').at(-1)).toMatchObject({ node: 'mq01', pid: 10 });
    expect(decisions.state.failovers.isServed).toBe(false);
    // Nobody is at fault by what is not known.
    expect(decisions.state.faults).toEqual([]);
    decisions.look(whole(2200, next));
    expect(decisions.state.failovers.isServed).toBe(true);
  });

  it('leaves no attachment of it to the process that comes next', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq02', 2, 2030);
    decisions.examined('mq02', 2, 2031);
    const next = { processes: allRunning().set('mq02', running(20)) };
    const isHealthy = () => decisions.state.processes.get('mq02')?.healthySince !== undefined;
    decisions.look(whole(2100, { ...next, ages: { logs: 2000 } }));
    expect(isHealthy()).toBe(false);
    decisions.look(whole(2200, next));
    expect(isHealthy()).toBe(true);
  });

  it('is told by a look that finds another process in its place, and with it that one', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, { processes: allRunning().set('mq01', running(10)) }), 2040);
    expect(decisions.done('examine')).toMatchObject([{ name: 'mq01', pid: 1 }]);
    expect(decisions.told('process-started').at(-1)).toMatchObject({ node: 'mq01', pid: 10 });
    expect(decisions.state.failovers.isServed).toBe(true);
  });

  it('says nothing of the others in a look that began before', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2030);
    const two = allRunning();
    two.delete('mq03');
    decisions.look(whole(2000, { processes: two }), 2040);
    expect(decisions.done('examine')).toMatchObject([{ name: 'mq03' }]);
  });

  it('is followed by its start once another serves, or after three seconds', () => {
    for (const [at, serving] of [
      [2500, 'mq02'],
      [5100, undefined],
    ] as const) {
      const decisions = Decisions.whole();
      decisions.exited('mq01', 1, 2000);
      decisions.examined('mq01', 1, 2001);
      decisions.look(without('mq01', 2100));
      expect(decisions.done('start')).toEqual([]);
      decisions.look(
        without('mq01', at, { election: election(serving, ['mq02', 'mq03']), serving }),
      );
      expect(decisions.done('start')).toMatchObject([{ attempts: [{ name: 'mq01', attempt: 1 }] }]);
      // One at a time.
      decisions.look(
        without('mq01', at + 50, { election: election(serving, ['mq02', 'mq03']), serving }),
      );
      expect(decisions.done('start')).toEqual([]);
    }
  });

  it('does not wait for a successor where there is no quorum for one', () => {
    const decisions = Decisions.whole();
    for (const [name, pid] of [
      ['mq01', 1],
      ['mq02', 2],
    ] as const) {
      decisions.exited(name, pid, 2000);
      decisions.examined(name, pid, 2001);
    }
    const processes = new Map([
      ['zookeeper', running(9)],
      ['mq03', running(3)],
    ]);
    decisions.look(without('mq01', 2100, { processes, election: election(undefined, ['mq03']) }));
    expect(decisions.done('start')).toHaveLength(1);
  });

  it('that a person wanted is a stop, and nothing is started', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq01', 1, 2000);
    decisions.want(['zookeeper', 'mq02', 'mq03'], '2', 2000);
    decisions.examined('mq01', 1, 2001);
    expect(decisions.told('process-ended')).toMatchObject([{ wanted: 'down' }]);
    expect(decisions.told('master-lost')).toMatchObject([{ reason: 'mq01 was stopped' }]);
    expect(decisions.told('restart-planned')).toEqual([]);
  });
});

describe('ZooKeeper', () => {
  it('is told once when it goes, and once when it comes', () => {
    const decisions = Decisions.whole();
    const away = { election: undefined };
    decisions.look(whole(2000, away));
    decisions.look(whole(2500, away));
    decisions.look(whole(4000));
    decisions.look(whole(5000));
    expect(decisions.told('zookeeper-lost')).toHaveLength(1);
    expect(decisions.told('zookeeper-back')).toMatchObject([{ outageMs: 2000 }]);
  });

  it('is not missed where nobody wants any broker', () => {
    const decisions = new Decisions();
    decisions.look(whole(2000, { election: undefined, processes: new Map() }));
    expect(decisions.told('zookeeper-lost')).toEqual([]);
  });
});

describe('a znode', () => {
  it('is not looked for in an election that is older than the process', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001);
    const processes = allRunning().set('mq02', running(20));
    // mq02 is in it with the znode of its predecessor.
    decisions.look(whole(2100, { processes, ages: { election: 1900 } }));
    expect(decisions.state.processes.get('mq02')).toMatchObject({ registered: false });
    decisions.look(whole(2200, { processes }));
    expect(decisions.state.processes.get('mq02')).toMatchObject({ registered: true });
  });

  it('is a process’s where it is the only one of its node and the process was alive', () => {
    const decisions = Decisions.whole();
    expect(decisions.state.processes.get('mq02')).toMatchObject({
      registered: true,
      znode: { znode: '00000000002', session: '100002' },
    });
    decisions.look(whole(2000, { znodes: new Map() }));
    expect(decisions.state.processes.get('mq02')?.znode?.znode).toBe('00000000002');
    decisions.look(
      whole(3000, { election: election('mq01', ['mq01', 'mq03']), znodes: new Map() }),
    );
    expect(decisions.state.processes.get('mq02')?.znode).toBeUndefined();
  });

  it('of who died while nobody looked is looked for', () => {
    const decisions = Decisions.whole();
    decisions.look(without('mq03', 2000, { election: election('mq01'), serving: 'mq01' }));
    expect(decisions.done('release-noted')).toMatchObject([{ names: ['mq03'] }]);
  });
});

it('does not change what it was given', () => {
  const { state } = Decisions.whole();
  const event = { type: 'exited', name: 'mq01', pid: 1, startTime: '1' } as const;
  expect(decide(state, event, 2000)).toEqual(decide(state, event, 2000));
  expect(state.processes.has('mq01')).toBe(true);
  expect(state.failovers.isServed).toBe(true);
});

describe('a master that has all the connections that it may', () => {
  it('is told of once, is not at fault however long that lasts, and is told of when it ends', () => {
    const decisions = Decisions.whole();
    for (let now = 2000; now <= 62_000; now += 1000) {
      decisions.look(whole(now, { full: true }));
      expect(decisions.state.faults).toEqual([]);
      expect(decisions.actions).toEqual([]);
    }
    expect(decisions.state.failovers.isServed).toBe(true);
    expect(decisions.told('connections-full')).toMatchObject([{ node: 'mq01' }]);
    expect(decisions.told('connections-free')).toEqual([]);
    decisions.look(whole(63_000));
    expect(decisions.told('connections-free')).toMatchObject([{ node: 'mq01', afterMs: 61_000 }]);
    expect(decisions.told('connections-full')).toHaveLength(1);
  });

  it('stays so while its port is not asked', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, { full: true }));
    const seen = whole(3000);
    const unasked = unknown('it was not looked at', 3000);
    decisions.look({ ...seen, nodes: seen.nodes.map((node) => ({ ...node, full: unasked })) });
    expect(decisions.told('connections-free')).toEqual([]);
    decisions.look(whole(4000, { full: true }));
    decisions.look(whole(5000));
    expect(decisions.told('connections-full')).toHaveLength(1);
    expect(decisions.told('connections-free')).toMatchObject([{ node: 'mq01', afterMs: 3000 }]);
  });

  it('lets nobody in again when it has died', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, { full: true }));
    decisions.exited('mq01', 1, 2500);
    decisions.look(without('mq01', 3000));
    decisions.look(without('mq01', 4000));
    expect(decisions.told('connections-free')).toEqual([]);
  });
});
