import { throwIfInterrupted, type Cluster } from '../state/cluster.js';
import { MqhaError } from '../lib/errors.js';
import { Deadline, formatDuration, sleep } from '../lib/time.js';
import { statusOf } from '../observe/status-of.js';
import type { ClusterState, ClusterStatus } from '../observe/status.js';

/** What is waited for: a master that lets clients in; all nodes in, every slave attached; a certain master. */
export type WaitedFor = 'serving' | 'attached' | { readonly master: string };

/** The document of `mqha wait --json`. */
export interface WaitResult {
  readonly for: string;
  readonly state: ClusterState;
  readonly master: string | null;
  readonly ms: number;
}

const AGAIN_MS = 200;

/** Whether a cluster is as it is waited for. */
export function isAsWaitedFor(what: WaitedFor, { state, nodes }: ClusterStatus): boolean {
  if (what === 'attached') return state === 'serving';
  return nodes.some(
    ({ accepting, role, name }) =>
      accepting && (what === 'serving' || (role === 'master' && name === what.master)),
  );
}

/** As it is typed. */
export const waitedForText = (what: WaitedFor) =>
  typeof what === 'string' ? what : `master=${what.master}`;

/**
 * Waits until a cluster is so, whoever brings it there. One that is stopped is waited for as well: somebody may be about
 * to start it.
 * @throws MqhaError `timeout`, `interrupted`
 */
export async function waitFor(
  cluster: Cluster,
  what: WaitedFor,
  timeoutMs: number,
): Promise<WaitResult> {
  const began = performance.now();
  const deadline = Deadline.in(timeoutMs);
  for (;;) {
    const status = await statusOf(cluster);
    const { state, master } = status;
    const text = waitedForText(what);
    if (isAsWaitedFor(what, status)) {
      return { for: text, state, master, ms: Math.round(performance.now() - began) };
    }
    throwIfInterrupted(cluster.host, 'nothing was done');
    if (deadline.passed) {
      const [problem] = status.problems;
      throw new MqhaError(
        'timeout',
        `not ${text} after ${formatDuration(timeoutMs)}: the cluster is ${state}, master ${master ?? 'none'}${problem ? `; ${problem.message}` : ''}`,
        { hint: problem?.hint ?? 'See `mqha status`. A longer wait: --timeout.' },
      );
    }
    await sleep(Math.min(AGAIN_MS, deadline.remaining), cluster.host.signal);
  }
}
