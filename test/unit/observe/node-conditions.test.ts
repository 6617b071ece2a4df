import { describe, expect, it } from 'vitest';
import {
  ACCEPTING,
  ALL_DEAD,
  codesOf,
  config,
  DEAD,
  problemOf,
  SERVED,
  whole,
  znode,
  type NodeScene,
  type Scene,
} from '../scenes.js';

const withThird = (mq03: NodeScene, more: Partial<Scene> = {}): Scene => ({
  ...whole(),
  nodes: { mq02: ACCEPTING, mq03 },
  ...more,
});

const endedBy = (code: string) => ({
  ...DEAD,
  ended: { at: '', pid: 1, exitCode: 1, code, message: 'a record has a wrong checksum' },
});

describe('two znodes of one node', () => {
  const znodes = [...SERVED, znode(4, 'mq03')];

  it('are both stale once its process is dead', () => {
    const scene = withThird(DEAD, { znodes });
    expect(problemOf(scene, 'stale-znode')).toHaveLength(2);
    expect(problemOf(scene, 'doubled-znode')).toEqual([]);
  });

  it('are told of a node on another host as well, whose process is unknown', () => {
    const codes = codesOf(withThird({ local: false }, { znodes }));
    expect(codes).toContain('process-unknown mq03');
    expect(codes).toContain('doubled-znode mq03');
    expect(codes).not.toContain('stale-znode mq03');
    expect(codes).not.toContain('broker-stopped mq03');
  });

  it('that are earlier ones of three are named, and the youngest is not', () => {
    const [told] = problemOf(
      withThird({}, { znodes: [...znodes, znode(5, 'mq03')] }),
      'doubled-znode',
    );
    expect(told?.message).toContain('3 znodes; 00000000003, 00000000004 belongs');
  });
});

describe('damage that the last broker of a node has found', () => {
  it('is told although a look from outside finds none', () => {
    const [told] = problemOf(withThird(endedBy('store-damaged')), 'store-damaged');
    expect(told).toMatchObject({ severity: 'error', node: 'mq03' });
    expect(told?.message).toBe('the store of mq03 is damaged: a record has a wrong checksum');
    expect(problemOf(withThird(endedBy('disk-failed')), 'store-damaged')).toEqual([]);
  });

  it('is left out where the store cannot be read now, which is told instead', () => {
    const store = { state: 'unreadable', message: 'no permission', hint: 'Give it back.' } as const;
    const codes = codesOf(withThird({ ...endedBy('store-damaged'), store }));
    expect(codes).toContain('store-unreadable mq03');
    expect(codes).not.toContain('store-damaged mq03');
  });

  it('is told of a stopped cluster, where nobody is called stopped', () => {
    const scene: Scene = { nodes: { ...ALL_DEAD, mq03: endedBy('store-damaged') } };
    expect(problemOf(scene, 'store-damaged')[0]?.node).toBe('mq03');
    expect(problemOf(scene, 'broker-stopped')).toEqual([]);
  });
});

describe('heaps that a broker has left', () => {
  const dumps = [
    { path: '/log/java_pid1.hprof', bytes: 1024 * 1024 },
    { path: '/log/java_pid2.hprof', bytes: 1 },
  ];

  it('are counted, and their megabytes rounded up', () => {
    const [told] = problemOf(withThird({ dumps }), 'heap-dump');
    expect(told?.message).toBe(
      'mq03 has left 2 heaps on the disk (2 MB): /log/java_pid1.hprof and others beside it',
    );
    expect(problemOf(withThird({ dumps: [] }), 'heap-dump')).toEqual([]);
  });

  it('are one where there is one, and wanted where an option of the JVM asks for it', () => {
    const options = ['-XX:+HeapDumpOnOutOfMemoryError'];
    const of = { ...config, java: { ...config.java, options } };
    const [told] = problemOf(withThird({ dumps: dumps.slice(1) }, { of }), 'heap-dump');
    expect(told).toMatchObject({ severity: 'info' });
    expect(told?.message).toBe('mq03 has left its heap on the disk (1 MB): /log/java_pid2.hprof');
    expect(told?.hint).toContain('unless its process has just written it');
  });
});

describe('a role that is not known', () => {
  it('is told with why: ZooKeeper does not answer, or refuses', () => {
    const silent: Scene = { zookeeper: { error: 'no answer' } };
    expect(problemOf(silent, 'role-unknown')[0]).toMatchObject({
      node: 'mq01',
      message: 'the role of mq01 could not be learned: ZooKeeper does not answer',
      hint: 'Recover ZooKeeper first.',
    });
    const denied: Scene = { zookeeper: { error: 'refused', code: 'zookeeper-denied' } };
    expect(problemOf(denied, 'role-unknown')[0]?.hint).toContain('.mqha/credentials.json');
    const bare: Scene = { zookeeper: { error: 'no certificate', code: 'certificates-missing' } };
    expect(problemOf(bare, 'role-unknown')[0]).toMatchObject({
      message:
        'the role of mq01 could not be learned: ZooKeeper cannot be asked without certificates that fit',
      hint: 'Mend them first.',
    });
  });
});

describe('a slave', () => {
  it('is not said to be of unknown attachment where nobody serves who could be asked', () => {
    const scene: Scene = { ...whole(), nodes: {}, replication: { error: 'connection refused' } };
    expect(problemOf(scene, 'attachment-unknown')).toEqual([]);
  });
});
