import type { CertificateEnd } from '../../certificates/ends.js';
import type { Cluster } from '../../state/cluster.js';
import type { Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { problem } from './condition.js';

const DAY_MS = 86_400_000;

/** How long before its end a certificate is spoken of. */
export const WARN_DAYS = 30;

/** Certificates that have ended, or end soon; said once of those with one end. */
export function certificateProblems(
  { config, host }: Pick<Cluster, 'config' | 'host'>,
  seen: Observation,
): StatusProblem[] {
  const now = host.now().getTime();
  const soon = (valueOf(seen.certificates) ?? []).filter(
    ({ end }) => end.getTime() - now < WARN_DAYS * DAY_MS,
  );
  const byDay = new Map<string, CertificateEnd[]>();
  for (const one of soon) {
    const key = `${one.end.toISOString().slice(0, 10)} ${one.end.getTime() <= now}`;
    byDay.set(key, [...(byDay.get(key) ?? []), one]);
  }
  return [...byDay.values()].map((alike) => {
    const [first] = alike;
    const end = first?.end ?? new Date(now);
    const names = alike.map(({ who }) => who);
    const nodes = config.nodes.map(({ name }) => name);
    const node = names.length === 1 && nodes.includes(names[0] ?? '') ? (names[0] ?? null) : null;
    const which = `the ${names.length === 1 ? 'certificate' : 'certificates'} of ${names.join(', ')}`;
    const hint = hintOf(config.tls?.certificates === 'own', names);
    if (end.getTime() <= now) {
      const message = `${which} expired at ${end.toISOString()}: others refuse connections with it`;
      return problem('error', 'certificate-expired', node, message, hint);
    }
    const days = Math.floor((end.getTime() - now) / DAY_MS);
    const when = days === 0 ? 'within a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
    const message = `${which} ${names.length === 1 ? 'expires' : 'expire'} ${when} (${end.toISOString()})`;
    return problem('warning', 'certificate-expires', node, message, hint);
  });
}

function hintOf(isOwn: boolean, names: readonly string[]): string {
  if (isOwn)
    return 'Put others into pki/, and run `mqha certs renew`, which takes them into use node by node.';
  return names.some((name) => name.endsWith(' authority'))
    ? 'An authority is replaced while the cluster is stopped: `mqha down`, remove pki/, `mqha up`; see docs/certificates.md.'
    : 'Run `mqha certs renew`, which restarts node by node.';
}
