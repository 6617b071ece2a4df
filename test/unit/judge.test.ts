import { describe, expect, it } from 'vitest';
import {
  ACCEPTING,
  ALL_DEAD,
  codesOf,
  DEAD,
  external,
  judged,
  problemOf,
  REPLICATION,
  SERVED,
  whole,
  znode,
  type Scene,
} from './scenes.js';

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
      replicas: 3,
      ended: null,
      kept: [],
    });
    expect(status.nodes[1]).toMatchObject({ role: 'master', attached: null, lagBytes: null });
    expect(status.nodes[2]).toMatchObject({ role: 'slave', attached: true, lagBytes: 100 });
  });

  it('is degraded where a process is dead whose znode and place at the master are still there', () => {
    expect(judged({ ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } }).state).toBe('degraded');
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
