import { describe, expect, it } from 'vitest';
import { isWhole, missingOf } from '../../../src/operations/scale/whole.js';
import { phaseOfNode } from '../../../src/operations/start/watch.js';
import { confirmQuorumLoss } from '../../../src/operations/stop.js';
import { quorumWithout } from '../../../src/observe/quorum.js';
import {
  ACCEPTING,
  ALL_DEAD,
  DEAD,
  judged,
  REPLICATION,
  SERVED,
  whole,
  znode,
  type Scene,
} from '../scenes.js';

const ALL = { mq01: 3, mq02: 3, mq03: 3 };
const LOOSE = {
  ...REPLICATION,
  slaves: REPLICATION.slaves.filter(({ nodeId }) => nodeId !== 'id-mq03'),
};

describe('the phase of a node', () => {
  const phases = (scene: Scene) => judged(scene).nodes.map(phaseOfNode);

  it('is what a person waits for', () => {
    expect(phases(whole())).toEqual(['attached', 'serving', 'attached']);
    expect(phases({ ...whole(), replication: LOOSE })).toEqual([
      'attached',
      'serving',
      'attaching',
    ]);
    expect(phases({ znodes: SERVED })).toEqual(['attaching', 'waiting for slaves', 'attaching']);
    expect(phases({ nodes: ALL_DEAD })).toEqual(['stopped', 'stopped', 'stopped']);
    expect(phases({ znodes: [] })).toEqual(['launched', 'launched', 'launched']);
    expect(phases({ zookeeper: { error: 'no answer' } })[0]).toBe('launched');
  });

  it('is of an election before somebody is elected, and then of a promotion', () => {
    const nodes = { mq03: DEAD };
    const electing = [znode(1, 'mq01', { position: 5 }), znode(2, 'mq02', { position: 5 })];
    expect(phases({ znodes: electing, nodes })).toEqual(['electing', 'electing', 'stopped']);
    const promoting = [znode(1, 'mq01', { elected: '0000000001' }), znode(2, 'mq02')];
    expect(phases({ znodes: promoting, nodes })[0]).toBe('promoting');
  });
});

describe('a cluster whose number of nodes changes', () => {
  it('is whole once every node in force is in, and one of them serves', () => {
    expect(isWhole(judged(whole()), ALL)).toBe(true);
    expect(isWhole(judged({ ...whole(), nodes: {} }), ALL)).toBe(false);
    expect(isWhole(judged({ ...whole(), replication: LOOSE }), ALL)).toBe(false);
    expect(isWhole(judged({ ...whole(), znodes: SERVED.slice(0, 2) }), ALL)).toBe(false);
  });

  it('is whole without nodes that are not in force, and not without a master among those that are', () => {
    const gone: Scene = {
      ...whole(),
      znodes: SERVED.slice(0, 2),
      nodes: { mq02: ACCEPTING, mq03: DEAD },
    };
    expect(isWhole(judged(gone), { mq01: 2, mq02: 2 })).toBe(true);
    expect(missingOf(judged(gone), { mq01: 2, mq02: 2 })).toEqual([]);
    expect(missingOf(judged(gone), ALL)).toEqual(['mq03']);
    expect(isWhole(judged(gone), { mq01: 2 })).toBe(false);
  });
});

describe('what would lose quorum', () => {
  /** The question that is asked before these are stopped; undefined where none is. */
  async function asked(scene: Scene, names: readonly string[]): Promise<string | undefined> {
    let question: string | undefined;
    await confirmQuorumLoss(judged(scene), names, 'stop', (text) => {
      question = text;
      return Promise.resolve(true);
    });
    return question;
  }

  it('is asked for, and nothing else is', async () => {
    expect(await asked(whole(), ['mq01'])).toBeUndefined();
    expect(await asked(whole(), ['mq01', 'mq03'])).toBe(
      'To stop mq01, mq03 leaves 1 of 3 members and quorum is 2: no master will serve. Go on?',
    );
    const one: Scene = { ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } };
    expect(await asked(one, ['mq03'])).toBeUndefined();
    expect(await asked(one, ['mq01', 'mq03'])).toContain('To stop mq01 leaves 1 of 3');
  });

  it('counts a node on another machine that is a member, and none that is not', async () => {
    const far: Scene = { ...whole(), nodes: { mq02: ACCEPTING, mq03: { local: false } } };
    expect(await asked(far, ['mq01'])).toBeUndefined();
    expect(await asked({ ...far, znodes: SERVED.slice(0, 2) }, ['mq01'])).toContain(
      'leaves 1 of 3 members',
    );
  });

  it('is not done without consent', async () => {
    await expect(
      confirmQuorumLoss(judged(whole()), ['mq01', 'mq02'], 'kill', () => Promise.resolve(false)),
    ).rejects.toMatchObject({
      code: 'declined',
      message: 'not done: to kill mq01, mq02 would lose quorum',
    });
  });

  it('is what those that stay were started with', () => {
    const status = judged(whole());
    const nodes = status.nodes.map((node) =>
      node.name === 'mq01' ? { ...node, replicas: 5 } : node,
    );
    expect(quorumWithout({ ...status, nodes }, ['mq03'])).toBe(3);
    expect(quorumWithout({ ...status, nodes }, ['mq01'])).toBe(2);
    expect(quorumWithout(judged({ ...whole(), nodes: ALL_DEAD }), [])).toBe(status.quorum);
  });
});
