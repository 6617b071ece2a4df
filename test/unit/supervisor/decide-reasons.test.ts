import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/observe/reading.js';
import { markHealthy, markUnhealthy } from '../../../src/supervisor/core/exits.js';
import type { SupervisedProcess } from '../../../src/supervisor/core/state.js';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import {
  Decisions,
  election,
  ended,
  NODES,
  running,
  servedWithout,
  whole,
  without,
} from './decisions.js';

const ALL = ['zookeeper', ...NODES];

describe('that no master serves is told with a reason:', () => {
  /** Two looks: a process that dies closes its port a moment before. */
  const lost = (changed: Parameters<typeof whole>[1], down: readonly string[] = []) => {
    const decisions = Decisions.whole();
    if (down.length > 0) {
      decisions.want(
        ALL.filter((name) => !down.includes(name)),
        '2',
        1500,
      );
    }
    for (const at of [2000, 2100])
      decisions.look(whole(at, { serving: undefined, ...changed }), at);
    return decisions.told('master-lost').map(({ reason }) => reason);
  };

  it.each([
    ['ZooKeeper is away', { election: undefined }, []],
    ['mq01 does not answer', {}, []],
    ['mq01 was demoted', { election: election('mq02') }, []],
    ['mq01 was stopped', {}, ['mq01']],
  ] as const)('%s', (reason, changed, down) => {
    expect(lost(changed, down)).toEqual([reason]);
  });

  /** The same, where this node is on another host. */
  const lostBeside = (elsewhere: string, elected: string, up: readonly string[]) => {
    const decisions = new Decisions();
    decisions.want(up, '1');
    const look = (at: number, changed?: Parameters<typeof whole>[1]) => {
      const seen = whole(at, changed);
      const process = unknown('it is on another host', at);
      const nodes = seen.nodes.map((one) =>
        one.node.name === elsewhere ? { ...one, local: false, process } : one,
      );
      decisions.look({ ...seen, nodes });
    };
    look(0);
    expect(decisions.state.failovers.last).toBe('mq01');
    const silent = { serving: undefined, election: election(elected) };
    for (const at of [1000, 1100]) look(at, silent);
    return decisions.told('master-lost').map(({ reason }) => reason);
  };

  it.each([
    ['mq01 does not answer', 'mq01', NODES],
    ['mq01 does not answer', 'mq01', ['mq02', 'mq03']],
    ['mq01 was demoted', 'mq02', ['mq02', 'mq03']],
  ])('%s, of a master on another host', (reason, elected, up) => {
    expect(lostBeside('mq01', elected, up)).toEqual([reason]);
  });

  it('mq01 was stopped, though another node is on another host', () => {
    expect(lostBeside('mq03', 'mq01', ['mq02'])).toEqual(['mq01 was stopped']);
  });
});

describe('the end of a process is told', () => {
  const endOf = (left: Parameters<Decisions['examined']>[3]) => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    decisions.examined('mq03', 3, 2001, left);
    return decisions.told('process-ended');
  };

  it('with what the broker has recorded', () => {
    expect(endOf({ end: ended('disk-failed', 'the disk is gone') })).toEqual([
      {
        source: 'supervisor',
        type: 'process-ended',
        node: 'mq03',
        pid: 3,
        wanted: 'up',
        how: 'the disk is gone',
        code: 'disk-failed',
        exitCode: 1,
      },
    ]);
  });

  it('with the end of its log where nothing else tells of what it died', () => {
    const last = ['the last line'];
    expect(endOf({ last })).toMatchObject([{ wanted: 'up', last }]);
    for (const left of [{ diskFull: true }, { end: ended('disk-failed', 'the disk is gone') }]) {
      expect(endOf({ last, ...left })[0]).not.toHaveProperty('last');
    }
    const desired = { processes: { mq03: { state: 'down' as const, at: '2' } }, supervisor: true };
    expect(endOf({ last, desired })[0]).not.toHaveProperty('last');
  });

  it('to `status` as well, until it runs again, and why its start fails', () => {
    const decisions = Decisions.whole();
    const stated = () => statedBy(decisions.state, 's', 4000).processes.mq03;
    expect(stated()).not.toHaveProperty('reason');
    decisions.dies('mq03', 3, 2000, { end: ended('disk-failed', 'the disk is gone') });
    expect(stated()).toMatchObject({ does: 'waiting', reason: 'the disk is gone' });
    decisions.look(servedWithout(['mq03'], 3000));
    const message = 'conf/activemq.xml was edited';
    decisions.started(
      [{ name: 'mq03', outcome: 'failed', message, code: 'edited', alive: false }],
      3100,
    );
    expect(stated()).toMatchObject({ does: 'waiting', reason: message });
    decisions.look(whole(3500));
    expect(stated()).not.toHaveProperty('reason');
  });

  it('with a full disk, on which nothing could be recorded', () => {
    expect(endOf({ diskFull: true })).toMatchObject([
      { how: 'the disk that holds its data is full' },
    ]);
    expect(endOf({})).toEqual([
      { source: 'supervisor', type: 'process-ended', node: 'mq03', pid: 3, wanted: 'up' },
    ]);
  });

  it('as it is wanted by then: who is stopped needs no reason', () => {
    const desired = { processes: { mq03: { state: 'down' as const, at: '2' } }, supervisor: true };
    expect(endOf({ diskFull: true, desired })).toEqual([
      { source: 'supervisor', type: 'process-ended', node: 'mq03', pid: 3, wanted: 'down' },
    ]);
  });

  it('once each, of whichever is examined first', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq02', 2, 2000);
    decisions.exited('mq03', 3, 2001);
    decisions.examined('mq03', 3, 2002, { end: ended('disk-failed', 'why') });
    decisions.examined('mq03', 3, 2003, { end: ended('disk-failed', 'why') });
    decisions.examined('mq02', 7, 2004);
    expect(decisions.told('process-ended').map(({ node }) => node)).toEqual(['mq03']);
    decisions.examined('mq02', 2, 2005);
    expect(decisions.told('process-ended').map(({ node, how }) => [node, how])).toEqual([
      ['mq03', 'why'],
      ['mq02', undefined],
    ]);
  });

  it('and asks for no znode where none is known to be its own', () => {
    const decisions = new Decisions();
    decisions.want(ALL, '1');
    decisions.look(whole(0, { znodes: new Map() }));
    decisions.exited('mq03', 3, 2000);
    expect(decisions.done('release')).toEqual([]);
    expect(decisions.done('examine')).toMatchObject([{ name: 'mq03', pid: 3 }]);
  });
});

describe('how long a process has been healthy', () => {
  const fresh: SupervisedProcess = {
    name: 'mq01',
    info: running(1),
    registered: true,
    healthySince: undefined,
    healthyMs: 0,
    znode: undefined,
    killed: undefined,
  };

  it('is counted from when it began, and the longest time counts', () => {
    const since = markHealthy(fresh, 1000);
    expect(since.healthySince).toBe(1000);
    expect(markHealthy(since, 2000)).toBe(since);
    const long = markUnhealthy(since, 9000);
    expect(long).toMatchObject({ healthySince: undefined, healthyMs: 8000 });
    expect(markUnhealthy(long, 9500)).toBe(long);
    expect(markUnhealthy(markHealthy(long, 10_000), 11_000).healthyMs).toBe(8000);
    expect(markUnhealthy(markHealthy(long, 10_000), 20_000).healthyMs).toBe(10_000);
  });
});

describe('what a person asks for', () => {
  const givenUp = () => {
    const decisions = Decisions.whole();
    let now = 2000;
    let pid = 3;
    for (let deaths = 0; deaths < 40; deaths++) {
      decisions.exited('mq03', pid, (now += 10));
      decisions.examined('mq03', pid, (now += 10));
      if (decisions.told('gave-up').length > 0) break;
      pid += 10;
      const serving = { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' };
      decisions.look(without('mq03', (now += 20_000), serving));
      decisions.started([{ name: 'mq03', outcome: 'launched' }], (now += 10));
      const processes = new Map(whole(0).nodes.map(({ node }, n) => [node.name, running(n + 1)]));
      processes.set('mq03', running(pid)).set('zookeeper', running(9));
      decisions.look(whole((now += 10), { processes, ...serving }));
    }
    return { decisions, now };
  };

  it('is tried anew where it was given up, once for each request', () => {
    const { decisions, now } = givenUp();
    expect(decisions.state.restarts.get('mq03')?.state).toBe('given-up');
    // The same request, read again.
    decisions.want(ALL, '1', now + 1);
    expect(decisions.state.restarts.get('mq03')?.state).toBe('given-up');
    decisions.want(ALL, '2', now + 2);
    expect(decisions.state.restarts.has('mq03')).toBe(false);
  });

  it('is not tried where it is to be down', () => {
    const { decisions, now } = givenUp();
    decisions.want(['zookeeper', 'mq01', 'mq02'], '2', now + 1);
    expect(decisions.state.restarts.get('mq03')?.state).toBe('given-up');
  });
});
