import type { ClientOptions } from '../clients/brokers.js';
import { webEndpoint } from '../config/endpoints.js';
import type { Cluster } from '../state/cluster.js';
import { toStatus } from '../observe/to-status.js';
import { observe } from '../observe/observe.js';
import type { ClusterStatus } from '../observe/status.js';
import { queueDepths } from '../clients/management/destinations.js';
import type { Console } from '../clients/management/jolokia.js';
import type { Deadline } from '../lib/time.js';
import { sleep } from '../lib/time.js';
import type { Random } from './random.js';
import type { DrillRecord } from '../state/drill-record.js';
import type { TimelineRecorder } from './timeline/timeline-recorder.js';

/** What a drill was told. */
export interface DrillOptions {
  /** Names of scenarios, each once. */
  readonly scenarios: readonly string[];
  /** Names of workloads, each once; `queue` by default. */
  readonly workloads?: readonly string[];
  readonly rounds: number;
  /** Messages per second of all clients; undefined: as fast as they are acknowledged. */
  readonly rate: number | undefined;
  readonly clients: number;
  /** The load of a round runs at least so long. */
  readonly durationMs: number;
  readonly seed: number;
  /** With the supervisor, without, or one after the other; by default both where one runs. */
  readonly supervisor: 'with' | 'without' | 'both' | undefined;
  /** How long the cluster may take to be whole again after a fault. */
  readonly limitMs: number;
}

/** What every part of a drill stands on. */
export interface DrillContext {
  /** Its use cases end when the user interrupts. */
  readonly cluster: Cluster;
  /** The same cluster for what has to be done even then. */
  readonly calm: Cluster;
  readonly record: DrillRecord;
  readonly client: ClientOptions;
  readonly options: DrillOptions;
  readonly random: Random;
  /** What the bodies of this drill begin with. */
  readonly run: string;
  /** How many messages the master counts in a queue and does not give; see Drained. */
  readonly undeliverable: Map<string, number>;
  /** The bodies that were sent in the rounds before. */
  readonly earlier: Set<string>;
  /** Lets a timeline recorder hear what use cases do, until the returned function is called. */
  readonly listen: (recorder: TimelineRecorder) => () => void;
  /** The number of the first of so many clients, which nobody else of this drill has. */
  readonly numberClients: (count: number) => number;
}

const ASK_MS = 2000;
const PAUSE_MS = 100;
/** What recovers may fall once more: it must stay as it is for so long. */
const HELD_MS = 500;

/** One look at the cluster. */
export async function look({ calm }: Pick<DrillContext, 'calm'>) {
  return toStatus(calm, await observe(calm));
}

/**
 * Whether every node runs and does its part. A node that was killed a moment ago counts as attached
 * until the master and ZooKeeper have noticed.
 */
export function isWhole({ state, nodes }: ClusterStatus): boolean {
  return state === 'serving' && nodes.every((node) => node.process !== 'stopped');
}

/** The console of the master; undefined where nobody is. */
export function consoleOf(cluster: Cluster, status: ClusterStatus): Console | undefined {
  const node = cluster.config.nodes.find(({ name }) => name === status.master);
  return node && { ...webEndpoint(node, cluster.tls), account: cluster.account };
}

/** How many messages the master counts in a queue; undefined where it cannot be asked. */
export async function depthOf(
  context: Pick<DrillContext, 'calm'>,
  queue: string,
): Promise<number | undefined> {
  const jolokia = consoleOf(context.calm, await look(context));
  if (!jolokia) return undefined;
  try {
    const queues = await queueDepths(jolokia, ASK_MS);
    return queues.find(({ name }) => name === queue)?.messages ?? 0;
  } catch {
    return undefined;
  }
}

/**
 * Waits until the cluster serves with every slave attached and stays so.
 * @returns since when it is so, Date.now(); undefined where the time ran out or the signal was aborted
 */
export async function untilWhole(
  context: Pick<DrillContext, 'calm'>,
  deadline: Deadline,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let since: number | undefined;
  for (;;) {
    const at = Date.now();
    since = isWhole(await look(context)) ? (since ?? at) : undefined;
    if (since !== undefined && Date.now() - since >= HELD_MS) return since;
    if (deadline.passed || signal?.aborted === true) return undefined;
    await sleep(PAUSE_MS, signal);
  }
}
