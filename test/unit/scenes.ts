import { settingMarkers } from '../../src/stores/settings.js';
import { thisHost, type Cluster } from '../../src/state/cluster.js';
import { toStatus } from '../../src/observe/to-status.js';
import type { NodeObservation, Observation } from '../../src/observe/observation.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { portTable } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import type { Coordination } from '../../src/stores/coordination.js';
import { replicatedLevelDb } from '../../src/stores/replicated-leveldb/index.js';
import { readElection } from '../../src/stores/replicated-leveldb/election/read-election.js';
import type { Znode } from '../../src/stores/replicated-leveldb/election/members.js';
import { Journal } from '../../src/state/journal/journal.js';
import { localAgent } from '../../src/agents/local/local-agent.js';
import { ProcessRegistry } from '../../src/agents/local/registry.js';
import type { ProcessInfo } from '../../src/agents/process.js';

const canBind = () => Promise.resolve(true);
export const config = await portTable({ nodes: 3 }, canBind);
/** With an ensemble that is not ours. */
export const external = await portTable({ nodes: 3, zookeeper: 'zk1:2181' }, canBind);

/** A coordination that gives these znodes of `mqStore`. */
export function coordinationOf(
  znodes: (onChange: (() => void) | undefined) => Promise<readonly Znode[]>,
  release: Coordination['release'] = () => Promise.resolve(false),
): Coordination {
  return {
    snapshot: async (_deadline, onChange) => readElection(await znodes(onChange), 'mqStore'),
    release,
    erase: () => Promise.resolve([]),
    close: () => undefined,
  };
}

export function clusterOf(of: ClusterConfig): Cluster {
  const host = thisHost({});
  const layout = layoutOf('/nowhere');
  const registry = new ProcessRegistry(layout.state, 'id', host.processes);
  const journal = new Journal(layout.state);
  return {
    config: of,
    layout,
    id: 'id',
    registry,
    here: localAgent(registry),
    store: replicatedLevelDb,
    coordination: coordinationOf(() => Promise.reject(new Error('it is not asked'))),
    journal,
    account: undefined,
    host,
  };
}

export const running = (pid: number, suspended = false): ProcessInfo => ({
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

export function znode(sequence: number, container: string | null, data: MemberData = {}): Znode {
  const json = { id: 'mqStore', container, address: null, position: -1, weight: 1, ...data };
  return {
    name: `0${String(sequence).padStart(10, '0')}`,
    session: `10000${sequence}`,
    data: JSON.stringify(json),
  };
}

/** mq02 is master, the older mq01 elected it. */
export const SERVED: readonly Znode[] = [
  znode(1, 'mq01', { elected: '0000000002' }),
  znode(2, 'mq02', { address: 'tcp://127.0.0.2:61600', elected: '0000000000' }),
  znode(3, 'mq03'),
];

export const REPLICATION = {
  role: 'Master',
  nodeId: 'id-mq02',
  position: 1000,
  status: '',
  slaves: [
    { nodeId: 'id-mq01', attached: true, position: 1000 },
    { nodeId: 'id-mq03', attached: true, position: 900 },
  ],
};

/** What is seen of a cluster; without more all three run, and nothing else is known. */
export interface Scene {
  /** undefined: ZooKeeper said nothing. */
  readonly znodes?: readonly Znode[] | undefined;
  readonly zookeeper?: Partial<Observation['zookeeper']>;
  readonly nodes?: Readonly<Record<string, Partial<NodeObservation>>>;
  readonly replication?: Observation['replication'];
  readonly usage?: Observation['usage'];
  readonly supervisor?: Partial<Observation['supervisor']>;
  readonly of?: ClusterConfig;
}

function observation(scene: Scene): Observation {
  const of = scene.of ?? config;
  const { znodes } = scene;
  return {
    zookeeper: {
      process: running(10),
      error: undefined,
      ...scene.zookeeper,
    },
    election: znodes && readElection(znodes, of.name),
    nodes: of.nodes.map((node, index) => {
      const seen: NodeObservation = {
        node,
        local: true,
        process: running(100 + index),
        accepting: false,
        held: [],
        nodeId: `id-${node.name}`,
        freeBytes: 1e9,
        disk: { freeBytes: 1e12, heldBytes: 0 },
        ...scene.nodes?.[node.name],
      };
      const { process } = seen;
      // Without more a process was started with what mqha.yaml says.
      return process?.argv.length === 0
        ? { ...seen, process: { ...process, argv: settingMarkers(of, node.name) } }
        : seen;
    }),
    replication: scene.replication,
    usage: scene.usage,
    supervisor: { pid: undefined, state: undefined, wanted: false, ...scene.supervisor },
  };
}

export const judged = (scene: Scene): ClusterStatus =>
  toStatus(clusterOf(scene.of ?? config), observation(scene));

export const codesOf = (scene: Scene) =>
  judged(scene).problems.map((p) => `${p.code} ${p.node ?? '-'}`);

export const problemOf = (scene: Scene, code: string) =>
  judged(scene).problems.filter((problem) => problem.code === code);

export const DEAD: Partial<NodeObservation> = { process: undefined };
export const ALL_DEAD = { mq01: DEAD, mq02: DEAD, mq03: DEAD };
export const ACCEPTING: Partial<NodeObservation> = { accepting: true };
/** Serving: mq02 lets clients in, both slaves are attached. */
export const whole = (): Scene => ({
  znodes: SERVED,
  nodes: { mq02: ACCEPTING },
  replication: REPLICATION,
});
