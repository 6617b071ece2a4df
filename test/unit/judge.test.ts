import { beforeAll, describe, expect, it } from 'vitest';
import { thisHost, type Cluster } from '../../src/cluster/context.js';
import { judge } from '../../src/cluster/judge.js';
import type { NodeObservation, Observation } from '../../src/cluster/observe.js';
import type { ClusterStatus } from '../../src/cluster/status.js';
import { portTable } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import { readElection } from '../../src/election/election.js';
import type { Znode } from '../../src/election/members.js';
import { Journal } from '../../src/journal/journal.js';
import { ProcessRegistry } from '../../src/process/registry.js';
import type { ProcessInfo } from '../../src/process/table.js';

let config: ClusterConfig;
let external: ClusterConfig;

beforeAll(async () => {
  config = await portTable({ nodes: 3 }, () => Promise.resolve(true));
  external = await portTable({ nodes: 3, zookeeper: 'zk1:2181' }, () => Promise.resolve(true));
});

function clusterOf(of: ClusterConfig): Cluster {
  const host = thisHost({});
  const layout = layoutOf('/nowhere');
  const registry = new ProcessRegistry(layout.state, 'id', host.processes);
  const journal = new Journal(layout.state);
  return { config: of, layout, id: 'id', registry, journal, account: undefined, host };
}

const running = (pid: number, suspended = false): ProcessInfo => ({
  pid,
  startTime: '1',
  argv: [],
  suspended,
});

interface MemberData {
  readonly id?: string;
  readonly address?: string | null;
  readonly position?: number;
  readonly elected?: string;
}

function znode(sequence: number, container: string | null, data: MemberData = {}): Znode {
  const json = { id: 'mqStore', container, address: null, position: -1, weight: 1, ...data };
  return {
    name: `0${String(sequence).padStart(10, '0')}`,
    session: `10000${sequence}`,
    data: JSON.stringify(json),
  };
}

/** mq02 is master, the older mq01 elected it. */
const SERVED: readonly Znode[] = [
  znode(1, 'mq01', { elected: '0000000002' }),
  znode(2, 'mq02', { address: 'tcp://127.0.0.2:61600', elected: '0000000000' }),
  znode(3, 'mq03'),
];

const REPLICATION = {
  role: 'Master',
  nodeId: 'id-mq02',
  position: 1000,
  status: '',
  slaves: [
    { nodeId: 'id-mq01', attached: true, position: 1000 },
    { nodeId: 'id-mq03', attached: true, position: 900 },
  ],
};

interface Scene {
  /** undefined: ZooKeeper said nothing. */
  readonly znodes?: readonly Znode[] | undefined;
  readonly zookeeper?: Partial<Observation['zookeeper']>;
  readonly nodes?: Readonly<Record<string, Partial<NodeObservation>>>;
  readonly replication?: Observation['replication'];
  readonly supervisor?: Partial<Observation['supervisor']>;
  readonly of?: ClusterConfig;
}

function observation(scene: Scene): Observation {
  const of = scene.of ?? config;
  const { znodes } = scene;
  return {
    zookeeper: {
      process: running(10),
      group: znodes && { exists: true, znodes },
      error: undefined,
      ...scene.zookeeper,
    },
    election: znodes && readElection(znodes, of.name),
    nodes: of.nodes.map((node, index) => ({
      node,
      local: true,
      process: running(100 + index),
      accepting: false,
      held: [],
      nodeId: `id-${node.name}`,
      ...scene.nodes?.[node.name],
    })),
    replication: scene.replication,
    supervisor: { pid: undefined, state: undefined, wanted: false, ...scene.supervisor },
  };
}

const judged = (scene: Scene): ClusterStatus =>
  judge(clusterOf(scene.of ?? config), observation(scene));

const codesOf = (scene: Scene) => judged(scene).problems.map((p) => `${p.code} ${p.node ?? '-'}`);

const problemOf = (scene: Scene, code: string) =>
  judged(scene).problems.filter((problem) => problem.code === code);

const DEAD: Partial<NodeObservation> = { process: undefined };
const ALL_DEAD = { mq01: DEAD, mq02: DEAD, mq03: DEAD };
const ACCEPTING: Partial<NodeObservation> = { accepting: true };
const whole = (): Scene => ({
  znodes: SERVED,
  nodes: { mq02: ACCEPTING },
  replication: REPLICATION,
});

describe('the state of a cluster', () => {
  it('is serving with every node a member and every slave attached', () => {
    const status = judged(whole());
    expect(status).toMatchObject({
      cluster: 'mqStore',
      state: 'serving',
      master: 'mq02',
      elector: 'mq01',
      replicas: 3,
      quorum: 2,
      sync: 'quorum_mem',
      failoverUrl: 'failover:(tcp://127.0.0.1:60001,tcp://127.0.0.1:60002,tcp://127.0.0.1:60003)',
      zookeeper: {
        connect: '127.0.0.1:2181',
        path: '/activemq/mqstores',
        managed: true,
        reachable: true,
        numChildren: 3,
      },
      problems: [],
    });
    expect(status.nodes[0]).toEqual({
      name: 'mq01',
      host: '127.0.0.1',
      webPort: 8161,
      messagePort: 60001,
      replicationHost: '127.0.0.1',
      replicationPort: 61600,
      process: 'running',
      pid: 100,
      member: '00000000001',
      role: 'slave',
      accepting: false,
      attached: true,
      lagBytes: 0,
    });
    expect(status.nodes[1]).toMatchObject({ role: 'master', attached: null, lagBytes: null });
    expect(status.nodes[2]).toMatchObject({ role: 'slave', attached: true, lagBytes: 100 });
  });

  it('never shows a negative lag where the slave was read after the master', () => {
    const slaves = [{ nodeId: 'id-mq01', attached: true, position: 1200 }];
    const [first] = judged({ ...whole(), replication: { ...REPLICATION, slaves } }).nodes;
    expect(first).toMatchObject({ attached: true, lagBytes: 0 });
  });

  it.each<[string, () => Partial<Scene>]>([
    ['a node is no member', () => ({ znodes: SERVED.slice(0, 2) })],
    ['a slave is not attached', () => ({ replication: { ...REPLICATION, slaves: [] } })],
    ['attachment is unknown', () => ({ replication: { error: 'HTTP status 401' } })],
    ['ZooKeeper is silent', () => ({ znodes: undefined, zookeeper: { error: 'silent' } })],
  ])('is degraded while somebody accepts and %s', (_, change) => {
    expect(judged({ ...whole(), ...change() }).state).toBe('degraded');
  });

  it('does not take a stranger on the port of a stopped node for a broker', () => {
    const nodes = { ...ALL_DEAD, mq02: { ...DEAD, accepting: true } };
    const status = judged({ nodes, zookeeper: { process: undefined } });
    expect(status.state).toBe('stopped');
    expect(status.nodes[1]?.accepting).toBe(false);
  });

  it('is stopped without a process, and ZooKeeper ours and stopped', () => {
    const status = judged({ nodes: ALL_DEAD, zookeeper: { process: undefined } });
    expect(status).toMatchObject({ state: 'stopped', master: null, elector: null, problems: [] });
    expect(status.zookeeper).toMatchObject({ reachable: false, numChildren: null });
    expect(status.nodes.map((node) => node.role)).toEqual(['none', 'none', 'none']);
  });

  it('is stopped without a process and without members', () => {
    const status = judged({ nodes: ALL_DEAD, znodes: [] });
    expect(status).toMatchObject({ state: 'stopped', problems: [] });
    expect(status.zookeeper.numChildren).toBe(0);
  });

  it('is not called stopped while a process on another host is out of sight', () => {
    const nodes = { ...ALL_DEAD, mq03: { ...DEAD, local: false } };
    const scene: Scene = { nodes, of: external, zookeeper: { process: undefined, error: 'none' } };
    expect(judged(scene).state).toBe('unknown');
    expect(judged({ nodes, znodes: [] }).state).toBe('no-quorum');
    expect(judged(scene).nodes[2]).toMatchObject({ process: 'unknown', pid: null, role: null });
    expect(codesOf(scene)).toContain('process-unknown mq03');
  });

  it('is unknown while an external ZooKeeper is silent, even with every process stopped', () => {
    const zookeeper = { process: undefined, error: 'no answer' };
    const scene: Scene = { of: external, nodes: ALL_DEAD, zookeeper };
    expect(judged(scene).state).toBe('unknown');
    expect(codesOf(scene)).toContain('zookeeper-unreachable -');
  });

  it('is no-quorum with fewer members than quorum', () => {
    const scene: Scene = { znodes: [znode(1, 'mq01')], nodes: { mq02: DEAD, mq03: DEAD } };
    expect(judged(scene).state).toBe('no-quorum');
    expect(problemOf(scene, 'quorum-lost')[0]?.message).toContain('1 of 3 members');
  });

  it('does not count the znode of a dead process toward quorum', () => {
    const nodes = { mq02: DEAD, mq03: DEAD };
    const scene: Scene = { znodes: SERVED, nodes };
    expect(judged(scene).state).toBe('no-quorum');
    expect(judged(scene).zookeeper.numChildren).toBe(3);
    expect(judged({ znodes: SERVED }).state).not.toBe('no-quorum');
  });

  it('counts a member on another host, whose process is out of sight', () => {
    const away = { process: undefined, local: false };
    expect(judged({ znodes: SERVED, nodes: { mq02: away, mq03: away } }).state).toBe('promoting');
  });

  it('is electing while nobody is elected', () => {
    const status = judged({ znodes: [znode(1, 'mq01'), znode(2, 'mq02')] });
    expect(status).toMatchObject({ state: 'electing', master: null, elector: 'mq01' });
    expect(status.nodes.map((node) => node.role)).toEqual(['electing', 'electing', 'none']);
  });

  it('is promoting while the elected does not let anybody in', () => {
    const znodes = [znode(1, 'mq01', { elected: '0000000001' }), znode(2, 'mq02')];
    const status = judged({ znodes });
    expect(status).toMatchObject({ state: 'promoting', master: 'mq01' });
    expect(status.nodes.map((node) => node.role)).toEqual(['promoting', 'slave', 'none']);
  });
});

describe('the problems of a cluster', () => {
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
