import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/clients/management/usage.js';
import { nearStandstills, standstills } from '../../src/observe/conditions/fullness.js';
import { settingMarkers } from '../../src/stores/settings.js';
import {
  ACCEPTING,
  codesOf,
  config,
  DEAD,
  judged,
  problemOf,
  REPLICATION,
  running,
  SERVED,
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

  it('names five queues at most, and one sender as one', () => {
    const blocked = (count: number, senders: number) =>
      Array.from({ length: count }, (_, index) => ({ destination: `q${index + 1}`, senders }));
    const told = (count: number, senders: number) =>
      problemOf(using({ blocked: blocked(count, senders) }), 'senders-blocked')[0]?.message;
    expect(told(7, 1)).toBe(
      '7 senders are blocked on mq02: q1 (1), q2 (1), q3 (1), q4 (1), q5 (1) and 2 more',
    );
    expect(told(5, 1)).toMatch(/q5 \(1\)$/);
    expect(told(1, 1)).toBe('1 sender is blocked on mq02: q1 (1)');
  });

  it('blocks senders until there is room, where that is the reason', () => {
    const blocked = [{ destination: 'orders', senders: 2 }];
    const full = { percent: 100, limitBytes: 20 * GB };
    const hint = (usage: Partial<Usage>) =>
      problemOf(using({ blocked, ...usage }), 'senders-blocked')[0]?.hint;
    expect(hint({ store: full })).toBe('They continue once there is room.');
    expect(hint({ store: { ...full, percent: 95 } })).toContain('A full destination blocks them');
  });

  it('is full from 100 % on, and each limit is named in its words', () => {
    const message = (what: 'memory' | 'store' | 'temp', percent: number) => {
      const scene = using({ [what]: { percent, limitBytes: 20 * GB } });
      return problemOf(scene, percent < 100 ? `${what}-high` : `${what}-full`)[0]?.message;
    };
    expect(message('store', 100)).toBe(
      'the store of mq02 is full: 100% of limits.store (10gb); senders of persistent messages get no answer',
    );
    expect(message('memory', 99)).toMatch(
      /^the memory for messages of mq02 is nearly full: 99% of limits\.memory \(\d+% of java\.heap\); at 100% senders to topics get no answer$/,
    );
    expect(message('temp', 100)).toMatch(/^the temp store of mq02 is full: 100% of limits\.temp/);
  });

  it('is a standstill, or near one, for whoever monitors the cluster', () => {
    const { problems } = judged(
      using({
        store: { percent: 100, limitBytes: 20 * GB },
        temp: { percent: 95, limitBytes: 20 * GB },
      }),
    );
    expect(standstills(problems).map(({ code }) => code)).toEqual(['store-full']);
    expect(nearStandstills(problems).map(({ code }) => code)).toEqual(['temp-high']);
  });

  it('is said of a master that waits for slaves', () => {
    const slaves = REPLICATION.slaves.map((slave) => ({ ...slave, attached: false }));
    const scene: Scene = { ...whole(), replication: { ...REPLICATION, slaves } };
    expect(problemOf(scene, 'senders-blocked')[0]?.message).toBe(
      'mq02 acknowledges no persistent message: 0 of 1 slaves that must have it is attached',
    );
    expect(codesOf(whole())).not.toContain('senders-blocked mq02');
  });

  it('is said of a master without slaves, whether or not its console answers', () => {
    const dead: Scene['nodes'] = { mq02: ACCEPTING, mq01: DEAD, mq03: DEAD };
    const blocked = (scene: Scene) => problemOf(scene, 'senders-blocked')[0];
    for (const replication of [undefined, { error: 'the console does not answer' }, REPLICATION]) {
      const scene = { znodes: SERVED, nodes: dead, ...(replication && { replication }) };
      expect(judged(scene).state).toBe('degraded');
      expect(blocked(scene)).toMatchObject({
        severity: 'error',
        message:
          'mq02 acknowledges no persistent message: 0 of 1 slaves that must have it is attached',
        hint: 'Start mq01, mq03 with `mqha start mq01 mq03`, or all with `mqha up`.',
      });
    }
    const oneLeft = { ...dead, mq03: {} };
    expect(blocked({ znodes: SERVED, nodes: oneLeft })).toBeUndefined();
    const attached = new Set<string>();
    const silent = {
      znodes: SERVED,
      nodes: oneLeft,
      replication: { error: 'no answer', attached },
    };
    // Whom the log of the master does not name may have attached a moment ago.
    expect(blocked(silent)).toBeUndefined();
  });

  it('is said of what the master was started with: without a quorum nobody waits', () => {
    const argv = settingMarkers({ ...config, sync: 'local_mem' }, 'mq02');
    const dead = { mq01: DEAD, mq03: DEAD };
    const nodes = { ...dead, mq02: { ...ACCEPTING, process: { ...running(1), argv } } };
    expect(codesOf({ znodes: SERVED, nodes })).not.toContain('senders-blocked mq02');
  });

  it('has a hint that names what keeps the missing ones from starting', () => {
    const nodes = {
      mq02: ACCEPTING,
      mq01: { ...DEAD, disk: { freeBytes: 0, heldBytes: 0 } },
      mq03: {
        ...DEAD,
        held: [{ key: 'webPort', host: '127.0.0.1', port: 8163, reason: 'taken' }] as const,
      },
    };
    expect(problemOf({ ...whole(), nodes }, 'senders-blocked')[0]?.hint).toBe(
      'mq01 cannot start: the disk that holds its data is full. mq03 cannot start: its webPort 127.0.0.1:8163 is taken by another process. Cure that first; then `mqha up`.',
    );
  });

  it('is said of a master whose slaves are suspended, which count as attached for a while', () => {
    const suspended = { process: running(1, true) };
    const nodes = { mq02: ACCEPTING, mq01: suspended };
    expect(codesOf({ ...whole(), nodes })).not.toContain('senders-blocked mq02');
    const both = { ...whole(), nodes: { ...nodes, mq03: suspended } };
    expect(problemOf(both, 'senders-blocked')[0]?.message).toMatch(
      /: 0 of 1 slaves that must have it is attached and not suspended$/,
    );
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
    expect(problemOf(withRoom(100 * MB), 'disk-small')[0]).toMatchObject({ severity: 'warning' });
  });

  it('counts what the store holds already as room for it', () => {
    expect(codesOf(withRoom(2 * GB, 9 * GB))).toEqual([]);
  });
});
