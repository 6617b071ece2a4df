import * as z from 'zod';
import { host, port } from './addresses.js';
import { broker } from './broker/broker.js';
import type { BrokerConfig, NodeBroker } from './broker/config.js';
import { nodeBroker } from './broker/store-settings.js';
import {
  DEFAULT_HOST,
  DEFAULT_NAME,
  DEFAULT_SYNC,
  DEFAULT_ZK_PATH,
  MAX_NODES,
  SYNC_MODES,
} from './default-values.js';
import { NAME, otherwise, quoted, text, unit, yesOrNo } from './fields.js';
import { CONNECTIONS } from './limit-values.js';
import { isZnodePath, parseConnect } from './servers.js';
import { tls, type TlsConfig } from './tls.js';
import { parseDuration, parseShare, parseSize } from './units.js';
import { user, type UserConfig } from './users.js';

/** What acknowledgements, purges and removals wait for: the slaves, as sends do, or the master's own log. */
export const ACK_MODES = ['async', 'quorum'] as const;

/** Words that `mqha` takes in place of a node's name. */
export const RESERVED_NAMES = ['master', 'elector', 'slave', 'zookeeper', 'all'];

/** The release that is pinned; others would need their own facts, digests and guarded class. */
export const ACTIVEMQ_VERSION = '5.16.7';

const node = z.strictObject({
  name: text(
    (value) => NAME.test(value),
    'a node name (letters, digits, "-" and "_", 32 at most, no slash)',
  ).refine((value) => !RESERVED_NAMES.includes(value.toLowerCase()), {
    error: (issue) =>
      `${quoted(issue.input)} is a word of the command line (${RESERVED_NAMES.join(', ')}); choose another node name`,
  }),
  host: host.default(DEFAULT_HOST),
  webPort: port,
  messagePort: port,
  replicationHost: host.optional(),
  replicationPort: port,
  broker: nodeBroker.optional(),
});

const zookeeper = z.strictObject({
  managed: yesOrNo,
  connect: text(
    (value) => parseConnect(value) !== undefined,
    'a list of ZooKeeper servers (host:port,host:port; a chroot may follow the last: host:port/shop)',
  ),
  path: text(
    (value) => isZnodePath(value) && !/^\/zookeeper(\/|$)/.test(value),
    'a znode path (/activemq/mqstores; not / and not below /zookeeper)',
  ).default(DEFAULT_ZK_PATH),
  authentication: z
    .enum(['generated', 'none'], {
      error: (i) => `${quoted(i.input)} is neither "generated" nor "none"`,
    })
    .default('generated'),
  tls: yesOrNo.optional(),
  sessionTimeout: unit(parseDuration, 'a duration (2s, 1500ms, 1m)')
    .refine(
      (value) => (parseDuration(value) ?? 0) >= 1000 && (parseDuration(value) ?? 0) <= 300_000,
      {
        error: (i) => `${quoted(i.input)} is out of range (1s to 5m)`,
      },
    )
    .optional(),
});

const store = z.strictObject({
  acks: z
    .enum(ACK_MODES, {
      error: (i) => `${quoted(i.input)} is neither "async" nor "quorum"`,
    })
    .default('async'),
});

const java = z.strictObject({
  home: z
    .string()
    .min(1, { error: 'is empty; leave it out to use JAVA_HOME, then PATH' })
    .optional(),
  heap: unit(parseSize, 'a heap size (512m, 2g)')
    .refine((value) => (parseSize(value) ?? 0) >= 128, {
      error: (i) => `${quoted(i.input)} is too small for a broker; at least 128m`,
    })
    .default('512m'),
  heapDump: z.boolean(otherwise((got) => `expected true or false, got ${got}`)).default(false),
  options: z
    .array(
      text(
        (value) => value.startsWith('-') && !/[\r\n]/.test(value),
        'a JVM option (it starts with "-")',
      )
        .refine(
          (value) =>
            !/^-D(mqha\.(?!store\.cut=)|activemq\.|java\.security\.auth\.login\.config\b)|^-(cp|classpath|jar|-class-path)\b/.test(
              value,
            ),
          {
            error: (i) => `${quoted(i.input)} is set by mqha itself`,
          },
        )
        .refine((value) => !/^-(Xmx|XX:MaxHeapSize=)/.test(value), {
          error: (i) => `${quoted(i.input)}: java.heap sets the heap, and limits follow from it`,
        }),
    )
    .default([]),
});

const limits = z.strictObject({
  memory: unit(parseShare, 'a share of the heap (25%)').default('25%'),
  store: unit(parseSize, 'a size (10gb, 500mb)').default('10gb'),
  temp: unit(parseSize, 'a size (1gb, 500mb)').default('1gb'),
  message: unit(parseSize, 'a size (16mb)').optional(),
  connections: z
    .int(otherwise((got) => `${got} is not a whole number`))
    .min(CONNECTIONS.least, {
      error: `at least ${CONNECTIONS.least}: those who have not authenticated may have half of them`,
    })
    .max(CONNECTIONS.most, { error: `at most ${CONNECTIONS.most}` })
    .default(CONNECTIONS.least),
});

const patience = (byDefault: string) =>
  unit(parseDuration, 'a duration (10s, 2m)')
    .refine((value) => (parseDuration(value) ?? 0) >= 1000, {
      error: (i) => `${quoted(i.input)} is too short; at least 1s`,
    })
    .default(byDefault);

const supervisor = z.strictObject({
  enabled: yesOrNo.default(true),
  restarts: z
    .int(otherwise((got) => `${got} is not a whole number`))
    .min(0, { error: 'at least 0' })
    .max(100, { error: 'at most 100' })
    .default(8),
  start: patience('60s'),
  hung: patience('6s'),
  promotion: patience('30s'),
  attach: patience('60s'),
  veto: patience('6s'),
  absent: patience('20s'),
  zookeeper: patience('10s'),
});

/** `mqha.yaml` as a person writes it. Unknown keys are refused: a misspelt one would be ignored in silence. */
export const clusterFile = z.strictObject({
  name: text((value) => NAME.test(value), 'a broker name (letters, digits, "-" and "_")').default(
    DEFAULT_NAME,
  ),
  version: z
    .literal(ACTIVEMQ_VERSION, {
      error: (i) =>
        `${quoted(i.input)} is not a release that mqha runs; it runs "${ACTIVEMQ_VERSION}"`,
    })
    .default(ACTIVEMQ_VERSION),
  replicas: z
    .int(otherwise((got) => `${got} is not a whole number`))
    .min(1, { error: 'at least 1' })
    .max(MAX_NODES, { error: `at most ${MAX_NODES}` }),
  sync: z
    .enum(SYNC_MODES, {
      error: (i) => `${quoted(i.input)} is not a sync mode (${SYNC_MODES.join(', ')})`,
    })
    .default(DEFAULT_SYNC),
  authentication: z
    .enum(['generated', 'none'], {
      error: (i) => `${quoted(i.input)} is neither "generated" nor "none"`,
    })
    .default('generated'),
  users: z.array(user).max(100, { error: 'at most 100 accounts' }).default([]),
  console: yesOrNo.default(false),
  insecureNetwork: yesOrNo.default(false),
  tls: tls.default(false),
  zookeeper,
  store: store.prefault({}),
  java: java.default({ heap: '512m', heapDump: false, options: [] }),
  limits: limits.prefault({}),
  supervisor: supervisor.prefault({}),
  broker: broker.prefault({}),
  nodes: z
    .array(node)
    .min(1, { error: 'there is no node; a cluster has 1 to 9' })
    .max(MAX_NODES, { error: `a cluster has at most ${MAX_NODES} nodes` }),
});

export type ClusterFile = z.infer<typeof clusterFile>;
export type ClusterFileInput = z.input<typeof clusterFile>;
export type SyncMode = (typeof SYNC_MODES)[number];
export type AckMode = (typeof ACK_MODES)[number];

/** One node of the port table, with every default filled in. */
export interface NodeConfig {
  readonly name: string;
  readonly host: string;
  readonly webPort: number;
  readonly messagePort: number;
  readonly replicationHost: string;
  readonly replicationPort: number;
  /** Whether its ports speak TLS: every node of a cluster does, or none. */
  readonly tls: boolean;
  /** What its broker has otherwise than `broker` says of all. */
  readonly broker?: NodeBroker | undefined;
}

/** A cluster as every other part of mqha sees it: valid, with no default left open. */
export interface ClusterConfig {
  readonly name: string;
  readonly version: string;
  readonly replicas: number;
  readonly sync: SyncMode;
  readonly authentication: 'generated' | 'none';
  /** Accounts beside those that every cluster has; in force with `authentication: generated`. */
  readonly users: readonly UserConfig[];
  /** Whether addresses off loopback are wanted although what goes there is in clear text. */
  readonly insecureNetwork: boolean;
  /** How every link is encrypted; undefined where none is. */
  readonly tls?: TlsConfig | undefined;
  /** Whether a master serves the pages of its web console, beside the interface that mqha reads. */
  readonly console: boolean;
  readonly zookeeper: {
    readonly managed: boolean;
    /** `host:port,host:port…`, with the chroot of an ensemble that has one. */
    readonly connect: string;
    readonly servers: readonly { readonly host: string; readonly port: number }[];
    /** Below the chroot that `connect` may end with. */
    readonly path: string;
    /** `generated`: the znodes belong to who knows the cluster's password; `none`: to everybody. */
    readonly authentication: 'generated' | 'none';
    /** Whether its port speaks TLS, and asks for a certificate of the cluster. */
    readonly tls: boolean;
    readonly sessionTimeoutMs: number;
  };
  readonly store: {
    readonly acks: AckMode;
  };
  readonly java: {
    readonly home?: string;
    readonly heapMb: number;
    /** Whether a broker that is out of memory writes its heap before it ends. */
    readonly heapDump: boolean;
    readonly options: readonly string[];
  };
  readonly limits: {
    /** Percent of the heap that messages may fill. */
    readonly memoryPercent: number;
    /** Disk for persistent messages, for each node. */
    readonly storeMb: number;
    /** Disk for messages that are not persistent and do not fit into memory, for each node. */
    readonly tempMb: number;
    /** The largest body of a message. */
    readonly messageMb: number;
    /** The connections of a port for messages, those included that have not authenticated (`maximumConnections`). */
    readonly connections: number;
  };
  readonly broker: BrokerConfig;
  readonly supervisor: SupervisorLimits & { readonly enabled: boolean };
  readonly nodes: readonly NodeConfig[];
}

/** When the supervisor gives up, and how long, in milliseconds, a process that lives may be at fault before it is restarted. */
export interface SupervisorLimits {
  /** How often in a row a process that keeps dying is started again. */
  readonly restarts: number;
  /** Started, and not registered in ZooKeeper yet. */
  readonly startMs: number;
  /** A master that served and does not answer, or any process that is stopped by a signal. */
  readonly hungMs: number;
  /** Elected, and its store not started. */
  readonly promotionMs: number;
  /** Attaching without progress. */
  readonly attachMs: number;
  /** Registered without a position, while the election waits for it. */
  readonly vetoMs: number;
  /** Running, and not registered in ZooKeeper any more. */
  readonly absentMs: number;
  /** The managed ZooKeeper does not answer. */
  readonly zookeeperMs: number;
}
