import { Deadline } from '../lib/time.js';
import { areClosed, closeZnodes } from '../operations/close-znodes.js';
import type { Cluster } from '../state/cluster.js';

/** How often it is tried while they are open, and how often it is looked at whether they still are closed. */
const OPEN_MS = 3000;
const CLOSED_MS = 60_000;

const ANSWER_MS = 1500;

/**
 * Closes a cluster's znodes to others as soon as no broker needs them open: those of an earlier mqha are replaced one by
 * one, also by the supervisor, when they die.
 */
export class ZnodeAccess {
  #next = -Infinity;

  /** Whether something may be to be done. */
  get isDue(): boolean {
    return performance.now() >= this.#next;
  }

  /** What fails is tried again. */
  async close(cluster: Cluster): Promise<void> {
    this.#next = performance.now() + OPEN_MS;
    const isDone = await this.#close(cluster).catch(() => false);
    if (isDone) this.#next = performance.now() + CLOSED_MS;
  }

  async #close(cluster: Cluster): Promise<boolean> {
    const { coordination, config } = cluster;
    if (config.zookeeper.authentication === 'none') return true;
    const { state } = await coordination.protection(Deadline.in(ANSWER_MS));
    if (state === 'closed') return true;
    return areClosed(await closeZnodes(cluster, Deadline.in(ANSWER_MS)));
  }
}
