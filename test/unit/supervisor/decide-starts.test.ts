import { describe, expect, it } from 'vitest';
import { pauseOf } from '../../../src/supervisor/core/decide.js';
import {
  allRunning,
  Decisions,
  election,
  ended,
  NODES,
  running,
  servedWithout,
  whole,
  without,
} from './decisions.js';

/** mq02 has not caught up with its master. */
const ATTACHING = new Map([
  ['mq01', { state: 'none', progress: 1, lagBytes: undefined }],
  ['mq02', { state: 'attaching', progress: 1, lagBytes: undefined }],
] as const);

describe('starts that are due', () => {
  const names = (decisions: Decisions) =>
    decisions.done('start').map(({ attempts }) => attempts.map(({ name }) => name));

  it('begin with ZooKeeper, which brokers need', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.dies('zookeeper', 9, 2010);
    decisions.dies('mq02', 2, 2020);
    const gone = ['mq02', 'mq03', 'zookeeper'];
    decisions.look(servedWithout(gone, 2100, { election: undefined }));
    expect(names(decisions)).toEqual([['zookeeper', 'mq03', 'mq02']]);
  });

  it('wait while another start is under way', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100));
    expect(names(decisions)).toEqual([['mq03']]);
    decisions.dies('mq02', 2, 2200);
    decisions.look(servedWithout(['mq02', 'mq03'], 2300));
    expect(names(decisions)).toEqual([]);
    decisions.started([{ name: 'mq03', outcome: 'launched' }], 2400);
    const processes = allRunning().set('mq03', running(30));
    processes.delete('mq02');
    decisions.look(servedWithout(['mq02'], 2500, { processes }));
    expect(names(decisions)).toEqual([['mq02']]);
  });

  it('are made when their pause is over, and not before', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100));
    const failed = { outcome: 'failed', message: 'no', code: undefined, alive: false } as const;
    decisions.started([{ name: 'mq03', ...failed }], 3000);
    expect(decisions.told('restart-planned').at(-1)).toMatchObject({ delayMs: 1000 });
    decisions.look(servedWithout(['mq03'], 3999));
    expect(names(decisions)).toEqual([]);
    decisions.look(servedWithout(['mq03'], 4000));
    expect(decisions.done('start')).toMatchObject([{ attempts: [{ name: 'mq03', attempt: 2 }] }]);
  });

  it('wait three seconds for a successor of the master, and no longer', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq01', 1, 2000);
    decisions.look(without('mq01', 4999));
    expect(names(decisions)).toEqual([]);
    decisions.look(without('mq01', 5000));
    expect(names(decisions)).toEqual([['mq01']]);
  });

  it('wait for no successor while ZooKeeper is away, since nobody can be elected', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq01', 1, 2000);
    decisions.look(without('mq01', 2100, { election: undefined }));
    expect(names(decisions)).toEqual([['mq01']]);
  });
});

describe('the brokers that may start on disks that are short of room', () => {
  const room = (decisions: Decisions) => decisions.done('start').map((start) => start.room);

  it('are a quorum where none runs', () => {
    const decisions = Decisions.whole();
    for (const [index, name] of NODES.entries()) decisions.dies(name, index + 1, 2000);
    const nobody = { election: election(undefined, []), serving: undefined };
    decisions.look(servedWithout(NODES, 2100, nobody));
    expect(room(decisions)).toEqual([2]);
  });

  it('are one beside a quorum of which each serves or is attached', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100));
    expect(room(decisions)).toEqual([1]);
  });

  it('are none while one still attaches and needs room itself', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100, { attachments: ATTACHING }));
    expect(room(decisions)).toEqual([0]);
  });

  it('are as many where a ZooKeeper has not answered yet, which needs none of it', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.dies('zookeeper', 9, 2010);
    const processes = allRunning().set('zookeeper', running(90));
    processes.delete('mq03');
    decisions.look(servedWithout(['mq03'], 2100, { processes, election: undefined }));
    expect(room(decisions)).toEqual([1]);
  });
});

describe('a start that fails', () => {
  const fails = (decisions: Decisions, code: string | undefined, now: number) =>
    decisions.started(
      [{ name: 'mq03', outcome: 'failed', message: 'no', code, alive: false }],
      now,
    );

  const due = () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100));
    return decisions;
  };

  it.each(['store-damaged', 'copies-lost'])('with %s is given up at once', (code) => {
    const decisions = due();
    fails(decisions, code, 3000);
    expect(decisions.told('gave-up')).toMatchObject([{ node: 'mq03', reason: 'no' }]);
  });

  it.each(['start-failed', undefined])('with %s is tried again', (code) => {
    const decisions = due();
    fails(decisions, code, 3000);
    expect(decisions.told('gave-up')).toEqual([]);
    expect(decisions.told('restart-planned')).toHaveLength(2);
  });

  it('as often as it may stays given up, though somebody serves', () => {
    const decisions = due();
    let now = 3000;
    for (let starts = 0; starts < 20 && decisions.done('start').length > 0; starts++) {
      fails(decisions, 'start-failed', now);
      decisions.look(servedWithout(['mq03'], (now += 40_000)));
    }
    expect(decisions.told('gave-up')).toMatchObject([{ node: 'mq03', deaths: 9 }]);
    decisions.look(servedWithout(['mq03'], now + 40_000));
    expect(decisions.state.restarts.get('mq03')?.state).toBe('given-up');
    expect(decisions.told('gave-up')).toHaveLength(1);
  });
});

describe('a start of who must not go on', () => {
  it('is not made, and that is told once of each', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    for (const [index, name] of NODES.entries()) decisions.dies(name, index + 1, 2000, { end });
    const nobody = { election: election(undefined, []), serving: undefined };
    decisions.look(servedWithout(NODES, 2100, nobody));
    decisions.look(servedWithout(NODES, 9000, nobody));
    expect(decisions.told('gave-up').map(({ node }) => node)).toEqual(['mq02', 'mq03', 'mq01']);
    expect(decisions.told('gave-up').at(-1)).toMatchObject({
      deaths: 1,
      withinMs: 0,
      reason: 'mq01 and mq03 end for the same reason',
    });
    expect(decisions.done('start')).toEqual([]);
  });
});

describe('who has ended', () => {
  it('is started again only when it is known why; others need not wait for that', () => {
    const decisions = new Decisions();
    decisions.want(['zookeeper', 'mq01', 'mq03'], '1');
    decisions.look(servedWithout(['mq02'], 1000));
    decisions.exited('mq03', 3, 2000);
    decisions.want(['zookeeper', ...NODES], '2', 2050);
    decisions.look(servedWithout(['mq02', 'mq03'], 2100));
    const planned = () => decisions.told('restart-planned').map(({ node }) => node);
    expect(planned()).toEqual(['mq02']);
    decisions.examined('mq03', 3, 2200);
    expect(planned()).toEqual(['mq02', 'mq03']);
  });
});

describe('the pause until the next look', () => {
  it('is a second where nothing is wrong', () => {
    expect(pauseOf(Decisions.whole().state)).toBe(1000);
  });

  it('is short from an end on, until its start was seen', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    expect(pauseOf(decisions.state)).toBe(250);
    decisions.examined('mq03', 3, 2001);
    expect(pauseOf(decisions.state)).toBe(250);
    decisions.look(servedWithout(['mq03'], 2100));
    decisions.started([{ name: 'mq03', outcome: 'launched' }], 2200);
    expect(pauseOf(decisions.state)).toBe(250);
    decisions.look(whole(2300, { processes: allRunning().set('mq03', running(30)) }));
    expect(pauseOf(decisions.state)).toBe(1000);
  });

  it('is short while somebody is at fault', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, { attachments: ATTACHING }));
    expect(pauseOf(decisions.state)).toBe(250);
  });

  it('is a second again where a start was given up', () => {
    const decisions = Decisions.whole();
    decisions.dies('mq03', 3, 2000);
    decisions.look(servedWithout(['mq03'], 2100));
    const failed = { outcome: 'failed', message: 'no', alive: false } as const;
    decisions.started([{ name: 'mq03', code: 'store-damaged', ...failed }], 3000);
    expect(pauseOf(decisions.state)).toBe(1000);
  });

  it('is the shortest where nobody serves any more, unless nobody wants a broker', () => {
    const decisions = Decisions.whole();
    decisions.look(without('mq01', 2000));
    expect(pauseOf(decisions.state)).toBe(50);
    decisions.want(['zookeeper', 'mq02'], '2', 2100);
    expect(pauseOf(decisions.state)).toBe(50);
    decisions.want(['zookeeper'], '3', 2200);
    expect(pauseOf(decisions.state)).toBe(250);
  });

  it('is a second before anybody has served', () => {
    const decisions = new Decisions();
    decisions.want(['zookeeper', ...NODES], '1');
    decisions.look(whole(0, { election: election(undefined), serving: undefined }));
    expect(pauseOf(decisions.state)).toBe(1000);
  });
});
