import { describe, expect, it } from 'vitest';
import { decidingOf, quorumWithout } from '../../../src/observe/quorum.js';
import { toStatus } from '../../../src/observe/to-status.js';
import { readElection } from '../../../src/stores/replicated-leveldb/election/read-election.js';
import { settingMarkers } from '../../../src/stores/settings.js';
import {
  ACCEPTING,
  ALL_DEAD,
  clusterOf,
  codesOf,
  config,
  DEAD,
  external,
  judged,
  observation,
  problemOf,
  REPLICATION,
  running,
  SERVED,
  whole,
  znode,
  type Scene,
} from '../scenes.js';

describe('the state of a cluster', () => {
  it('is that of its election while nobody serves', () => {
    const state = (scene: Scene) => judged(scene).state;
    const two = [znode(1, 'mq01', { position: 1 }), znode(2, 'mq02', { position: 1 })];
    expect(state({ znodes: two })).toBe('electing');
    expect(state({ znodes: two.slice(0, 1) })).toBe('no-quorum');
    expect(state({ znodes: two, nodes: { mq02: DEAD, mq03: DEAD } })).toBe('no-quorum');
    expect(state({ znodes: SERVED })).toBe('promoting');
    expect(state(whole())).toBe('serving');
  });

  it('is degraded while one serves and another is out, or only attaches', () => {
    const { slaves } = REPLICATION;
    const loose = { ...REPLICATION, slaves: slaves.slice(0, 1) };
    expect(judged({ ...whole(), replication: loose }).state).toBe('degraded');
    expect(judged({ ...whole(), znodes: SERVED.slice(0, 2) }).state).toBe('degraded');
  });

  it('is stopped where nothing runs, and unknown where only ZooKeeper does not answer', () => {
    const stopped: Scene = { nodes: ALL_DEAD, zookeeper: { process: undefined } };
    expect(judged(stopped).state).toBe('stopped');
    expect(judged({ nodes: ALL_DEAD, znodes: [] }).state).toBe('stopped');
    expect(judged({ nodes: ALL_DEAD, zookeeper: { error: 'no answer' } }).state).toBe('unknown');
    expect(judged({ nodes: ALL_DEAD, of: external }).state).toBe('unknown');
    expect(judged({ nodes: ALL_DEAD, znodes: SERVED }).state).toBe('no-quorum');
  });

  it('has what the master uses, in percent, where it says so', () => {
    const fill = (percent: number) => ({ percent, limitBytes: 1e12 });
    const usage = { memory: fill(1), store: fill(2), temp: fill(3), blocked: [] };
    expect(judged({ ...whole(), usage }).usage).toEqual({
      memoryPercent: 1,
      storePercent: 2,
      tempPercent: 3,
    });
    expect(judged(whole()).usage).toBeNull();
  });

  it('has of a node on another host what ZooKeeper says, and nothing of its process', () => {
    const [first] = judged({
      ...whole(),
      nodes: { mq02: ACCEPTING, mq01: { local: false } },
    }).nodes;
    expect(first).toMatchObject({ process: 'unknown', pid: null, role: 'slave', replicas: null });
    const silent = judged({
      zookeeper: { error: 'x' },
      nodes: { mq01: { local: false }, mq02: DEAD },
    });
    expect(silent.nodes.map(({ role }) => role)).toEqual([null, 'none', null]);
    expect(silent.zookeeper).toMatchObject({ reachable: false, numChildren: null });
  });

  it('has why a node ended, and how far behind a slave is', () => {
    const ended = { at: 'then', pid: 1, exitCode: 1, code: 'log-lost', message: 'x is gone' };
    const { nodes } = judged({ ...whole(), nodes: { mq02: ACCEPTING, mq01: { ...DEAD, ended } } });
    expect(nodes[0]?.ended).toEqual({
      at: 'then',
      code: 'log-lost',
      exitCode: 1,
      message: 'x is gone',
    });
    expect(nodes.map(({ lagBytes }) => lagBytes)).toEqual([0, null, 100]);
  });
});

describe('the election', () => {
  it('without quorum is told with how many are missing', () => {
    const [told] = problemOf({ znodes: SERVED, nodes: { mq01: DEAD, mq03: DEAD } }, 'quorum-lost');
    expect(told?.message).toContain('1 of 3 members are there and quorum is 2');
    expect(problemOf(whole(), 'quorum-lost')).toEqual([]);
  });

  it('has no problem of an address that is not there yet, and none of one that is as it should be', () => {
    const promoting = [znode(1, 'mq01', { elected: '0000000001' }), znode(2, 'mq02')];
    expect(problemOf({ znodes: promoting }, 'master-address')).toEqual([]);
    expect(problemOf({ znodes: SERVED }, 'master-address')).toEqual([]);
  });

  it('names an intruder without a part in it, and its name and address where it has them', () => {
    const nameless = znode(9, null);
    const scene: Scene = {
      ...whole(),
      znodes: [...SERVED, nameless],
      protection: { state: 'closed', unproven: [nameless.name] },
    };
    expect(problemOf(scene, 'intruder')[0]?.message).toMatch(
      /^intruder: member 00000000009 \(without a container name\) has brokerName \S+ and is no node of this cluster$/,
    );
  });

  it('is open to others where a broker knows no password, or a dead one has left its znode', () => {
    const old = { ...running(7), argv: ['-Dmqha.sync=quorum_mem'] };
    const both: Scene = {
      ...whole(),
      protection: { state: 'open', unproven: [] },
      nodes: { mq02: ACCEPTING, mq01: { process: old }, mq03: { process: old } },
    };
    expect(problemOf(both, 'zookeeper-open')[0]?.message).toContain(
      ': mq01, mq03 were started by an mqha',
    );
    expect(problemOf(both, 'zookeeper-open')[0]?.hint).toContain('`mqha restart`');
    const left: Scene = {
      ...whole(),
      protection: { state: 'open', unproven: ['00000000003'] },
      nodes: { mq02: ACCEPTING, mq01: DEAD, mq03: DEAD },
    };
    expect(problemOf(left, 'zookeeper-open')[0]?.message).toContain(': mq03 was started by');
    expect(problemOf({ ...left, znodes: [] }, 'zookeeper-open')).toEqual([]);
  });

  it('is out of reach, with what helps by who runs ZooKeeper', () => {
    const silent = { error: 'no answer' };
    expect(problemOf({ zookeeper: silent }, 'zookeeper-unreachable')[0]?.hint).toContain(
      'mqha logs zookeeper',
    );
    expect(
      problemOf({ zookeeper: silent, of: external }, 'zookeeper-unreachable')[0]?.hint,
    ).toContain('Check the ensemble');
    const stopped: Scene = { nodes: ALL_DEAD, zookeeper: { process: undefined } };
    expect(codesOf(stopped)).toEqual([]);
  });
});

describe('the files of a cluster', () => {
  it('that are damaged are told, each with what makes up for it', () => {
    const cluster = clusterOf(config);
    const codes = (more: object, scene = whole()) =>
      toStatus({ ...cluster, ...more }, observation(scene)).problems.map(({ code }) => code);
    expect(codes({})).toEqual([]);
    expect(codes({ sharesAccount: true })).toEqual(['account-shared']);
    expect(codes({ sharesAccount: true, lacksAccount: true })).toEqual(['account-shared']);
    expect(codes({ sharesAccount: true }, { nodes: ALL_DEAD, znodes: [] })).toEqual([]);
    expect(codes({ foundIdentity: { damage: 'cluster.json is gone' } })).toEqual(['state-damaged']);
    expect(codes({ foundIdentity: { damage: undefined } })).toEqual([]);
  });
});

describe('a supervisor', () => {
  it('is missed where one is wanted and brokers run', () => {
    const wanted = { wanted: true, pid: undefined };
    expect(codesOf({ ...whole(), supervisor: wanted })).toEqual(['supervisor-missing -']);
    expect(codesOf({ ...whole(), supervisor: { wanted: false } })).toEqual([]);
    const stopped: Scene = { nodes: ALL_DEAD, zookeeper: { process: undefined } };
    expect(codesOf({ ...stopped, supervisor: wanted })).toEqual([]);
  });

  it('that has given a node up says of what that died', () => {
    const given = { wanted: 'up', does: 'given-up', fault: null } as const;
    const state = { pid: 1, since: '', serving: null, processes: { mq03: given } };
    const ended = { at: '', pid: 1, exitCode: 1, code: 'log-lost', message: 'x is gone' };
    const scene = (mq03: object): Scene => ({
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: { ...DEAD, ...mq03 } },
      supervisor: { pid: 1, wanted: true, state },
    });
    expect(problemOf(scene({ ended }), 'given-up')[0]).toMatchObject({
      node: 'mq03',
      message: 'mq03 kept dying and was left down by the supervisor: x is gone',
    });
    expect(problemOf(scene({}), 'given-up')[0]?.message).toMatch(/by the supervisor$/);
  });

  it('says why a node is down that it cannot start, and the hint is not to start it', () => {
    const reason = 'nodes/mq03/conf/activemq.xml was edited';
    const scene = (does: 'waiting' | 'given-up', node: object = {}): Scene => ({
      ...whole(),
      nodes: { mq02: ACCEPTING, mq03: { ...DEAD, ...node } },
      supervisor: {
        pid: 1,
        wanted: true,
        state: {
          pid: 1,
          since: '',
          serving: null,
          processes: { mq03: { wanted: 'up', does, fault: null, reason } },
        },
      },
    });
    const stopped = (of: Scene) => problemOf(of, 'broker-stopped')[0];
    expect(stopped(scene('waiting'))).toMatchObject({
      message: `mq03 is stopped: ${reason}`,
      hint: 'The supervisor starts it; `mqha events -f` follows that. Where it fails each time, cure what the message names.',
    });
    expect(stopped(scene('given-up'))?.hint).toBe(
      `It cannot start: ${reason}, and the supervisor has given up. Cure that first; then \`mqha start mq03\`.`,
    );
    expect(problemOf(scene('given-up'), 'given-up')[0]?.message).toContain(reason);
    const full = scene('waiting', { disk: { freeBytes: 0, heldBytes: 0 } });
    expect(stopped(full)?.hint).toContain('the disk that holds its data is full');
    const { supervisor } = judged(scene('waiting'));
    expect(supervisor.processes).toContainEqual(expect.objectContaining({ name: 'mq03', reason }));
    expect(
      judged({ ...scene('waiting'), nodes: { mq02: ACCEPTING } }).supervisor.processes,
    ).toEqual([expect.objectContaining({ name: 'mq03', reason: null })]);
  });
});

describe('what decides', () => {
  const sized = (replicas: number) => ({
    ...running(1),
    argv: settingMarkers({ ...config, replicas }, 'mq01'),
  });
  const election = readElection(SERVED, config.name);

  it('is what the elector and the master were started with', () => {
    const processes = new Map([
      ['mq01', sized(5)],
      ['mq02', sized(7)],
    ]);
    expect(decidingOf(config, election, processes)).toEqual({ serving: 7, electing: 5 });
  });

  it('is the largest that runs where the elector is not known, and mqha.yaml where nothing runs', () => {
    const processes = new Map([
      ['mq02', sized(3)],
      ['mq03', sized(5)],
    ]);
    expect(decidingOf(config, undefined, processes)).toEqual({ serving: 5, electing: 5 });
    expect(decidingOf(config, undefined, new Map())).toEqual({ serving: 3, electing: 3 });
  });

  it('is what is in force for brokers that do not say', () => {
    const processes = new Map([['mq01', running(1)]]);
    expect(decidingOf(config, election, processes, { mq01: 5 }).electing).toBe(5);
    expect(decidingOf(config, election, processes).electing).toBe(3);
  });

  it('is for those that stay not what stopped nodes need', () => {
    const { nodes, ...status } = judged({ ...whole(), nodes: { mq02: ACCEPTING, mq03: DEAD } });
    const large = nodes.map((node) => (node.name === 'mq03' ? { ...node, replicas: 9 } : node));
    expect(quorumWithout({ ...status, nodes: large }, [])).toBe(2);
    const unknown = nodes.map((node) => ({ ...node, replicas: null }));
    expect(quorumWithout({ ...status, quorum: 3, nodes: unknown }, [])).toBe(3);
  });
});
