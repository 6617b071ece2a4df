import { MqhaError } from '../../lib/errors.js';
import { sleep, type Deadline } from '../../lib/time.js';
import type { Cluster } from '../../state/cluster.js';
import { toStatus } from '../../observe/to-status.js';
import { observe } from '../../observe/observe.js';
import type { ClusterStatus } from '../../observe/status.js';
import { BrokerEnded, watchCluster, type Started } from './watch.js';

/** How long the others of a node that cannot start may take to elect one of them. */
const SUCCESSOR_MS = 20_000;
const PAUSE_MS = 200;

/** What is watched until it is as wanted. */
export interface StartWatch {
  readonly cluster: Cluster;
  readonly deadline: Deadline;
  /** The names of what runs and stays, for messages. */
  readonly running: readonly string[];
  readonly until: (status: ClusterStatus) => boolean;
}

/**
 * Watches a start, and starts a broker once more that has found damage in its store which a look from outside does not:
 * its store is set aside then, where other copies are whole.
 * @param again launches what does not run, and returns what that was
 * @throws MqhaError of watchCluster() and of `again`
 */
export async function watchStart(
  watch: StartWatch,
  first: readonly Started[],
  again: () => Promise<readonly Started[]>,
): Promise<ClusterStatus> {
  const { cluster } = watch;
  const tried = new Set<string>();
  let started = first;
  for (;;) {
    try {
      return await watchCluster(cluster, { ...watch, started });
    } catch (error) {
      if (!(error instanceof BrokerEnded) || error.record.code !== 'store-damaged') throw error;
      const { node } = error;
      if (tried.has(node)) throw error;
      tried.add(node);
      const message = `${node} ended: ${error.record.message}; it is started once more`;
      cluster.host.emit({ type: 'warning', message });
      const others = started.filter(({ name }) => name !== node);
      started = [...others, ...(await launchAgain(watch, again))];
    }
  }
}

/** Where the other copies do not tell that they are enough, a master that serves from one of them does. */
async function launchAgain(
  watch: StartWatch,
  again: () => Promise<readonly Started[]>,
): Promise<readonly Started[]> {
  try {
    return await again();
  } catch (error) {
    const isRefused = error instanceof MqhaError && error.code === 'store-damaged';
    if (!isRefused || !(await othersElect(watch))) throw error;
    return again();
  }
}

async function othersElect({ cluster, deadline }: StartWatch): Promise<boolean> {
  const limit = deadline.within(SUCCESSOR_MS);
  for (;;) {
    const { nodes, quorum } = toStatus(cluster, await observe(cluster));
    if (nodes.some(({ role }) => role === 'master')) return true;
    const living = nodes.filter((node) => node.process !== 'stopped').length;
    if (living < quorum || limit.passed) return false;
    await sleep(PAUSE_MS, cluster.host.signal);
  }
}
