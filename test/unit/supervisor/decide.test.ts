import { describe, expect, it } from 'vitest';
import type { EndRecord } from '../../../src/stores/replicated-leveldb/end-record.js';
import { decide, pauseOf } from '../../../src/supervisor/core/decide.js';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import { Decisions, election, NODES, running, whole } from './decisions.js';

/** A look after the process of a node has ended. */
const without = (name: string, began: number, changed: Parameters<typeof whole>[1] = {}) => {
  const look = whole(began);
  const processes = new Map([...look.processes].filter(([other]) => other !== name));
  const members = NODES.filter((other) => other !== name);
  return {
    ...look,
    processes,
    election: election(undefined, members),
    serving: undefined,
    ...changed,
  };
};

const ended = (code: string, message: string): EndRecord => ({
  at: '2026-11-29T10:00:00.000Z',
  pid: 1,
  exitCode: 1,
  code,
  message,
});

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
    decisions.look(without('mq01', 2001, { ended: [{ name: 'mq01', pid: 1, startTime: '1' }] }));
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

describe('a process that was launched', () => {
  const launched = () => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    decisions.examined('mq03', 3, 2001);
    decisions.look(
      without('mq03', 2100, { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' }),
    );
    decisions.learn({ type: 'started', results: [{ name: 'mq03', outcome: 'launched' }] }, 3000);
    return decisions;
  };
  const serving = { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' };

  it('is not missed by a look that began before', () => {
    const decisions = launched();
    decisions.look(without('mq03', 2900, serving), 3010);
    expect(decisions.told('restart-planned')).toHaveLength(1);
  });

  it('has died where a look that began later does not find it', () => {
    const decisions = launched();
    decisions.look(without('mq03', 3100, serving));
    expect(decisions.told('restart-planned')).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
  });

  it('is looked after from when it is seen', () => {
    const decisions = launched();
    const processes = new Map(whole(0).processes).set('mq03', running(30));
    decisions.look(whole(3100, { processes }));
    expect(decisions.told('process-started').at(-1)).toMatchObject({ node: 'mq03', pid: 30 });
    expect(decisions.state.restarts.has('mq03')).toBe(false);
  });
});

describe('a start that fails', () => {
  const failing = (code: string | undefined, alive = false) => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    decisions.examined('mq03', 3, 2001);
    const serving = { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' };
    decisions.look(without('mq03', 2100, serving));
    const result = { name: 'mq03', outcome: 'failed', message: 'no', code, alive } as const;
    decisions.learn({ type: 'started', results: [result] }, 3000);
    return { decisions, serving };
  };

  it('is tried again later', () => {
    const { decisions } = failing(undefined);
    expect(decisions.told('restart-failed')).toMatchObject([
      { node: 'mq03', attempt: 1, reason: 'no' },
    ]);
    expect(decisions.told('restart-planned').at(-1)).toMatchObject({ attempt: 2, delayMs: 1000 });
  });

  it('is nothing where it runs even so', () => {
    expect(failing(undefined, true).decisions.told('restart-planned')).toHaveLength(1);
  });

  it('that only a person can end is given up, until somebody serves whose copy will do', () => {
    const { decisions, serving } = failing('store-damaged');
    expect(decisions.told('gave-up')).toMatchObject([{ node: 'mq03', reason: 'no' }]);
    decisions.look(without('mq03', 3100, serving));
    expect(decisions.told('restart-planned')).toHaveLength(2);
  });

  it.each(['deferred', 'no-room'] as const)('or is %s is no failure', (outcome) => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    decisions.examined('mq03', 3, 2001);
    const serving = { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' };
    decisions.look(without('mq03', 2100, serving));
    decisions.learn({ type: 'started', results: [{ name: 'mq03', outcome }] }, 3000);
    expect(decisions.told('restart-failed')).toEqual([]);
    decisions.look(without('mq03', 3010, serving));
    expect(decisions.done('start')).toHaveLength(outcome === 'deferred' ? 1 : 0);
    decisions.look(without('mq03', 4100, serving));
    expect(decisions.told('restart-planned')).toHaveLength(1);
    if (outcome === 'no-room') expect(decisions.done('start')).toHaveLength(1);
  });
});

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

  it('is left alone where it answers late, or is another process by then', () => {
    const decisions = silent(2000, 9000);
    decisions.learn({ type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: true }, 9500);
    decisions.learn({ type: 'asked', name: 'mq01', pid: 7, startTime: '7', answers: false }, 9500);
    expect(decisions.done('kill')).toEqual([]);
  });

  it('is killed without a question where a signal has stopped it', () => {
    const decisions = Decisions.whole();
    const processes = new Map(whole(0).processes).set('mq01', running(1, true));
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
    expect(decisions.done('kill')).toHaveLength(1);
  });

  it('is left alone where it was demoted, or a person wants it down, while it was asked', () => {
    const answer = { type: 'asked', name: 'mq01', pid: 1, startTime: '1', answers: false } as const;
    const demoted = silent(2000, 9000);
    demoted.look(whole(9100, { election: election('mq02'), serving: 'mq02' }));
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

describe('brokers that end for the same reason', () => {
  it('are not started again, and one that was is ended', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    decisions.exited('mq01', 1, 2000);
    decisions.examined('mq01', 1, 2001, { end });
    // It was started again before the second one failed.
    const processes = new Map(whole(0).processes).set('mq01', running(10));
    decisions.look(whole(2100, { processes, election: election(undefined), serving: undefined }));
    decisions.exited('mq02', 2, 2200);
    decisions.examined('mq02', 2, 2201, { end });
    expect(decisions.told('gave-up')).toMatchObject([{ node: 'mq02' }]);
    processes.delete('mq02');
    decisions.look(whole(2300, { processes, election: election(undefined), serving: undefined }));
    expect(decisions.done('kill')).toMatchObject([{ name: 'mq01', pid: 10, code: 'hopeless' }]);
  });

  it('are let go on where somebody serves', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001, { end });
    decisions.exited('mq03', 3, 2002);
    decisions.examined('mq03', 3, 2003, { end });
    decisions.look(
      without('mq02', 2100, { serving: 'mq01', election: election('mq01', ['mq01']) }),
    );
    expect(decisions.done('kill')).toEqual([]);
    expect(decisions.state.doomed.size).toBe(0);
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

  it('are no loss where the first has attached again', () => {
    const decisions = Decisions.whole();
    const end = ended('log-lost', 'its log is gone');
    decisions.exited('mq02', 2, 2000);
    decisions.examined('mq02', 2, 2001, { end });
    const again = whole(2500);
    const processes = new Map(again.processes).set('mq02', running(20));
    const attachments = new Map(again.attachments).set('mq02', {
      state: 'attached',
      progress: 1,
      ...running(20),
    });
    decisions.look({ ...again, processes, attachments });
    decisions.exited('mq03', 3, 3000);
    decisions.examined('mq03', 3, 3001, { end });
    expect(decisions.told('copies-lost')).toEqual([]);
  });
});

describe('who keeps dying', () => {
  /** mq03 dies and runs again, each time as another process. */
  const dying = (times: number, reason = 'it ran out of memory') => {
    const decisions = Decisions.whole();
    let pid = 3;
    for (let time = 0; time < times; time++) {
      const now = 2000 + time * 100;
      decisions.exited('mq03', pid, now);
      decisions.examined('mq03', pid, now + 1, { end: ended('out-of-memory', reason) });
      pid += 100;
      const processes = new Map(whole(0).processes).set('mq03', running(pid));
      decisions.look(whole(now + 2, { processes }));
    }
    return decisions;
  };
  const stated = ({ state }: Decisions, now = 4000) => statedBy(state, 's', now).dying;

  it('is stated with the last reason, and no longer where a person wants it down', () => {
    expect(stated(dying(4))).toBeUndefined();
    const decisions = dying(5);
    expect(stated(decisions)).toMatchObject({
      mq03: { deaths: 5, reason: 'it ran out of memory' },
    });
    decisions.want(['zookeeper', 'mq01', 'mq02'], '2');
    expect(stated(decisions)).toBeUndefined();
  });

  it('is forgiven where a person asks for it anew', () => {
    const decisions = dying(6);
    decisions.want(['zookeeper', ...NODES], '2');
    expect(stated(decisions)).toBeUndefined();
  });

  it('is started again later each time, and given up at last', () => {
    const decisions = dying(10);
    expect(decisions.told('restart-planned').map(({ delayMs }) => delayMs)).toEqual([
      0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    expect(decisions.told('gave-up').length).toBeGreaterThan(0);
  });

  it('is forgotten where mqha.yaml names it no longer', () => {
    const decisions = dying(6);
    const { config } = decisions.state;
    const nodes = config.nodes.filter(({ name }) => name !== 'mq03');
    decisions.learn({ type: 'configured', config: { ...config, nodes } }, 5000);
    decisions.look(without('mq03', 5100, { serving: 'mq01' }));
    expect(decisions.state.backoff.has('mq03')).toBe(false);
  });
});

describe('ZooKeeper', () => {
  it('is told once when it goes, and once when it comes', () => {
    const decisions = Decisions.whole();
    const away = { election: undefined, znodes: undefined };
    decisions.look(whole(2000, away));
    decisions.look(whole(2500, away));
    decisions.look(whole(4000));
    decisions.look(whole(5000));
    expect(decisions.told('zookeeper-lost')).toHaveLength(1);
    expect(decisions.told('zookeeper-back')).toMatchObject([{ outageMs: 2000 }]);
  });

  it('is not missed where nobody wants any broker', () => {
    const decisions = new Decisions();
    decisions.look(whole(2000, { election: undefined, znodes: undefined, processes: new Map() }));
    expect(decisions.told('zookeeper-lost')).toEqual([]);
  });
});

describe('a znode', () => {
  it('is a process’s where it is the only one of its node and the process was alive', () => {
    const decisions = Decisions.whole();
    expect(decisions.state.processes.get('mq02')).toMatchObject({
      registered: true,
      znode: { znode: '00000000002', session: '100002' },
    });
    const other = new Map([['mq02', { znode: 'other', session: 's', pid: 77, startTime: '77' }]]);
    decisions.look(whole(2000, { znodes: other }));
    expect(decisions.state.processes.get('mq02')?.znode?.znode).toBe('00000000002');
    decisions.look(
      whole(3000, { election: election('mq01', ['mq01', 'mq03']), znodes: new Map() }),
    );
    expect(decisions.state.processes.get('mq02')?.znode).toBeUndefined();
  });

  it('of who died while nobody looked is looked for', () => {
    const decisions = Decisions.whole();
    const look = without('mq03', 2000, { election: election('mq01'), serving: 'mq01' });
    decisions.look({ ...look, ended: [{ name: 'mq03', pid: 3, startTime: '3' }] });
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
