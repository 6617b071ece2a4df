import type { X509Certificate } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { nameOf, namesOf } from '../../certificates/faults.js';
import { certificatePaths } from '../../certificates/files.js';
import { certificatesIn, endOf } from '../../certificates/pem.js';
import { wantedCertificates } from '../../certificates/subject.js';
import { usageError } from '../../lib/errors.js';
import { readIfThere } from '../../lib/files.js';
import { outOfReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';

const DAY_MS = 86_400_000;

/** The document of `mqha certs show --json`; no key is in it. */
export interface CertificateList {
  readonly certificates: readonly ShownCertificate[];
}

/** One certificate of `pki/`. */
export interface ShownCertificate {
  /** A node's name, `zookeeper`, `mqha`, an application's name, or `cluster` and `client` of the authorities. */
  readonly name: string;
  readonly kind: 'authority' | 'node' | 'zookeeper' | 'mqha' | 'client';
  /** Relative to the cluster directory. */
  readonly file: string;
  /** The subject of who has certified it; null where it is not there, or cannot be read. */
  readonly authority: string | null;
  /** Host names and addresses that it proves. */
  readonly names: string;
  /** ISO time. */
  readonly notAfter: string | null;
  /** Whole days; negative once it has ended. */
  readonly daysLeft: number | null;
  /**
   * `missing`: not there, or unreadable; `elsewhere`: not there, and needed on another machine alone; `not-yet`: it
   * begins to count later, or this machine's clock is behind.
   */
  readonly state: 'valid' | 'not-yet' | 'expired' | 'missing' | 'elsewhere';
}

/** @throws MqhaError `no-tls` */
export function refuseWithoutTls({ config }: Cluster): void {
  if (config.tls) return;
  throw usageError(
    'no-tls',
    'this cluster has no certificates: tls is false',
    'Set `tls: true` in mqha.yaml, and run `mqha down` and then `mqha up`.',
  );
}

/** The certificates of a cluster, as they are in `pki/`. @throws MqhaError `no-tls`, `no-permission` */
export async function showCertificates(cluster: Cluster): Promise<CertificateList> {
  refuseWithoutTls(cluster);
  const { layout, config } = cluster;
  const paths = certificatePaths(layout);
  const files: Pick<ShownCertificate, 'name' | 'kind' | 'file'>[] = [
    { name: 'cluster', kind: 'authority', file: paths.clusterAuthority.certificate },
    { name: 'client', kind: 'authority', file: paths.clientAuthority.certificate },
    ...wantedCertificates(layout, config).map(({ who, kind, files: { certificate } }) => {
      return { name: who, kind, file: certificate };
    }),
    ...(await clientNames(cluster)).map((name) => {
      return { name, kind: 'client' as const, file: paths.client(name).certificate };
    }),
  ];
  const elsewhere = outOfReach(cluster, config.nodes, 'files').map(({ name }) => name);
  const now = cluster.host.now().getTime();
  const shown = files.map(async (one) => {
    const lacking = one.kind === 'node' && elsewhere.includes(one.name) ? 'elsewhere' : 'missing';
    const what = await look(one.file, lacking, now);
    return { ...one, file: relative(layout.directory, one.file), ...what };
  });
  return { certificates: await Promise.all(shown) };
}

/** The applications that have a certificate. */
async function clientNames({ layout }: Cluster): Promise<string[]> {
  const found = await readdir(join(layout.pki, 'clients')).catch(() => []);
  return found
    .filter((name) => name.endsWith('.pem'))
    .map((name) => name.slice(0, -4))
    .sort();
}

async function look(file: string, lacking: 'missing' | 'elsewhere', now: number) {
  const text = await readIfThere(file);
  const nothing = { authority: null, names: '', notAfter: null, daysLeft: null, state: lacking };
  if (text === undefined) return nothing;
  try {
    const [leaf] = certificatesIn(text);
    if (!leaf) return nothing;
    const end = endOf(leaf);
    return {
      authority: nameOf({ subject: leaf.issuer }),
      names: leaf.subjectAltName === undefined ? '' : namesOf(leaf),
      notAfter: end.toISOString(),
      daysLeft: Math.floor((end.getTime() - now) / DAY_MS),
      state: stateOf(leaf, now),
    };
  } catch {
    return nothing;
  }
}

function stateOf(certificate: X509Certificate, now: number): ShownCertificate['state'] {
  if (endOf(certificate).getTime() <= now) return 'expired';
  return Date.parse(certificate.validFrom) > now ? 'not-yet' : 'valid';
}
