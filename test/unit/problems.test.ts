import { describe, expect, it } from 'vitest';
import { toStatus } from '../../src/observe/to-status.js';
import {
  ACCEPTING,
  ALL_DEAD,
  clusterOf,
  codesOf,
  config,
  DEAD,
  judged,
  observation,
  problemOf,
  REPLICATION,
  running,
  SERVED,
  whole,
  znode,
  type Scene,
} from './scenes.js';

const ended = (code: string, message: string) => ({
  ...DEAD,
  ended: { at: '', pid: 1, exitCode: 1, code, message },
});

describe('the problems of a cluster', () => {
  it('tells why a broker has ended itself', () => {
    const scene: Scene = {
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: ended('log-lost', 'x.log is gone') },
    };
    expect(problemOf(scene, 'broker-stopped')[0]?.message).toBe('mq03 ended itself: x.log is gone');
  });

  it('tells of what a master may lack, also once its log was set aside', () => {
    const behind: Scene = {
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: ended('master-behind', 'it ends at 5') },
    };
    expect(problemOf(behind, 'master-behind')[0]).toMatchObject({
      severity: 'error',
      node: 'mq03',
    });
    const copy = { path: '/kept/1', bytes: 1, ofAttach: false };
    const kept = (why: string): Scene => ({
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: { kept: [{ ...copy, why }] } },
    });
    const [told] = problemOf(kept('a quorum had it: it goes to 7'), 'acknowledged-set-aside');
    expect(told).toMatchObject({ severity: 'warning', node: 'mq03' });
    expect(told?.hint).toContain('/kept/1');
    expect(problemOf(kept('damaged: x'), 'acknowledged-set-aside')).toEqual([]);
  });

  it('tells a damaged store, also while all are stopped', () => {
    const scene: Scene = {
      nodes: {
        ...ALL_DEAD,
        mq01: { ...DEAD, store: { state: 'damaged', damage: ['x.log is missing'] } },
      },
    };
    const [problem] = problemOf(scene, 'store-damaged');
    expect(problem).toMatchObject({ severity: 'error', node: 'mq01' });
    expect(problem?.message).toContain('x.log is missing');
  });

  it('tells a store that cannot be read apart from a damaged one', () => {
    const store = { message: 'no permission to read /x', hint: 'Give it back.' };
    const unreadable = { ...DEAD, store: { state: 'unreadable', ...store } } as const;
    const scene: Scene = { nodes: { ...ALL_DEAD, mq01: unreadable } };
    expect(codesOf(scene)).toContain('store-unreadable mq01');
    expect(codesOf(scene)).not.toContain('store-damaged mq01');
    expect(problemOf(scene, 'store-unreadable')[0]).toMatchObject({
      severity: 'error',
      message: 'the store of mq01 cannot be read: no permission to read /x',
      hint: 'Give it back.',
    });
  });

  it('tells that no node can start the store, where two have failed alike', () => {
    const failed = ended('replay-failed', 'a record cannot be read');
    const scene: Scene = { ...whole(), nodes: { mq01: failed, mq02: failed } };
    expect(problemOf(scene, 'store-damaged')[0]?.message).toContain('mq01, mq02');
    const one: Scene = {
      ...whole(),
      nodes: { mq01: failed, mq02: ended('disk-failed', 'no space') },
    };
    expect(problemOf(one, 'store-damaged')).toEqual([]);
  });

  it('tells that more copies were lost at once than a quorum bears', () => {
    const copiesLost = { at: '2026-01-02T03:04:05.000Z', nodes: ['mq01', 'mq03'] };
    const state = { pid: 1, since: '', serving: null, processes: {}, copiesLost };
    const scene: Scene = { ...whole(), supervisor: { pid: 1, wanted: true, state } };
    expect(problemOf(scene, 'copies-lost')[0]?.message).toContain('mq01 and mq03');
    expect(codesOf({ ...whole(), supervisor: { pid: 1, wanted: true } })).not.toContain(
      'copies-lost',
    );
  });

  it('tells who keeps dying, how often, and of what', () => {
    const dying = {
      mq01: { deaths: 7, withinMs: 94_400, reason: 'it ran out of memory' },
      mq02: { deaths: 5, withinMs: 10_000, reason: null },
    };
    const state = { pid: 1, since: '', serving: null, processes: {}, dying };
    const scene: Scene = { ...whole(), supervisor: { pid: 1, wanted: true, state } };
    const [first, second] = problemOf(scene, 'keeps-dying');
    expect(first).toMatchObject({ severity: 'warning', node: 'mq01' });
    expect(first?.message).toBe(
      'mq01 died 7 times within 95 s and is started again each time; the last time: it ran out of memory',
    );
    expect(first?.hint).toContain('mqha logs mq01');
    expect(second?.message).toMatch(/each time$/);
  });

  it('tells that nobody knows what is wanted, and what makes up for that', () => {
    const damage = 'wanted.json is gone';
    const scene: Scene = { ...whole(), supervisor: { pid: 1, wanted: true, damage } };
    const [problem] = problemOf(scene, 'state-damaged');
    expect(problem).toMatchObject({ severity: 'warning', node: null });
    expect(problem?.message).toContain(`${damage}: `);
    expect(problem?.message).toContain('keeps what it read before');
    expect(problem?.hint).toContain('mqha up');
    const alone: Scene = { ...whole(), supervisor: { wanted: true, damage } };
    expect(codesOf(alone)).toEqual(['state-damaged -', 'supervisor-missing -']);
  });

  it('tells that the account of running brokers is gone', () => {
    const lacking = { ...clusterOf(config), lacksAccount: true as const };
    const [problem] = toStatus(lacking, observation(whole())).problems;
    expect(problem).toMatchObject({ code: 'state-damaged', severity: 'error', node: null });
    expect(problem?.message).toContain('.mqha/credentials.json');
    expect(toStatus(lacking, observation({ nodes: ALL_DEAD })).problems).toEqual(
      toStatus(clusterOf(config), observation({ nodes: ALL_DEAD })).problems,
    );
  });

  it('tells the stale znode of a dead process', () => {
    const scene: Scene = { ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } };
    expect(codesOf(scene)).toContain('stale-znode mq03');
    expect(problemOf(scene, 'stale-znode')[0]?.message).toContain('00000000003');
    expect(codesOf(scene)).toContain('broker-stopped mq03');
    expect(codesOf(scene)).not.toContain('doubled-znode mq03');
  });

  it('tells the doubled znode of a node that came back, and judges by the younger', () => {
    const scene: Scene = { ...whole(), znodes: [...SERVED, znode(4, 'mq03')] };
    expect(judged(scene).nodes[2]?.member).toBe('00000000004');
    const [doubled] = problemOf(scene, 'doubled-znode');
    expect(doubled).toMatchObject({ node: 'mq03', severity: 'warning' });
    expect(doubled?.message).toContain('00000000003');
    expect(doubled?.message).not.toContain('00000000004');
    expect(codesOf(scene)).not.toContain('stale-znode mq03');
  });

  it('tells who vetoes the election', () => {
    const znodes = [znode(1, 'mq01', { position: 10 }), znode(2, 'mq02')];
    const scene: Scene = { znodes, nodes: { mq03: DEAD } };
    expect(codesOf(scene)).toContain('member-vetoing mq02');
    expect(codesOf(scene)).not.toContain('member-vetoing mq01');
    expect(problemOf(whole(), 'member-vetoing')).toEqual([]);
  });

  it('tells a master that is elected and does not answer', () => {
    const scene: Scene = { znodes: SERVED };
    expect(problemOf(scene, 'master-not-serving')[0]).toMatchObject({
      node: 'mq02',
      severity: 'error',
    });
    expect(problemOf(scene, 'master-promoting')).toEqual([]);
    const suspended: Scene = { znodes: SERVED, nodes: { mq02: { process: running(7, true) } } };
    expect(problemOf(suspended, 'master-not-serving')[0]?.hint).toContain('kill -CONT 7');
  });

  it('tells a master that is still being promoted', () => {
    const znodes = [znode(1, 'mq01', { elected: '0000000001' }), znode(2, 'mq02')];
    const scene: Scene = { znodes, nodes: { mq03: DEAD } };
    expect(codesOf(scene)).toContain('master-promoting mq01');
    expect(problemOf(scene, 'master-not-serving')).toEqual([]);
  });

  it('tells who takes a port that a stopped node needs', () => {
    const held = [{ key: 'webPort', host: '127.0.0.1', port: 8163, reason: 'taken' as const }];
    const scene: Scene = { ...whole(), nodes: { mq02: ACCEPTING, mq03: { ...DEAD, held } } };
    expect(problemOf(scene, 'port-taken')).toHaveLength(1);
    expect(problemOf(scene, 'port-taken')[0]).toMatchObject({ node: 'mq03', severity: 'error' });
    expect(problemOf(scene, 'port-taken')[0]?.message).toContain('127.0.0.1:8163, the webPort');
    // A stopped cluster is told as well: it could not start.
    const stopped: Scene = {
      nodes: { ...ALL_DEAD, mq03: { ...DEAD, held } },
      zookeeper: { process: undefined },
    };
    expect(codesOf(stopped)).toEqual(['port-taken mq03']);
  });

  it('tells a disk that is full, also of a cluster that is stopped', () => {
    const disk = { freeBytes: 40 * 1024, heldBytes: 1e12 };
    const scene: Scene = { ...whole(), nodes: { mq02: ACCEPTING, mq03: { disk } } };
    expect(codesOf(scene)).toEqual(['disk-full mq03']);
    expect(problemOf(scene, 'disk-full')[0]?.message).toContain('(40 KiB left)');
    const stopped: Scene = {
      nodes: { ...ALL_DEAD, mq03: { ...DEAD, disk } },
      zookeeper: { process: undefined },
    };
    expect(codesOf(stopped)).toEqual(['disk-full mq03']);
    const unknown = { mq02: ACCEPTING, mq03: { disk: undefined } };
    expect(codesOf({ ...whole(), nodes: unknown })).toEqual([]);
  });

  it('tells a suspended process, which is not called unregistered', () => {
    const nodes = { mq02: ACCEPTING, mq03: { process: running(77, true) } };
    const scene: Scene = { ...whole(), znodes: SERVED.slice(0, 2), nodes };
    expect(problemOf(scene, 'process-suspended')[0]).toMatchObject({ node: 'mq03' });
    expect(problemOf(scene, 'process-suspended')[0]?.hint).toContain('kill -CONT 77');
    expect(problemOf(scene, 'not-a-member')).toEqual([]);
  });

  it('tells a running process that is no member', () => {
    expect(codesOf({ ...whole(), znodes: SERVED.slice(0, 2) })).toEqual(['not-a-member mq03']);
  });

  it('tells a running process that cannot use its certificate, which is not called starting', () => {
    const certificate = 'has expired at 2026-01-01T00:00:00.000Z';
    const nodes = { mq02: ACCEPTING, mq03: { certificate } };
    const scene: Scene = { ...whole(), znodes: SERVED.slice(0, 2), nodes };
    expect(codesOf(scene)).toEqual(['certificate-unusable mq03']);
    const [problem] = problemOf(scene, 'certificate-unusable');
    expect(problem?.message).toContain(`nodes/mq03/conf/tls.pem ${certificate}`);
    expect(problem?.hint).toContain('`mqha restart mq03`');
    const gone = {
      ...ended('broker-gone', 'it could not be started'),
      certificate: 'is not there',
    };
    const stopped: Scene = { ...whole(), znodes: SERVED.slice(0, 2), nodes: { mq03: gone } };
    expect(problemOf(stopped, 'broker-stopped')[0]?.message).toContain(
      '; its certificate nodes/mq03/conf/tls.pem is not there',
    );
    // Who is a member goes on with what it has read.
    expect(codesOf({ ...whole(), nodes })).toEqual([]);
  });

  it('tells a ZooKeeper that does not answer, and that roles are unknown with it', () => {
    const scene: Scene = { zookeeper: { error: 'no answer within 1500 ms' } };
    expect(judged(scene).state).toBe('unknown');
    expect(problemOf(scene, 'zookeeper-unreachable')[0]?.message).toBe('no answer within 1500 ms');
    expect(judged(scene).nodes.map((node) => node.role)).toEqual([null, null, null]);
    expect(problemOf(scene, 'role-unknown')).toHaveLength(3);
  });

  it('tells a ZooKeeper that is suspended, and how it goes on', () => {
    const scene: Scene = { zookeeper: { error: 'no answer', process: running(55, true) } };
    const [silent] = problemOf(scene, 'zookeeper-unreachable');
    expect(silent?.message).toContain('suspended');
    expect(silent?.hint).toContain('kill -CONT 55');
  });

  it('tells a managed ZooKeeper that is stopped under running brokers', () => {
    const scene: Scene = { zookeeper: { process: undefined } };
    expect(codesOf(scene)).toContain('zookeeper-stopped -');
    expect(codesOf(scene)).not.toContain('zookeeper-unreachable -');
    expect(judged(scene).state).toBe('unknown');
  });

  it('tells a stranger with the same brokerName, and znodes of another cluster', () => {
    const znodes = [...SERVED, znode(4, 'mq77'), znode(5, null), znode(6, 'a', { id: 'other' })];
    const scene: Scene = { ...whole(), znodes };
    const strangers = problemOf(scene, 'stranger-member');
    expect(strangers.map((problem) => problem.node)).toEqual(['mq77', null]);
    expect(strangers[1]?.message).toContain('00000000005');
    expect(problemOf(scene, 'foreign-znodes')).toHaveLength(1);
    expect(problemOf(scene, 'foreign-znodes')[0]?.message).toContain('00000000006');
    expect(judged(scene).zookeeper.numChildren).toBe(6);
  });

  it('tells an intruder, and names it neither as elector nor as master', () => {
    const address = 'tcp://192.0.2.1:1';
    const forged = znode(0, 'stranger', { elected: '0000000000', address });
    const scene: Scene = {
      ...whole(),
      znodes: [forged, ...SERVED],
      protection: { state: 'open', unproven: [forged.name] },
    };
    const [intruder] = problemOf(scene, 'intruder');
    expect(intruder?.message).toContain(`00000000000 (stranger at ${address})`);
    expect(intruder?.message).toContain('it decides who is master; it is elected');
    expect(judged(scene)).toMatchObject({ master: null, elector: null });
  });

  it('tells an intruder that says it is a node, beside the one that knows the password', () => {
    const znodes = [...SERVED, znode(9, 'mq03')];
    const unproven = ['00000000009'];
    const scene: Scene = { ...whole(), znodes, protection: { state: 'closed', unproven } };
    expect(problemOf(scene, 'intruder')[0]?.message).toContain('although it says so');
    const alone: Scene = { ...whole(), protection: { state: 'closed', unproven: ['00000000003'] } };
    expect(problemOf(alone, 'intruder')).toEqual([]);
  });

  it('tells a master whose address in ZooKeeper is another than that of mqha.yaml', () => {
    const [first, , third] = SERVED;
    const moved = znode(2, 'mq02', { address: 'tcp://127.0.0.2:1', elected: '0000000000' });
    const znodes = [...(first ? [first] : []), moved, ...(third ? [third] : [])];
    const [found] = problemOf({ ...whole(), znodes }, 'master-address');
    expect(found).toMatchObject({ severity: 'error', node: 'mq02' });
    expect(found?.message).toContain('tcp://127.0.0.2:1');
    expect(found?.message).toContain('tcp://127.0.0.2:61600');
    expect(problemOf(whole(), 'master-address')).toEqual([]);
  });

  it('tells who keeps the znodes open to everybody', () => {
    const protection = { state: 'open', unproven: ['00000000003'] } as const;
    const old = { ...running(7), argv: ['-Dmqha.sync=quorum_mem'] };
    const scene: Scene = {
      ...whole(),
      protection,
      nodes: { mq02: ACCEPTING, mq03: { process: old } },
    };
    expect(problemOf(scene, 'zookeeper-open')[0]?.message).toContain(': mq03 was started by');
    const nobody: Scene = { ...whole(), protection };
    expect(problemOf(nobody, 'zookeeper-open')[0]?.hint).toContain('/activemq/mqstores');
    expect(problemOf(whole(), 'zookeeper-open')).toEqual([]);
  });

  it('tells that ZooKeeper refuses the password apart from that it does not answer', () => {
    const zookeeper = { error: 'refuses access', code: 'zookeeper-denied' } as const;
    const codes = codesOf({ zookeeper });
    expect(codes).toContain('zookeeper-denied -');
    expect(codes).not.toContain('zookeeper-unreachable -');
    expect(problemOf({ zookeeper }, 'role-unknown')[0]?.message).toContain('ZooKeeper refuses it');
  });

  it('tells a slave that is attaching apart from one of which nothing could be learned', () => {
    const [, third] = REPLICATION.slaves;
    const slaves = [{ nodeId: 'id-mq01', attached: false, position: 0 }, ...(third ? [third] : [])];
    const attaching: Scene = { ...whole(), replication: { ...REPLICATION, slaves } };
    expect(codesOf(attaching)).toEqual(['slave-attaching mq01']);
    expect(judged(attaching).nodes[0]).toMatchObject({ attached: false, lagBytes: null });
    const unknown: Scene = { ...whole(), replication: { error: 'HTTP status 401' } };
    expect(codesOf(unknown)).toEqual(['attachment-unknown mq01', 'attachment-unknown mq03']);
    expect(problemOf(unknown, 'attachment-unknown')[0]?.message).toContain(': HTTP status 401');
    expect(judged(unknown).nodes[0]).toMatchObject({ attached: null, lagBytes: null });
    const nameless: Scene = {
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: { nodeId: undefined } },
    };
    expect(codesOf(nameless)).toEqual(['attachment-unknown mq03']);
  });

  it('gives every problem something to do', () => {
    const scenes: Scene[] = [
      { znodes: SERVED, nodes: { mq03: DEAD } },
      { zookeeper: { error: 'x' } },
      { ...whole(), znodes: [...SERVED, znode(4, 'mq77'), znode(7, 'mq03')] },
    ];
    const problems = scenes.flatMap((scene) => judged(scene).problems);
    expect(problems.length).toBeGreaterThan(6);
    for (const problem of problems) expect(problem.hint).toMatch(/\.$/);
  });
});

describe('files that a person has edited', () => {
  const path = (node: string) => `nodes/${node}/conf/activemq.xml`;

  it('are told at once, of the node that has them', () => {
    expect(problemOf({ edited: [path('mq02')] }, 'edited-file')).toMatchObject([
      {
        severity: 'warning',
        node: 'mq02',
        message: expect.stringContaining(`rendered: ${path('mq02')}; `) as string,
      },
    ]);
  });

  it('are told together where they are of several', () => {
    const [told, ...more] = problemOf({ edited: [path('mq02'), path('mq03')] }, 'edited-file');
    expect([told?.node, more]).toEqual([null, []]);
    const [server] = problemOf({ edited: ['zookeeper/conf/zoo.cfg'] }, 'edited-file');
    expect(server?.node).toBeNull();
  });

  it('are none where there are none', () => {
    expect(problemOf({ edited: [] }, 'edited-file')).toEqual([]);
  });
});
