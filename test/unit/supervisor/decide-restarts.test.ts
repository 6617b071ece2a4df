import { describe, expect, it } from 'vitest';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import {
  allRunning,
  Decisions,
  election,
  ended,
  NODES,
  running,
  whole,
  without,
} from './decisions.js';

describe('a process that was launched', () => {
  const launched = () => {
    const decisions = Decisions.whole();
    decisions.exited('mq03', 3, 2000);
    decisions.examined('mq03', 3, 2001);
    decisions.look(
      without('mq03', 2100, { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' }),
    );
    decisions.started([{ name: 'mq03', outcome: 'launched' }], 3000);
    return decisions;
  };
  const serving = { election: election('mq01', ['mq01', 'mq02']), serving: 'mq01' };

  it('is not missed by a look that began before', () => {
    const decisions = launched();
    decisions.look(without('mq03', 2900, serving), 3010);
    expect(decisions.told('restart-planned')).toHaveLength(1);
    expect(decisions.done('start')).toEqual([]);
  });

  it('has died where a look that began later does not find it', () => {
    const decisions = launched();
    decisions.look(without('mq03', 3100, serving));
    expect(decisions.told('restart-planned')).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
  });

  it('is looked after from when it is seen', () => {
    const decisions = launched();
    const processes = allRunning().set('mq03', running(30));
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
    decisions.started([result], 3000);
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
    decisions.started([{ name: 'mq03', outcome }], 3000);
    expect(decisions.told('restart-failed')).toEqual([]);
    decisions.look(without('mq03', 3010, serving));
    expect(decisions.done('start')).toHaveLength(outcome === 'deferred' ? 1 : 0);
    decisions.look(without('mq03', 4100, serving));
    expect(decisions.told('restart-planned')).toHaveLength(1);
    if (outcome === 'no-room') expect(decisions.done('start')).toHaveLength(1);
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
      const processes = allRunning().set('mq03', running(pid));
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

  it('is stated so no longer where it was given up', () => {
    const decisions = dying(8);
    expect(stated(decisions)).toMatchObject({ mq03: { deaths: 8 } });
    decisions.dies('mq03', 803, 2900);
    expect(decisions.told('gave-up')).toHaveLength(1);
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
