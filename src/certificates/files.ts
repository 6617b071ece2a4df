import { join } from 'node:path';
import type { Layout } from '../config/layout.js';

/** Where a certificate is, with those between it and its authority, leaf first, and where its key is; both PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The files below `pki/`. */
export interface CertificatePaths {
  /** Certifies brokers, ZooKeeper and mqha itself. Its key is there only where mqha has made it. */
  readonly clusterAuthority: CertificateFiles;
  /** Certifies applications. */
  readonly clientAuthority: CertificateFiles;
  readonly zookeeper: CertificateFiles;
  readonly mqha: CertificateFiles;
  node(name: string): CertificateFiles;
  client(name: string): CertificateFiles;
}

/** Where the certificates of a cluster are. */
export function certificatePaths({ pki }: Pick<Layout, 'pki'>): CertificatePaths {
  const at = (...names: string[]): CertificateFiles => {
    const base = join(pki, ...names);
    return { certificate: `${base}.pem`, key: `${base}.key` };
  };
  return {
    clusterAuthority: at('authorities', 'cluster'),
    clientAuthority: at('authorities', 'client'),
    zookeeper: at('zookeeper'),
    mqha: at('mqha'),
    node: (name) => at('nodes', name),
    client: (name) => at('clients', name),
  };
}
