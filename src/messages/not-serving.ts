import { MqhaError } from '../lib/errors.js';
import type { Cluster } from '../state/cluster.js';
import { standstills } from '../observe/conditions/fullness.js';
import { isOfCertificates } from '../observe/conditions/link-conditions.js';
import type { ClusterStatus } from '../observe/status.js';
import { statusOf } from '../observe/status-of.js';

/**
 * The error for a client that nobody served.
 * @param what was not done, and how long it was tried
 * @param refusal what a broker said that let the client in not
 * @returns MqhaError `certificates-missing`, `certificate-refused`, `client-refused`, `senders-blocked`,
 *   `connections-full` or `not-serving`
 */
export async function noService(
  cluster: Cluster,
  what: string,
  refusal: string | undefined,
): Promise<MqhaError> {
  const status = await statusOf(cluster);
  const unseen = certificatesOf(status, what);
  if (unseen) return unseen;
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
 * @returns MqhaError `certificates-missing` or `certificate-refused` where nobody can be asked for that,
 *   `senders-blocked` where a master serves and holds senders back, `connections-full` where it lets no other client in,
 *   else `not-serving`
 */
export function notServing(status: ClusterStatus, what: string): MqhaError {
  const { state, master, problems } = status;
  const unseen = certificatesOf(status, what);
  if (unseen) return unseen;
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

/** The error where brokers cannot be asked over TLS. */
function certificatesOf({ problems }: ClusterStatus, what: string): MqhaError | undefined {
  for (const { code, message, hint } of problems) {
    if (isOfCertificates(code)) return new MqhaError(code, `${what}: ${message}`, { hint });
  }
  return undefined;
}
