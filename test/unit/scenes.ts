import type { CertificateEnd } from '../../src/certificates/ends.js';
import { identityOf } from '../../src/certificates/identity.js';
import { settingMarkers } from '../../src/stores/settings.js';
import { thisHost, type Cluster } from '../../src/state/cluster.js';
import { toStatus } from '../../src/observe/to-status.js';
import {
  unseen,
  type Observation,
  type StoreFound,
  type SupervisorFound,
} from '../../src/observe/observation.js';
import type { DiskRoom } from '../../src/observe/disk.js';
import type { HeldPort } from '../../src/agents/agent.js';
import type { Replication } from '../../src/clients/management/jolokia.js';
import type { Usage } from '../../src/clients/management/usage.js';
import type { MissingPatch } from '../../src/distribution/patches.js';
import type { KeptStore } from '../../src/stores/store-files.js';
import type { EndRecord } from '../../src/stores/end-record.js';
import type { HeapDump } from '../../src/stores/heap-dumps.js';
import { attachmentBy } from '../../src/observe/observe.js';
import { found, unknown } from '../../src/observe/reading.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { portTable } from '../../src/config/defaults.js';
import { layoutOf } from '../../src/config/layout.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import type { Coordination, Protection } from '../../src/stores/coordination.js';
import type { ErrorCode } from '../../src/lib/codes.js';
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
    protection: () => Promise.resolve({ state: 'closed', unproven: [] }),
    protect: () => Promise.resolve({ closed: true, unproven: [] }),
    open: () => Promise.resolve(),
    erase: () => Promise.resolve([]),
    close: () => undefined,
  };
}

/** The same with TLS on every link. */
export const securedConfig: ClusterConfig = {
  ...config,
  tls: { clientCertificates: 'optional', certificates: 'generated' },
  zookeeper: { ...config.zookeeper, tls: true },
  nodes: config.nodes.map((node) => ({ ...node, tls: true })),
};

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
    tls: identityOf(layout),
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
  readonly zookeeper?: {
    readonly process?: ProcessInfo | undefined;
    readonly error?: string;
    readonly code?: ErrorCode;
  };
  readonly protection?: Protection;
  readonly nodes?: Readonly<Record<string, NodeScene>>;
  /** What the master says, or why it could not be asked and whom its log names. */
  readonly replication?: Replication | SilentConsole;
  readonly usage?: Usage;
  readonly supervisor?: Partial<SupervisorFound>;
  readonly certificates?: readonly CertificateEnd[];
  readonly edited?: readonly string[];
  readonly of?: ClusterConfig;
}

/** What is seen of one node; what is left out is as it is while all is well. */
export interface NodeScene {
  readonly local?: boolean;
  readonly process?: ProcessInfo | undefined;
  readonly accepting?: boolean;
  readonly full?: boolean;
  readonly nodeId?: string | undefined;
  readonly disk?: DiskRoom | undefined;
  readonly held?: readonly HeldPort[];
  readonly kept?: readonly KeptStore[];
  readonly dumps?: readonly HeapDump[];
  readonly patches?: readonly MissingPatch[];
  /** Why it cannot use its certificate. */
  readonly certificate?: string;
  readonly ended?: EndRecord;
  readonly store?: StoreFound;
}

interface SilentConsole {
  readonly error: string;
  readonly attached?: ReadonlySet<string>;
}

/** A look at a scene. @param at when each reading began */
export function observation(scene: Scene, at = 0): Observation {
  const of = scene.of ?? config;
  const { znodes, replication, usage } = scene;
  const zookeeper = { process: running(10), error: undefined, ...scene.zookeeper };
  const master: Observation['master'] =
    replication && 'error' in replication
      ? unknown(replication.error, at)
      : found(replication && { replication, usage }, at);
  const attached = replication && 'error' in replication ? replication.attached : undefined;
  const nothing = unseen(of, () => true, at);
  return {
    ...nothing,
    zookeeper: {
      process: of.zookeeper.managed
        ? found((znodes ?? zookeeper.error) ? zookeeper.process : undefined, at)
        : unknown('not of this host', at),
      serves: found(znodes !== undefined, at),
    },
    election: znodes
      ? found(readElection(znodes, of.name), at)
      : {
          ...unknown(zookeeper.error ?? 'it does not run', at),
          ...(scene.zookeeper?.code && { code: scene.zookeeper.code }),
        },
    protection: found(scene.protection ?? { state: 'closed', unproven: [] }, at),
    nodes: nothing.nodes.map((unread, index) => {
      const { node } = unread;
      const seen = {
        local: true,
        process: running(100 + index),
        accepting: false,
        full: false,
        nodeId: `id-${node.name}`,
        disk: { freeBytes: 1e12, heldBytes: 0 },
        held: [],
        kept: [],
        dumps: [],
        patches: [],
        certificate: undefined,
        ended: undefined,
        store: { state: 'sound' } as const,
        ...scene.nodes?.[node.name],
      };
      // Without more a process was started with what mqha.yaml says.
      const process =
        seen.process?.argv.length === 0
          ? { ...seen.process, argv: settingMarkers(of, node.name) }
          : seen.process;
      const nodeId = found(seen.nodeId, at);
      return {
        ...unread,
        local: seen.local,
        process: seen.local ? found(process, at) : unknown('another host', at),
        accepting: found(seen.accepting, at),
        full: found(seen.full, at),
        attachment: attachmentBy(master, attached, { nodeId }),
        nodeId,
        disk: found(seen.disk, at),
        kept: found(seen.kept, at),
        dumps: found(seen.dumps, at),
        patches: found(seen.patches, at),
        certificate: found(seen.certificate, at),
        held: found(seen.held, at),
        ended: found(seen.ended, at),
        store: found(seen.store, at),
      };
    }),
    master,
    sizes: unknown('no file', at),
    supervisor: found({ pid: undefined, state: undefined, wanted: false, ...scene.supervisor }, at),
    certificates: found(scene.certificates ?? [], at),
    operations: found([], at),
    edited: found(scene.edited ?? [], at),
  };
}

export const judged = (scene: Scene): ClusterStatus =>
  toStatus(clusterOf(scene.of ?? config), observation(scene));

export const codesOf = (scene: Scene) =>
  judged(scene).problems.map((p) => `${p.code} ${p.node ?? '-'}`);

export const problemOf = (scene: Scene, code: string) =>
  judged(scene).problems.filter((problem) => problem.code === code);

export const DEAD: NodeScene = { process: undefined };
export const ALL_DEAD = { mq01: DEAD, mq02: DEAD, mq03: DEAD };
export const ACCEPTING: NodeScene = { accepting: true };
/** Serving: mq02 lets clients in, both slaves are attached. */
export const whole = (): Scene => ({
  znodes: SERVED,
  nodes: { mq02: ACCEPTING },
  replication: REPLICATION,
});
