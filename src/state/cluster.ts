import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterConfig } from '../config/schema.js';
import type { Layout } from '../config/layout.js';
import { configOf, lastConfigOf } from '../config/kept.js';
import type { Account } from '../clients/brokers.js';
import { withAbsoluteCache } from '../distribution/cache-root.js';
import { MqhaError } from '../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../lib/files.js';
import { Journal } from './journal/journal.js';
import type { NodeAgent } from '../agents/agent.js';
import { localAgent } from '../agents/local/local-agent.js';
import { acquireLock, type Lock, type LockPlace } from '../agents/local/lock.js';
import { ProcessRegistry } from '../agents/local/registry.js';
import { systemProcesses, type ProcessTable } from '../agents/local/table.js';
import type { Coordination } from '../stores/coordination.js';
import { replicatedLevelDb } from '../stores/replicated-leveldb/index.js';
import type { Store } from '../stores/store.js';
import type { Deadline } from '../lib/time.js';
import type { ProcessInfo } from '../agents/process.js';
import { asMet, asReached } from '../stores/settings.js';
import { identityOf } from '../certificates/identity.js';
import type { TlsIdentity } from '../lib/dial.js';
import { Connections } from './connections.js';
import type { Emit } from './progress.js';
import { findIdentity, type FoundIdentity } from './found-identity.js';
import { isCopied, layoutAt, movedError, readCredentials } from './identity.js';

/** What every use case needs from the world around it. */
export interface Host {
  readonly env: NodeJS.ProcessEnv;
  readonly processes: ProcessTable;
  /** The door to this machine, for a cluster whose processes are recorded there. */
  readonly agentFor: (registry: ProcessRegistry) => NodeAgent;
  /** What is open to clusters; whoever has made the host closes them in the end. */
  readonly connections: Connections;
  readonly emit: Emit;
  /** Aborted when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** How this program was called, for whoever waits for its lock. */
  readonly command: string;
  readonly now: () => Date;
}

/**
 * The machine this program runs on. A long-lived program calls `connections.close()` of it when it is done with its
 * clusters; what is open keeps no process alive.
 */
export function thisHost(options: {
  readonly env?: NodeJS.ProcessEnv;
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
  readonly command?: string;
}): Host {
  return {
    env: withAbsoluteCache(options.env ?? process.env),
    processes: systemProcesses(),
    agentFor: localAgent,
    connections: new Connections(),
    emit: options.emit ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
    command: options.command ?? 'mqha',
    now: () => new Date(),
  };
}

/** A cluster directory that was read and checked. */
export interface Cluster {
  readonly config: ClusterConfig;
  /** The configuration is that of the rendered files, and not of mqha.yaml (asRendered()). */
  readonly isAsRendered?: true;
  readonly layout: Layout;
  /** Empty for a cluster that was never rendered; then none of its processes can run. */
  readonly id: string;
  /** Set where the file that should say the id is gone or damaged, and what runs says it. */
  readonly foundIdentity?: FoundIdentity | undefined;
  /** The records of its processes on this machine. */
  readonly registry: ProcessRegistry;
  /** The agent of this machine; agentOf() says whose machine it is. */
  readonly here: NodeAgent;
  /** What is run. */
  readonly store: Store;
  /** What decides who is master; shared by all who opened this cluster with the same host. */
  readonly coordination: Coordination;
  /** What happened to it, as mqha and its supervisor saw it. */
  readonly journal: Journal;
  /** What mqha proves by who it is where links are encrypted. */
  readonly tls: TlsIdentity;
  /** The account of mqha itself, for the message port and the web port; undefined with `authentication: none`. */
  readonly account: Account | undefined;
  /** There is none although there is to be one: it was never made, or its file is gone. */
  readonly lacksAccount?: true;
  /** Applications may know the password of mqha's own account: it was the only one once. */
  readonly sharesAccount?: true;
  readonly host: Host;
}

/**
 * Reads the cluster in a directory.
 * @param options `account`: false for what only ends processes: neither a damaged account nor an mqha.yaml that is not
 *   valid may keep it from that; `rendered`: the configuration of the rendered files, instead of mqha.yaml
 * @throws MqhaError `config-invalid`, `state-damaged`, `no-cluster`, `untrusted-directory`
 */
export async function openCluster(
  directory: string,
  host: Host,
  {
    account = true,
    rendered,
  }: { readonly account?: boolean; readonly rendered?: ClusterConfig | undefined } = {},
): Promise<Cluster> {
  const layout = layoutAt(directory);
  const configured = () =>
    account
      ? configOf(layout)
      : lastConfigOf(layout, (reason) => {
          const message = `${reason}; going on with what it said when it was valid last`;
          host.emit({ type: 'warning', message });
        });
  const config = rendered ?? (await configured());
  const found = await findIdentity(layout, host.processes);
  const id = found.identity?.id ?? '';
  const credentials =
    account && config.authentication === 'generated' ? await readCredentials(layout) : undefined;
  const store = replicatedLevelDb;
  const tls = identityOf(layout);
  const registry = new ProcessRegistry(layout.state, id === '' ? 'none' : id, host.processes);
  return {
    config,
    ...(rendered ? { isAsRendered: true as const } : {}),
    layout,
    id,
    store,
    tls,
    coordination: host.connections.coordinationOf(store, config, layout, tls),
    ...(found.damage === undefined ? {} : { foundIdentity: found }),
    registry,
    here: host.agentFor(registry),
    journal: new Journal(layout.state),
    ...(account && config.authentication === 'generated' && !credentials
      ? { lacksAccount: true as const }
      : {}),
    ...(credentials?.shared === true ? { sharesAccount: true as const } : {}),
    account: credentials && { username: credentials.username, password: credentials.password },
    host,
  };
}

/**
 * A cluster by the name, the path and the transport by which its running brokers have found one another.
 * @param running its processes
 */
export function asRunning(cluster: Cluster, running: Iterable<ProcessInfo>): Cluster {
  const { store, host, layout } = cluster;
  const config = asMet(
    cluster.config,
    [...running].map(({ argv }) => argv),
  );
  if (config === cluster.config) return cluster;
  return {
    ...cluster,
    config,
    coordination: host.connections.coordinationOf(store, config, layout, cluster.tls),
  };
}

/**
 * A cluster as its clients reach it: by the addresses and the transport with which its brokers run, and by the name and
 * path under which they have found one another. mqha.yaml may have been edited since they were started.
 */
export async function asServed(cluster: Cluster): Promise<Cluster> {
  const running = await cluster.registry.findAll(cluster.config.nodes.map(({ name }) => name));
  return { ...asRunning(cluster, running.values()), config: asReached(cluster.config, running) };
}

/** @throws MqhaError `cluster-moved` where the directory is not where it was rendered */
export async function refuseIfMoved(cluster: Cluster): Promise<void> {
  const { identity } = await findIdentity(cluster.layout, cluster.host.processes);
  const moved = identity && movedError(cluster.layout, identity);
  if (moved) throw moved;
}

/**
 * Before anything is done to processes: those that a copied directory knows are those of the one it was copied from.
 * @throws MqhaError `cluster-moved` where the directory is a copy
 */
export async function refuseIfCopied({ layout, host }: Cluster): Promise<void> {
  const { identity } = await findIdentity(layout, host.processes);
  const moved = identity && isCopied(layout, identity) && movedError(layout, identity);
  if (moved) throw moved;
}

/** Who changes a cluster holds it. */
export function clusterLock({ state, directory }: Layout): LockPlace {
  return { at: join(state, 'lock'), of: directory };
}

/**
 * Does something with the cluster's lock held: one writer at a time.
 * @throws MqhaError `locked` where another mqha does not let go before the deadline, `interrupted`
 */
export async function withLock<T>(
  layout: Layout,
  host: Host,
  deadline: Deadline,
  work: () => Promise<T>,
): Promise<T> {
  // A cluster that was removed must not come back.
  if (existsSync(layout.file)) await ensureDirectory(layout.state, SECRET_DIRECTORY);
  const lock: Lock = await acquireLock(clusterLock(layout), {
    command: host.command,
    deadline,
    signal: host.signal,
    onWait: (holder) => {
      host.emit({ type: 'waiting-for-lock', holder });
    },
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** @throws MqhaError `interrupted` (exit code 130) once the user has pressed Ctrl-C */
export function throwIfInterrupted(host: Host, left: string): void {
  if (!host.signal.aborted) return;
  throw new MqhaError('interrupted', `interrupted; ${left}`, {
    hint: 'Run the command again to go on, or `mqha down` to stop everything.',
  });
}
