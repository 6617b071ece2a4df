import { describe, expect, it } from 'vitest';
import { unseen, type Observation } from '../../src/observe/observation.js';
import { found, unknown } from '../../src/observe/reading.js';
import {
  beginFollowing,
  follow,
  NO_FAILOVER,
  toAsk,
  type Kill,
} from '../../src/operations/follow-kill.js';
import { readElection } from '../../src/stores/replicated-leveldb/election/read-election.js';
import { config, znode } from './scenes.js';

const NODES = ['mq01', 'mq02', 'mq03'];

const kill = (killed: readonly string[], master: string | null = 'mq02'): Kill => ({
  killed,
  left: NODES.filter((name) => !killed.includes(name)),
  master,
  quorum: 2,
  began: 1000,
});

/** Members of the election, and whom the first of them has elected. */
interface Seen {
  readonly members: readonly string[];
  readonly master?: string;
  /** Who lets clients in. */
  readonly open?: string;
}

/** Follows a kill from look to look, each 100 ms later; undefined: ZooKeeper does not answer. */
function followed(of: Kill, looks: readonly (Seen | undefined)[]) {
  let known = beginFollowing(of);
  const asked: (string | undefined)[] = [];
  for (const [index, look] of looks.entries()) {
    const name = look && toAsk(of, known, observed(look).election);
    asked.push(name);
    const { known: next, outcome } = follow(of, known, observed(look, name), 1100 + index * 100);
    if (outcome) return { outcome, asked, looks: index + 1 };
    known = next;
  }
  return { asked, looks: looks.length };
}

function observed(look: Seen | undefined, asked?: string): Observation {
  const nothing = unseen(config, () => true, 0);
  if (!look) return { ...nothing, election: unknown('no answer', 0) };
  const number = (name: string) => NODES.indexOf(name) + 1;
  const znodes = look.members.map((name, index) =>
    znode(number(name), name, {
      ...(index === 0 && look.master ? { elected: `000000000${number(look.master)}` } : {}),
    }),
  );
  return {
    ...nothing,
    election: found(readElection(znodes, config.name), 0),
    nodes: nothing.nodes.map((node) =>
      node.node.name === asked ? { ...node, accepting: found(asked === look.open, 0) } : node,
    ),
  };
}

describe('a kill of the master', () => {
  it('is a failover, from the signal to when the next lets clients in', () => {
    const { outcome, asked } = followed(kill(['mq02']), [
      { members: NODES, master: 'mq02' },
      { members: ['mq01', 'mq03'] },
      { members: ['mq01', 'mq03'], master: 'mq03' },
      { members: ['mq01', 'mq03'], master: 'mq03', open: 'mq03' },
    ]);
    expect(outcome).toEqual({ newMaster: 'mq03', failoverMs: 400 });
    // Whoever was killed is not asked, though ZooKeeper remembers it for a while.
    expect(asked).toEqual([undefined, undefined, 'mq03', 'mq03']);
  });

  it('is not over while a znode of it is left', () => {
    const { outcome, asked, looks } = followed(kill(['mq02']), [
      { members: NODES, master: 'mq03', open: 'mq03' },
      { members: NODES, master: 'mq03', open: 'mq03' },
      { members: ['mq01', 'mq03'], master: 'mq03', open: 'mq03' },
    ]);
    expect(looks).toBe(3);
    expect(outcome).toEqual({ newMaster: 'mq03', failoverMs: 100 });
    // It was let in once.
    expect(asked).toEqual(['mq03', undefined, undefined]);
  });

  it('is followed on while ZooKeeper does not answer', () => {
    const whole = { members: ['mq01', 'mq03'], master: 'mq03', open: 'mq03' };
    expect(followed(kill(['mq02']), [undefined, undefined])).not.toHaveProperty('outcome');
    expect(followed(kill(['mq02']), [undefined, whole]).outcome?.failoverMs).toBe(200);
  });

  it('is no failover where quorum is gone', () => {
    const { outcome, looks } = followed(kill(['mq02', 'mq01']), [
      { members: ['mq02', 'mq03'] },
      { members: ['mq03'] },
    ]);
    expect(outcome).toEqual(NO_FAILOVER);
    expect(looks).toBe(2);
  });

  it('begins anew where who was elected is replaced before the end', () => {
    const { outcome } = followed(kill(['mq02']), [
      { members: NODES, master: 'mq03', open: 'mq03' },
      { members: ['mq01', 'mq03'], master: 'mq01' },
      { members: ['mq01', 'mq03'], master: 'mq01', open: 'mq01' },
    ]);
    expect(outcome).toEqual({ newMaster: 'mq01', failoverMs: 300 });
  });
});

describe('a kill of another node', () => {
  it('is no failover where the master serves on', () => {
    const { outcome } = followed(kill(['mq03']), [
      { members: NODES, master: 'mq02', open: 'mq02' },
      { members: ['mq01', 'mq02'], master: 'mq02', open: 'mq02' },
    ]);
    expect(outcome).toEqual(NO_FAILOVER);
  });

  it('is none where a new elector names the same master, which served meanwhile', () => {
    const { outcome, asked } = followed(kill(['mq01']), [
      { members: ['mq02', 'mq03'], open: 'mq02' },
      { members: ['mq02', 'mq03'], master: 'mq02', open: 'mq02' },
    ]);
    expect(outcome).toEqual(NO_FAILOVER);
    expect(asked).toEqual(['mq02', undefined]);
  });

  it('is one where the master was demoted, also where it is elected again', () => {
    const { outcome } = followed(kill(['mq01']), [
      { members: ['mq02', 'mq03'] },
      { members: ['mq02', 'mq03'], master: 'mq02', open: 'mq02' },
    ]);
    expect(outcome).toEqual({ newMaster: 'mq02', failoverMs: 200 });
  });

  it('is one where it had been elected just before', () => {
    const { outcome, asked } = followed(kill(['mq01']), [
      { members: NODES, master: 'mq01' },
      { members: ['mq02', 'mq03'], master: 'mq02', open: 'mq02' },
    ]);
    expect(outcome).toEqual({ newMaster: 'mq02', failoverMs: 200 });
    expect(asked).toEqual([undefined, 'mq02']);
  });

  it('is one where nobody was master before', () => {
    const { outcome } = followed(kill(['mq01'], null), [
      { members: ['mq02', 'mq03'], master: 'mq02', open: 'mq02' },
    ]);
    expect(outcome).toEqual({ newMaster: 'mq02', failoverMs: 100 });
  });

  it('ends with nobody who is no node of this cluster', () => {
    const stranger = { members: ['mq01', 'mq77'], master: 'mq77', open: 'mq77' };
    const { asked, outcome } = followed(kill(['mq03'], null), [stranger]);
    expect(asked).toEqual([undefined]);
    expect(outcome).toBeUndefined();
  });
});
