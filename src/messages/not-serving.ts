import { MqhaError } from '../lib/errors.js';
import type { Cluster } from '../state/cluster.js';
import { standstills } from '../observe/conditions/fullness.js';
import type { ClusterStatus } from '../observe/status.js';
import { statusOf } from '../observe/status-of.js';

/**
 * The error for a client that nobody served.
 * @param what was not done, and how long it was tried
 * @param refusal what a broker said that let the client in not
 * @returns MqhaError `client-refused`, `senders-blocked`, `connections-full` or `not-serving`
 */
export async function noService(
  cluster: Cluster,
  what: string,
  refusal: string | undefined,
): Promise<MqhaError> {
  const status = await statusOf(cluster);
  // One that is full hangs up, which looks like a refusal.
  if (refusal !== undefined && !status.problems.some(({ code }) => code === 'connections-full')) {
    return new MqhaError('client-refused', `${what}: a broker refuses clients (${refusal})`, {
      hint: 'See `mqha logs` of that node; `mqha status` shows the cluster.',
    });
  }
  return notServing(status, what);
}

/**
 * @param what was not done
 * @returns MqhaError `senders-blocked` where a master serves and holds senders back, `connections-full` where it lets
 *   no other client in, else `not-serving`
 */
export function notServing({ state, master, problems }: ClusterStatus, what: string): MqhaError {
  const [blocked] = standstills(problems);
  if (blocked) {
    return new MqhaError('senders-blocked', `${what}: ${blocked.message}`, { hint: blocked.hint });
  }
  if (state === 'stopped') {
    return new MqhaError('not-serving', `${what}: the cluster is stopped`, {
      hint: 'Start it with `mqha up`, and run the command again.',
    });
  }
  const full = problems.find(({ code }) => code === 'connections-full');
  if (full) {
    return new MqhaError('connections-full', `${what}: ${full.message}`, { hint: full.hint });
  }
  const who = master === null ? '' : `, master ${master}`;
  return new MqhaError('not-serving', `${what}: the cluster is ${state}${who}`, {
    hint: 'See `mqha status`; `mqha up` starts what is missing.',
  });
}
