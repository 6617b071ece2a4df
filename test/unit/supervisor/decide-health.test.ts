import { describe, expect, it } from 'vitest';
import { withProcesses } from '../../../src/observe/observation.js';
import { unknown } from '../../../src/observe/reading.js';
import { statedBy } from '../../../src/supervisor/state-writer.js';
import {
  allRunning,
  Decisions,
  election,
  ended,
  NODES,
  running,
  servedWithout,
  whole,
} from './decisions.js';

/** The same look, in which nothing is known of the process of mq03. */
const unsure = (seen: ReturnType<typeof whole>) =>
  withProcesses(seen, new Map([['mq03', unknown('no answer', seen.election.at)]]));

const attaching = (name: string) =>
  new Map([[name, { state: 'attaching', progress: 1, lagBytes: undefined }]] as const);

describe('a process of which nothing is known', () => {
  it('is not taken for dead', () => {
    const decisions = Decisions.whole();
    decisions.look(unsure(whole(2000)));
    expect(decisions.actions).toEqual([]);
    expect(decisions.state.processes.get('mq03')?.info.pid).toBe(3);
  });

  it('keeps its znode, and is not started', () => {
    const decisions = new Decisions();
    decisions.want(['zookeeper', ...NODES], '1');
    decisions.look(unsure(whole(2000)));
    expect(decisions.actions).toEqual([]);
    expect(decisions.told('restart-planned')).toEqual([]);
  });
});

describe('a node that mqha.yaml names no longer', () => {
  it('has a process that is left alone, and whose end is not told', () => {
    const decisions = Decisions.whole();
    const { config } = decisions.state;
    const nodes = config.nodes.filter(({ name }) => name !== 'mq03');
    decisions.learn({ type: 'configured', config: { ...config, nodes } }, 1500);
    const seen = whole(2000);
    decisions.look({ ...seen, nodes: seen.nodes.filter(({ node }) => node.name !== 'mq03') });
    expect([...decisions.state.processes.keys()]).toEqual(['zookeeper', 'mq01', 'mq02']);
    decisions.exited('mq03', 3, 3000);
    expect(decisions.actions).toEqual([]);
  });
});

describe('a znode that was removed', () => {
  it('is told, with whose it was', () => {
    const decisions = Decisions.whole();
    const removed = { node: 'mq03', znode: '00000000003', session: '100003' };
    expect(decisions.learn({ type: 'released', ...removed }, 2000)).toEqual([
      { source: 'supervisor', type: 'znode-removed', ...removed },
    ]);
  });

  it('is not looked for where no election has it', () => {
    const decisions = Decisions.whole();
    decisions.look(servedWithout(['mq03'], 2000));
    expect(decisions.done('release-noted')).toEqual([]);
  });
});

describe('why a broker ended while no supervisor was there', () => {
  it('counts when another ends for the same reason', () => {
    const decisions = Decisions.whole();
    const end = ended('replay-failed', 'the log cannot be replayed');
    decisions.exited('mq01', 1, 2000);
    decisions.learn({ type: 'recalled', name: 'mq03', end }, 2000);
    decisions.dies('mq02', 2, 2001, { end });
    expect(decisions.told('gave-up')).toMatchObject([
      { node: 'mq02', reason: 'mq03 and mq02 ended for the same reason, replay-failed' },
    ]);
  });
});

describe('a copy that was lost', () => {
  it('is lost until its node is attached: attaching is not enough', () => {
    const decisions = Decisions.whole();
    const end = ended('log-lost', 'its log is gone');
    decisions.dies('mq02', 2, 2000, { end });
    const processes = allRunning().set('mq02', running(20));
    decisions.look(whole(2500, { processes, attachments: attaching('mq02') }));
    decisions.dies('mq03', 3, 3000, { end });
    expect(decisions.told('copies-lost')).toMatchObject([{ nodes: ['mq02', 'mq03'] }]);
  });
});

describe('who dies a second time', () => {
  /** The pause before the second start of a process that was seen like this in between, for two seconds. */
  const pauseAfter = (name: string, changed: Parameters<typeof whole>[1]) => {
    const decisions = Decisions.whole();
    const pid = decisions.state.processes.get(name)?.info.pid ?? 0;
    decisions.dies(name, pid, 2000);
    const processes = allRunning().set(name, running(10));
    for (const at of [3000, 4000, 5000]) decisions.look(whole(at, { processes, ...changed }));
    decisions.dies(name, 10, 5001);
    expect(decisions.told('restart-planned').map(({ node }) => node)).toEqual([name, name]);
    return decisions.told('restart-planned').at(-1)?.delayMs;
  };

  it.each([
    ['a master that served', 'mq01', {}],
    ['a slave that was attached', 'mq02', {}],
    ['a ZooKeeper that answered', 'zookeeper', {}],
  ])('is started at once: %s', (_, name, changed) => {
    expect(pauseAfter(name, changed)).toBe(0);
  });

  it.each([
    ['a master that did not serve', 'mq01', { serving: undefined }],
    ['a slave that only attached', 'mq02', { attachments: attaching('mq02') }],
    ['a ZooKeeper that did not answer', 'zookeeper', { election: undefined }],
  ])('is started after a pause: %s', (_, name, changed) => {
    expect(pauseAfter(name, changed)).toBe(1000);
  });
});

describe('a ZooKeeper', () => {
  it('counts as healthy from its first answer to its end', () => {
    const decisions = Decisions.whole();
    const since = () => decisions.state.processes.get('zookeeper')?.healthySince;
    expect(since()).toBe(0);
    decisions.look(whole(2000, { election: undefined }));
    expect(since()).toBe(0);
  });
});

describe('a process that is no member', () => {
  const two = { election: election('mq01', ['mq01', 'mq02']), attachments: new Map() };
  const faultOf = (decisions: Decisions) =>
    decisions.state.faults.map(({ name, code }) => `${name} ${code}`);

  it('has not registered where it was none since it was started', () => {
    const decisions = new Decisions();
    decisions.want(['zookeeper', ...NODES], '1');
    decisions.look(whole(0, two));
    expect(faultOf(decisions)).toEqual(['mq03 not-registered']);
  });

  it('is not a member any more where it was one', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, two));
    expect(faultOf(decisions)).toEqual(['mq03 not-a-member']);
  });

  it('is at fault only where a person wants it', () => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, two));
    expect(statedBy(decisions.state, 's', 2000).processes.mq03?.fault).toBe('not-a-member');
    decisions.want(['zookeeper', 'mq01', 'mq02'], '2', 2500);
    for (const at of [3000, 60_000]) {
      decisions.look(whole(at, two));
      expect(statedBy(decisions.state, 's', at).processes.mq03).toMatchObject({
        wanted: 'down',
        fault: null,
      });
      expect(decisions.actions).toEqual([]);
    }
  });
});

describe('a member that is elected', () => {
  it('is not said to hang where another served, and it never did', () => {
    const decisions = Decisions.whole();
    // The old master still answers for a moment.
    decisions.look(whole(2000, { election: election('mq02') }));
    decisions.look(whole(2100, { election: election('mq02'), serving: undefined }));
    const faults = decisions.state.faults.map(({ name, code }) => `${name} ${code}`);
    expect(faults).toContain('mq02 not-serving');
  });

  it.each([
    ['answered', 'mq01'],
    ['was silent', undefined],
  ])('hangs where it has served, and %s while ZooKeeper was away', (_, serving) => {
    const decisions = Decisions.whole();
    decisions.look(whole(2000, { election: undefined, serving }));
    decisions.look(whole(3000, { serving: undefined }));
    const faults = decisions.state.faults.map(({ name, code }) => `${name} ${code}`);
    expect(faults).toEqual(['mq01 hung']);
  });
});

describe('that ZooKeeper is away', () => {
  it('is told where only some brokers are wanted', () => {
    const decisions = Decisions.whole();
    decisions.want(['zookeeper', 'mq02'], '2', 1500);
    decisions.look(whole(2000, { election: undefined }));
    expect(decisions.told('zookeeper-lost')).toHaveLength(1);
  });
});

describe('a supervisor that has not looked yet', () => {
  it('states that nobody serves, and no fault', () => {
    const { state } = new Decisions();
    const nothing = { wanted: 'down', does: 'nothing', fault: null };
    expect(statedBy(state, 's', 0)).toMatchObject({
      serving: null,
      processes: { zookeeper: nothing, mq01: nothing, mq02: nothing, mq03: nothing },
    });
  });
});
