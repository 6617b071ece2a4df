import type { LaunchPlan } from '../agents/launch-plan.js';
import type { ProcessDirectories } from '../config/layout.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import type { Endpoint, TlsIdentity } from '../lib/dial.js';
import type { Deadline } from '../lib/time.js';
import type { AttachmentLog } from './attachment.js';
import type { Coordination } from './coordination.js';
import type { Credentials, RenderedFile } from './rendered-file.js';
import type { StoreFiles } from './store-files.js';

/** What of mqha.yaml says where a cluster is coordinated. */
export type CoordinationSettings = Pick<ClusterConfig, 'name' | 'zookeeper'>;

/** A process that is run for a cluster: a broker, or the managed server that coordinates them. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind: 'broker' | 'coordinator';
}

/** What a process is launched with, beside its own configuration. */
export interface Runtime {
  /** The java executable. */
  readonly java: string;
  /** The unpacked distribution (ACTIVEMQ_HOME). */
  readonly home: string;
  readonly classPath: readonly string[];
  /** Options that depend on the JVM: the data of its classes, and what lets it sleep. */
  readonly jvmOptions: readonly string[];
}

/** Whose process is to be launched, and where. */
export interface LaunchTarget {
  /** With the `replicas` that this process is to have. */
  readonly config: ClusterConfig;
  readonly clusterId: string;
  readonly directories: ProcessDirectories;
  /** Whether brokers may run that do not know the cluster's password at what coordinates them. */
  readonly mixed?: boolean;
}

/** The limits of a server of ZooKeeper, in milliseconds and connections of one address (0: without a limit). */
export interface CoordinatorLimits {
  /** `host:port` */
  readonly server: string;
  /** `silent`: no answer; `closed`: it does not answer this question. */
  readonly state: 'read' | 'silent' | 'closed';
  readonly minSessionMs?: number;
  readonly maxSessionMs?: number;
  readonly maxConnections?: number;
}

/** What is run: the door through which the rest of mqha comes to a kind of store. */
export interface Store {
  readonly kind: 'replicated-leveldb';
  /** The processes of these nodes, and those that they need, which come first and start first. */
  services(config: ClusterConfig, nodes: readonly NodeConfig[]): readonly ServiceSpec[];
  /** How a process is launched. */
  command(service: ServiceSpec, target: LaunchTarget, runtime: Runtime): LaunchPlan;
  /**
   * Every file that follows from mqha.yaml, read back and compared with it.
   * @param sizes the `replicas` of nodes that are to have others than mqha.yaml says
   * @param running replication addresses of brokers that run, which may be others than mqha.yaml says
   * @throws MqhaError `render-mismatch`
   */
  render(
    config: ClusterConfig,
    credentials: Credentials,
    sizes: Readonly<Record<string, number>> | undefined,
    running?: readonly Endpoint[],
  ): Promise<readonly RenderedFile[]>;
  /** Whether the managed server that coordinates the brokers says before the deadline that it serves. */
  isCoordinatorServing(
    settings: CoordinationSettings,
    identity: TlsIdentity,
    deadline: Deadline,
  ): Promise<boolean>;
  /** What each server that coordinates the brokers says before the deadline of its limits. */
  coordinatorLimits(
    settings: CoordinationSettings,
    identity: TlsIdentity,
    deadline: Deadline,
  ): Promise<readonly CoordinatorLimits[]>;
  /**
   * What decides which node is master. Nothing is opened before it is asked.
   * @param password the cluster's there, whenever a connection is opened; undefined where it has none, or none that can
   *   be read
   * @param identity of mqha, where it is coordinated over TLS
   */
  coordination(
    settings: CoordinationSettings,
    password: () => Promise<string | undefined>,
    identity: TlsIdentity,
  ): Coordination;
  /** What a node has on disk. */
  readonly files: StoreFiles;
  /**
   * Follows how a slave stands to its master by its own log.
   * @param markOf how long the log was when the process was launched, in bytes; undefined where that is not known (yet)
   */
  attachmentLog(logDirectory: string, markOf: () => Promise<number | undefined>): AttachmentLog;
  /**
   * The node ids of the slaves that are attached, from the log of a master on this machine; undefined where it does not tell.
   * @param mark how long the log was when the process was launched, in bytes
   */
  attachedByLog(logDirectory: string, mark: number): Promise<ReadonlySet<string> | undefined>;
}
