import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../src/agents/process.js';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import {
  allRunning,
  Decisions,
  election,
  ended,
  running,
  servedWithout,
  whole,
  without,
} from './decisions.js';

describe('a master that does not answer', () => {
  const silent = (from: number, to: number, decisions = Decisions.whole()) => {
    for (let at = from; at <= to; at += 500) {
      decisions.look(whole(at, { serving: undefined }));
      if (decisions.done('ask').length > 0) return decisions;
    }
    return decisions;
  };

  it('is asked once more, and killed where it is silent then', () => {
    const decisions = silent(2000, 9000);
    expect(decisions.actions).toContainEqual({ type: 'ask', name: 'mq01', pid: 1, startTime: '1' });
    expect(decisions.done('kill')).toEqual([]);
    decisions.learn({ type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false }, 9500);
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', pid: 1, code: 'hung' }]);
    decisions.learn({ type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false }, 9600);
    expect(decisions.done('kill')).toEqual([]);
  });

  it('is left alone where it answers late, is another process by then, or has ended', () => {
    const answer = { type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false } as const;
    const late = silent(2000, 9000);
    late.learn({ ...answer, answers: true }, 9500);
    expect(late.done('kill')).toEqual([]);
    const another = silent(2000, 9000);
    another.learn({ ...answer, pid: 7, startTime: '7' }, 9500);
    expect(another.done('kill')).toEqual([]);
    const dead = silent(2000, 9000);
    dead.exited('mq01', 1, 9100);
    dead.learn(answer, 9500);
    expect(dead.done('kill')).toEqual([]);
  });

  it('is killed though another is at fault in another way', () => {
    const decisions = silent(2000, 9000);
    const attachments = new Map([
      ['mq02', { state: 'attaching', progress: 1, lagBytes: undefined }],
    ] as const);
    decisions.look(whole(9100, { serving: undefined, attachments }));
    decisions.learn({ type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false }, 9500);
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', code: 'hung' }]);
  });

  it('is killed without a question where a signal has stopped it', () => {
    const decisions = Decisions.whole();
    const processes = allRunning().set('mq01', running(1, true));
    let killed = 0;
    for (let at = 2000; at <= 9000; at += 500) {
      decisions.look(whole(at, { serving: undefined, processes }));
      expect(decisions.done('ask')).toEqual([]);
      killed += decisions.done('kill').length;
    }
    expect(killed).toBe(1);
  });

  it('is killed again where the first signal did not reach it', () => {
    const decisions = silent(2000, 9000);
    const asked = { type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false } as const;
    decisions.learn(asked, 9500);
    decisions.learn({ type: 'not-killed', name: 'mq01', pid: 1, startTime: '1' }, 9501);
    silent(10_000, 18_000, decisions);
    decisions.learn(asked, 18_500);
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', pid: 1, code: 'hung' }]);
  });

  it('is not killed again where it was an earlier process that no signal reached', () => {
    const decisions = silent(2000, 9000);
    const asked = { type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false } as const;
    decisions.learn(asked, 9500);
    decisions.learn({ type: 'not-killed', name: 'mq01', pid: 7, startTime: '7' }, 9501);
    silent(10_000, 18_000, decisions);
    decisions.learn(asked, 18_500);
    expect(decisions.done('kill')).toEqual([]);
  });

  it('may have ended while a signal did not reach it', () => {
    const decisions = silent(2000, 9000);
    decisions.exited('mq01', 1, 9100);
    decisions.learn({ type: 'not-killed', name: 'mq01', pid: 1, startTime: '1' }, 9101);
    expect(decisions.state.processes.has('mq01')).toBe(false);
  });

  it('is left alone where it was demoted, or a person wants it down, while it was asked', () => {
    const answer = { type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false } as const;
    const demoted = silent(2000, 9000);
    // Another is hung by now.
    const processes = allRunning().set('mq03', running(3, true));
    demoted.look(whole(9100, { election: election('mq02'), serving: 'mq02', processes }));
    expect(demoted.state.faults).toContainEqual({
      name: 'mq03',
      code: 'hung',
      detail: 'suspended',
    });
    demoted.learn(answer, 9500);
    expect(demoted.done('kill')).toEqual([]);
    const stopped = silent(2000, 9000);
    stopped.want(['zookeeper', 'mq02', 'mq03'], '2', 9100);
    stopped.learn(answer, 9500);
    expect(stopped.done('kill')).toEqual([]);
  });

  it('is told by the reason of the kill when it has ended', () => {
    const decisions = silent(2000, 9000);
    decisions.learn({ type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false }, 9500);
    decisions.learn(
      { type: 'killed', name: 'mq01', pid: 1, startTime: '1', code: 'hung', reason: 'r' },
      9501,
    );
    decisions.exited('mq01', 1, 9502);
    decisions.examined('mq01', 1, 9503);
    expect(decisions.told('process-killed')).toHaveLength(1);
    expect(decisions.told('process-ended')).toMatchObject([{ how: 'mq01 was hung' }]);
  });
});

describe('a slave that does not get on with attaching', () => {
  it('is killed when its limit is over, without a question', () => {
    const decisions = Decisions.whole();
    const attachments = new Map([
      ['mq02', { state: 'attaching', progress: 1, lagBytes: undefined }],
    ] as const);
    decisions.look(whole(2000, { attachments }));
    decisions.look(whole(61_999, { attachments }));
    expect(decisions.actions).toEqual([]);
    decisions.look(whole(62_000, { attachments }));
    expect(decisions.actions).toMatchObject([
      {
        type: 'kill',
        name: 'mq02',
        code: 'attach-stuck',
        reason: 'mq02 was attach-stuck for its limit',
      },
    ]);
  });
});

describe('brokers that end for the same reason', () => {
  it('are not started again, and one that was is ended', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    decisions.exited('mq01', 1, 2000);
    decisions.examined('mq01', 1, 2001, { end });
    // It was started again before the second one failed.
    const processes = allRunning().set('mq01', running(10));
    decisions.look(whole(2100, { processes, election: election(undefined), serving: undefined }));
    decisions.exited('mq02', 2, 2200);
    decisions.examined('mq02', 2, 2201, { end });
    expect(decisions.told('gave-up')).toMatchObject([{ node: 'mq02' }]);
    processes.delete('mq02');
    decisions.look(whole(2300, { processes, election: election(undefined), serving: undefined }));
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', pid: 10, code: 'hopeless' }]);
  });

  it('are ended once they are there, where a start of one was under way', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    const left = (began: number, one: string, processes: ReadonlyMap<string, ProcessInfo>) =>
      whole(began, { processes, election: election(undefined, [one]), serving: undefined });
    const two = new Map([...allRunning()].filter(([name]) => name !== 'mq01'));
    const three = new Map([...two].filter(([name]) => name !== 'mq02'));
    decisions.dies('mq01', 1, 2000, { end });
    decisions.look(left(6000, 'mq02', two));
    expect(decisions.done('start')).toHaveLength(1);
    decisions.dies('mq02', 2, 6100, { end });
    decisions.look(left(6200, 'mq03', three));
    decisions.started([{ name: 'mq01', outcome: 'launched' }], 6400);
    // It began before the launch.
    decisions.look(left(6300, 'mq03', three), 6500);
    expect(decisions.done('kill')).toEqual([]);
    decisions.look(left(6600, 'mq03', new Map([...three, ['mq01', running(10)]])));
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', pid: 10, code: 'hopeless' }]);
  });

  const doomed = () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    decisions.dies('mq02', 2, 2000, { end });
    decisions.dies('mq03', 3, 2002, { end });
    expect(decisions.state.doomed.size).toBe(1);
    return decisions;
  };

  it('are let go on where somebody serves', () => {
    const decisions = doomed();
    const processes = allRunning().set('mq02', running(20));
    processes.delete('mq03');
    decisions.look(servedWithout(['mq03'], 2100, { processes }));
    expect(decisions.done('kill')).toEqual([]);
    expect(decisions.state.doomed.size).toBe(0);
  });

  it('are started again where somebody serves', () => {
    const decisions = doomed();
    decisions.look(servedWithout(['mq02', 'mq03'], 2100));
    expect(decisions.done('start')).toMatchObject([{ attempts: [{ name: 'mq02' }] }]);
    expect(decisions.told('gave-up').map(({ node }) => node)).not.toContain('mq02');
  });
});

describe('a master whose slaves have more than it has', () => {
  it('is ended where it does not serve', () => {
    const decisions = Decisions.whole();
    const silent = { serving: undefined };
    decisions.look(whole(2000, silent));
    decisions.exited('mq02', 2, 2010);
    decisions.examined('mq02', 2, 2011, { end: ended('master-behind', 'it has less') });
    decisions.look(
      without('mq02', 2100, { ...silent, election: election('mq01', ['mq01', 'mq03']) }),
    );
    expect(decisions.done('kill')).toMatchObject([
      { name: 'mq01', code: 'behind', reason: 'it has less' },
    ]);
  });
});

describe('lost logs', () => {
  it('are told where more are gone at once than a quorum bears', () => {
    const decisions = Decisions.whole();
    const end = ended('log-lost', 'its log is gone');
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001, { end });
    expect(decisions.told('copies-lost')).toEqual([]);
    decisions.exited('mq03', 3, 2002);
    decisions.examined('mq03', 3, 2003, { end });
    expect(decisions.told('copies-lost')).toMatchObject([{ nodes: ['mq02', 'mq03'] }]);
    expect(statedBy(decisions.state, 's', 2003).copiesLost?.nodes).toEqual(['mq02', 'mq03']);
  });

  it('are told where a start finds what no broker has recorded, once', () => {
    const decisions = Decisions.whole();
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001, { end: ended('store-damaged', 'an index that is gone') });
    decisions.exited('mq03', 3, 2002);
    decisions.examined('mq03', 3, 2003, { end: ended('log-lost', 'its log is gone') });
    expect(decisions.told('copies-lost')).toEqual([]);
    const launched = ['mq02', 'mq03'].map((name) => ({ name, outcome: 'launched' }) as const);
    decisions.started(launched, 2100, ['mq02', 'mq03']);
    expect(decisions.told('copies-lost')).toMatchObject([{ nodes: ['mq03', 'mq02'] }]);
    decisions.started(launched, 2200, ['mq02', 'mq03']);
    expect(decisions.told('copies-lost')).toHaveLength(1);
  });

  it('are no loss where the first has attached again', () => {
    const decisions = Decisions.whole();
    const end = ended('log-lost', 'its log is gone');
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001, { end });
    decisions.look(whole(2500, { processes: allRunning().set('mq02', running(20)) }));
    decisions.exited('mq03', 3, 3000);
    decisions.examined('mq03', 3, 3001, { end });
    expect(decisions.told('copies-lost')).toEqual([]);
  });
});
