import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import {
  certificatePaths,
  type CertificateFiles,
  type CertifiedKey,
} from '../../src/certificates/files.js';
import { newAuthority, newCertificate } from '../../src/certificates/issue.js';
import type { Purpose } from '../../src/certificates/subject.js';
import type { Layout } from '../../src/config/layout.js';
import type { TlsIdentity } from '../../src/lib/dial.js';

const YEAR_MS = 366 * 86_400_000;

/** When a certificate was made that has expired. */
export const LONG_AGO = new Date(Date.now() - 2 * YEAR_MS);

/** An authority, and what it certifies. */
export class Authority {
  readonly own: CertifiedKey;

  constructor(name = 'test', now = new Date(Date.now() - YEAR_MS * 3)) {
    this.own = newAuthority(name, now);
  }

  /** A certificate, by default of a server on loopback. */
  certify({
    hosts = ['127.0.0.1'],
    purposes = ['server', 'client'],
    now = new Date(),
  }: {
    readonly hosts?: readonly string[];
    readonly purposes?: readonly Purpose[];
    readonly now?: Date;
  } = {}): CertifiedKey {
    return newCertificate({ commonName: 'test', hosts, purposes }, this.own, now);
  }

  /** One who shows a certificate, and trusts this authority. */
  identity(shown: CertifiedKey = this.certify({ hosts: [], purposes: ['client'] })): TlsIdentity {
    const { certificate: cert, key } = shown;
    const context = createSecureContext({ cert, key, ca: this.own.certificate });
    return { context: () => context };
  }

  /** Puts mqha's own files below `pki/`. */
  write(layout: Pick<Layout, 'pki'>, shown = this.certify({ hosts: [], purposes: ['client'] })) {
    const { mqha, clusterAuthority } = certificatePaths(layout);
    mkdirSync(dirname(clusterAuthority.certificate), { recursive: true });
    writeFileSync(mqha.certificate, shown.certificate);
    writeFileSync(mqha.key, shown.key);
    writeFileSync(clusterAuthority.certificate, this.own.certificate);
  }
}

/** A certificate and its key, as they are in their files. */
export const pairAt = ({ certificate, key }: CertificateFiles): CertifiedKey => ({
  certificate: readFileSync(certificate, 'utf8'),
  key: readFileSync(key, 'utf8'),
});

/** Who trusts the servers of a cluster, and shows something, or nothing. */
export function identityAt(layout: Pick<Layout, 'pki'>, shown?: CertifiedKey): TlsIdentity {
  const ca = readFileSync(certificatePaths(layout).clusterAuthority.certificate);
  const context = createSecureContext(
    shown ? { ca, cert: shown.certificate, key: shown.key } : { ca },
  );
  return { context: () => context };
}

/** A certificate of a cluster's authority that none of its processes has: its name has made no znode. */
export function certificateOfMember(layout: Pick<Layout, 'pki'>): CertifiedKey {
  const subject = { commonName: 'guest', hosts: [], purposes: ['client'] as const };
  return newCertificate(subject, pairAt(certificatePaths(layout).clusterAuthority), new Date());
}
