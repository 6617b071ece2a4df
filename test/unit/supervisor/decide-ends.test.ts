import { describe, expect, it } from 'vitest';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import { allRunning, Decisions, election, ended, running, whole } from './decisions.js';

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
