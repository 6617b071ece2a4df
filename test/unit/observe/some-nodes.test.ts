import { describe, expect, it } from 'vitest';
import { faultsOf, NO_MEMORY } from '../../../src/observe/conditions/faults.js';
import { livingMembers } from '../../../src/observe/members.js';
import type { Observation } from '../../../src/observe/observation.js';
import { found } from '../../../src/observe/reading.js';
import { confirmed } from '../../../src/observe/stated-faults.js';
import { toStatus } from '../../../src/observe/to-status.js';
import type { InForce, SizeChange } from '../../../src/state/sizes.js';
import { settingMarkers } from '../../../src/stores/settings.js';
import { missing } from '../distribution/rig.js';
import {
  ACCEPTING,
  clusterOf,
  codesOf,
  config,
  DEAD,
  judged,
  observation,
  problemOf,
  running,
  SERVED,
  whole,
  znode,
  type Scene,
} from '../scenes.js';

/** Of three one runs. */
const ALONE: Scene = { znodes: SERVED, nodes: { mq01: DEAD, mq03: DEAD } };

describe('what is wrong while one of several nodes runs', () => {
  it('is told as while all do', () => {
    const supervisor = { wanted: true, pid: undefined };
    expect(codesOf({ ...ALONE, supervisor })).toContain('supervisor-missing -');
    expect(codesOf({ ...ALONE, znodes: undefined, zookeeper: { process: undefined } })).toContain(
      'zookeeper-stopped -',
    );
    const shared = { ...clusterOf(config), sharesAccount: true as const };
    const codes = toStatus(shared, observation(ALONE)).problems.map(({ code }) => code);
    expect(codes).toContain('account-shared');
  });

  it('is told of open znodes where one of its two does not know the password', () => {
    const scene: Scene = {
      ...whole(),
      znodes: [...SERVED, znode(4, 'mq03')],
      protection: { state: 'open', unproven: ['00000000003'] },
      nodes: { mq02: ACCEPTING, mq03: DEAD },
    };
    expect(problemOf(scene, 'zookeeper-open')[0]?.message).toContain(': mq03 was started by');
  });

  it('counts a member without a name as living, and none of a dead process', () => {
    const znodes = [...SERVED, znode(5, null)];
    const living = livingMembers(observation({ ...ALONE, znodes }));
    expect(living.map(({ container }) => container)).toEqual(['mq02', null]);
  });
});

describe('a slave whose log says nothing of an attach', () => {
  const seenWith = (znodes = SERVED): Observation => {
    const seen = observation({ ...whole(), znodes });
    const none = found({ state: 'none' as const, progress: 0, lagBytes: undefined }, 0);
    return { ...seen, nodes: seen.nodes.map((node) => ({ ...node, attachment: none })) };
  };

  it('is stuck while a master is there to attach to', () => {
    expect(faultsOf(config, seenWith(), NO_MEMORY)).toEqual([
      { name: 'mq01', code: 'attach-stuck', detail: 'none 0' },
      { name: 'mq03', code: 'attach-stuck', detail: 'none 0' },
    ]);
  });

  it('is not while none is, or while it is being promoted', () => {
    const electing = [1, 2, 3].map((n) => znode(n, `mq0${n}`, { position: 1 }));
    expect(faultsOf(config, seenWith(electing), NO_MEMORY)).toEqual([]);
    const promoting = SERVED.map((one, index) =>
      index === 1 ? znode(2, 'mq02', { elected: '0000000000' }) : one,
    );
    const codes = faultsOf(config, seenWith(promoting), NO_MEMORY).map(({ code }) => code);
    expect(codes).not.toContain('attach-stuck');
  });
});

describe('sizes', () => {
  const CHANGE: SizeChange = { from: 3, to: 5, began: 'then', leaving: [], consented: true };
  const told = (sizes: InForce | { damage: string }, scene = whole(), of = config) => {
    const seen = { ...observation({ ...scene, of }), sizes: found(sizes, 0) };
    return toStatus(clusterOf(of), seen).problems;
  };
  const IN_FORCE = { mq01: 3, mq02: 3, mq03: 3 };

  it('that cannot be read keep brokers from being started, which is told', () => {
    expect(told({ damage: 'size.json is empty' })).toMatchObject([
      {
        severity: 'error',
        code: 'state-damaged',
        node: null,
        message: 'size.json is empty; no broker can be started',
      },
    ]);
    expect(told({ sizes: IN_FORCE })).toEqual([]);
  });

  it('that change are told until the change has ended, with who halted it', () => {
    const [begun] = told({ sizes: IN_FORCE, change: CHANGE });
    expect(begun).toMatchObject({ severity: 'error', code: 'scale-unfinished', node: null });
    expect(begun?.message).toBe('the change from 3 to 5 nodes, begun at then, has not ended');
    expect(begun?.hint).toContain('run `mqha scale 5`');
    const halted = { ...CHANGE, halted: { command: 'mqha stop mq01' } } as SizeChange;
    const [stopped] = told({ sizes: IN_FORCE, change: halted });
    expect(stopped?.message).toMatch(/has not ended; `mqha stop mq01` has halted it$/);
    expect(stopped?.hint).toMatch(/^To go on: /);
  });

  it('are compared with what is in force while they change, and with mqha.yaml else', () => {
    const codes = (sizes: InForce) =>
      told(sizes).map(({ code, node, hint }) => [code, node, hint.includes('mqha scale 5')]);
    expect(codes({ sizes: { ...IN_FORCE, mq03: 5 }, change: CHANGE })).toEqual([
      ['scale-unfinished', null, true],
      ['restart-needed', 'mq03', true],
    ]);
    // Who is not in force is stopped in the end.
    expect(codes({ sizes: { mq01: 3, mq02: 3 }, change: CHANGE })).toEqual([
      ['scale-unfinished', null, true],
    ]);
    expect(codes({ sizes: { mq01: 3, mq02: 3, mq03: 5 } })).toEqual([]);
  });
});

describe('a broker that an earlier mqha has started', () => {
  it('is told to know one account, where a cluster has several', () => {
    const argv = settingMarkers(config, 'mq03').map((word) => word.replace(/&?\busers=[^&]*/, ''));
    const scene: Scene = {
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: { process: { ...running(1), argv } } },
    };
    const isAccounts = ({ message }: { readonly message: string }) =>
      message.includes('knows one account');
    const by = (authentication: 'generated' | 'none') =>
      judged({ ...scene, of: { ...config, authentication } }).problems.some(isAccounts);
    expect([by('generated'), by('none')]).toEqual([true, false]);
    expect(judged(whole()).problems.some(isAccounts)).toBe(false);
  });
});

describe('patches that only some brokers lack', () => {
  it('are told of those that lack them, each with its own', () => {
    const [one, two] = [missing('queue-places'), missing('whole-units')];
    const nodes = {
      mq01: { patches: [one] },
      mq02: { ...ACCEPTING, patches: [one] },
      mq03: { patches: [two] },
    };
    const problems = problemOf({ ...whole(), nodes }, 'patch-missing');
    expect(problems.map(({ node, message }) => [node, message.split(' without')[0]])).toEqual([
      [null, 'mq01, mq02 run'],
      ['mq03', 'mq03 runs'],
    ]);
    const single: Scene = { ...whole(), nodes: { mq02: { ...ACCEPTING, patches: [one] } } };
    expect(problemOf(single, 'patch-missing')[0]).toMatchObject({ node: 'mq02' });
  });
});

describe('what a supervisor has stated', () => {
  const stated = (fault: string | null) => ({ wanted: 'up', does: 'nothing', fault }) as const;

  it('stays where nothing could be learned of a node, and goes for one that is none any more', () => {
    const seen = observation({ ...whole(), replication: { error: 'refused' } });
    const of = (name: string) =>
      confirmed({ [name]: stated('attach-stuck') }, config, seen)[name]?.fault;
    expect([of('mq01'), of('mq02'), of('mq09'), of('zookeeper')]).toEqual([
      'attach-stuck',
      null,
      null,
      null,
    ]);
    const dead = observation({
      ...whole(),
      replication: { error: 'refused' },
      nodes: { mq02: ACCEPTING, mq01: DEAD },
    });
    expect(confirmed({ mq01: stated('hung') }, config, dead).mq01?.fault).toBeNull();
  });

  it('is what it does of a process that runs, unless that was given up', () => {
    const seen = observation(whole());
    const does = (what: 'waiting' | 'given-up') =>
      confirmed({ mq01: { ...stated(null), does: what } }, config, seen).mq01?.does;
    expect([does('waiting'), does('given-up')]).toEqual(['waiting', 'nothing']);
  });

  it('is shown with its pid while it runs', () => {
    const state = { pid: 7, since: '', serving: null, processes: { mq01: stated(null) } };
    expect(judged({ ...whole(), supervisor: { pid: 7, state, wanted: true } }).supervisor).toEqual({
      running: true,
      pid: 7,
      processes: [{ name: 'mq01', ...stated(null), reason: null }],
    });
    expect(judged(whole()).supervisor).toEqual({ running: false, pid: null, processes: [] });
  });

  it('is shown beside what was set aside, and what has begun', () => {
    const kept = [{ path: '/kept/1', bytes: 1, ofAttach: false, why: 'damaged: x' }];
    const seen = observation({ ...whole(), nodes: { mq02: ACCEPTING, mq01: { kept } } });
    const operation = { kind: 'restart' } as never;
    const status = toStatus(clusterOf(config), { ...seen, operations: found([operation], 0) });
    expect(status.nodes.map((node) => node.kept)).toEqual([kept, [], []]);
    expect(status.operations).toEqual([operation]);
  });
});
