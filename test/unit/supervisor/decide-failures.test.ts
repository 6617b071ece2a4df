import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../src/agents/process.js';
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

describe('a master beside which a slave ends of something else', () => {
  it('is left alone where it does not serve', () => {
    const decisions = Decisions.whole();
    const silent = { serving: undefined };
    decisions.look(whole(2000, silent));
    decisions.dies('mq02', 2, 2010, { end: ended('disk-failed', 'the disk is gone') });
    decisions.look(servedWithout(['mq02'], 2100, silent));
    expect(decisions.done('kill')).toEqual([]);
  });
});

describe('brokers that can be started again', () => {
  it('are, where all of them end of what no copy holds', () => {
    const decisions = Decisions.whole();
    const end = ended('out-of-memory', 'it ran out of memory');
    for (const [index, name] of NODES.entries()) decisions.dies(name, index + 1, 2000, { end });
    expect(decisions.told('gave-up')).toEqual([]);
    expect(decisions.told('restart-planned').map(({ node }) => node)).toEqual(NODES);
  });

  it('are, where only one fails at it, though twice', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    const silent = { serving: undefined, election: election(undefined, ['mq02', 'mq03']) };
    decisions.dies('mq01', 1, 2000, { end });
    decisions.look(whole(2100, { ...silent, processes: allRunning().set('mq01', running(10)) }));
    decisions.dies('mq01', 10, 2200, { end });
    expect(decisions.state.doomed.size).toBe(0);
    decisions.look(without('mq01', 9000));
    expect(decisions.told('gave-up')).toEqual([]);
    expect(decisions.done('start')).toMatchObject([{ attempts: [{ name: 'mq01', attempt: 2 }] }]);
  });
});
