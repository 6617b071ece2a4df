import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/clients/management/usage.js';
import {
  ACCEPTING,
  codesOf,
  judged,
  problemOf,
  REPLICATION,
  running,
  whole,
  type Scene,
} from './scenes.js';

const GB = 1024 ** 3;
const MB = 1024 ** 2;
const EMPTY: Usage = {
  memory: { percent: 0, limitBytes: 350 * MB },
  store: { percent: 10, limitBytes: 10 * GB },
  temp: { percent: 0, limitBytes: GB },
  blocked: [],
};

const using = (usage: Partial<Usage>): Scene => ({ ...whole(), usage: { ...EMPTY, ...usage } });

describe('what is full', () => {
  it('is no problem of a cluster that has room', () => {
    expect(codesOf(using({}))).not.toContainEqual(
      expect.stringMatching(/full|high|blocked|small/) as string,
    );
  });

  it.each(['memory', 'store', 'temp'] as const)('is said of %s, from 90 % on', (what) => {
    const at = (percent: number) => using({ [what]: { percent, limitBytes: 20 * GB } });
    expect(codesOf(at(89))).not.toContain(`${what}-high mq02`);
    expect(codesOf(at(90))).toContain(`${what}-high mq02`);
    expect(codesOf(at(99))).not.toContain(`${what}-full mq02`);
    const [full] = problemOf(at(107), `${what}-full`);
    expect(full).toMatchObject({ severity: 'error', node: 'mq02' });
    expect(full?.message).toContain('107%');
    expect(full?.hint).toContain(`limits.${what}`);
  });

  it('names what a disk has left of a limit', () => {
    const [full] = problemOf(using({ store: { percent: 125, limitBytes: 80 * MB } }), 'store-full');
    expect(full?.message).toContain('80 MB that its disk can hold (limits.store: 10gb)');
    expect(full?.hint).toContain('Free some space');
  });

  it('is said of connections, from 900 clients on, and of a port that lets nobody else in', () => {
    expect(codesOf(using({ connections: 899 }))).not.toContain('connections-high mq02');
    expect(codesOf(using({ connections: 900 }))).toContain('connections-high mq02');
    const full = {
      ...using({ connections: 980 }),
      nodes: { mq02: { accepting: true, full: true } },
    };
    expect(codesOf(full)).toContain('connections-full mq02');
    expect(codesOf(full)).not.toContain('connections-high mq02');
    expect(codesOf(full)).not.toContain('master-not-serving mq02');
    expect(judged(full).state).toBe('serving');
  });

  it('names the queues on which senders stand still', () => {
    const blocked = [
      { destination: 'orders', senders: 2 },
      { destination: 'mail', senders: 1 },
    ];
    const [problem] = problemOf(using({ blocked }), 'senders-blocked');
    expect(problem?.message).toBe('3 senders are blocked on mq02: orders (2), mail (1)');
    expect(problem?.hint).toContain('A full destination blocks them');
  });

  it('is said of a master that waits for slaves', () => {
    const slaves = REPLICATION.slaves.map((slave) => ({ ...slave, attached: false }));
    const scene: Scene = { ...whole(), replication: { ...REPLICATION, slaves } };
    expect(problemOf(scene, 'senders-blocked')[0]?.message).toContain('0 of 1 slaves');
    expect(codesOf(whole())).not.toContain('senders-blocked mq02');
  });

  it('is said of a master whose slaves are suspended, which count as attached for a while', () => {
    const suspended = { process: running(1, true) };
    const nodes = { mq02: ACCEPTING, mq01: suspended };
    expect(codesOf({ ...whole(), nodes })).not.toContain('senders-blocked mq02');
    const both = { ...whole(), nodes: { ...nodes, mq03: suspended } };
    expect(problemOf(both, 'senders-blocked')[0]?.message).toContain('0 of 1 slaves');
  });
});

describe('a disk', () => {
  const withRoom = (freeBytes: number, heldBytes = 0): Scene => ({
    ...whole(),
    nodes: { mq02: ACCEPTING, mq01: { disk: { freeBytes, heldBytes } } },
  });

  it('that cannot hold what the store may grow to is a problem', () => {
    const scene = withRoom(9 * GB);
    expect(problemOf(scene, 'disk-small')).toMatchObject([{ severity: 'warning', node: 'mq01' }]);
    expect(judged(scene).state).toBe('serving');
    expect(codesOf(withRoom(10 * GB))).toEqual([]);
  });

  it('that cannot hold one log file is an error', () => {
    expect(problemOf(withRoom(99 * MB), 'disk-small')[0]).toMatchObject({ severity: 'error' });
  });

  it('counts what the store holds already as room for it', () => {
    expect(codesOf(withRoom(2 * GB, 9 * GB))).toEqual([]);
  });
});
