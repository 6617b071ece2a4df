import { join } from 'node:path';
import type { Layout, ProcessDirectories } from '../config/layout.js';

/** A certificate with those of the authorities between it and the one that is trusted, leaf first, and its key (PKCS #8): both PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** What the processes of a cluster prove by that they belong to it, and whom they take for one of theirs; PEM. */
export interface Certificates {
  /** The authority of brokers, ZooKeeper and mqha itself; several one after the other while it is replaced. */
  readonly clusterAuthority: string;
  /** That of applications: what it has certified is no member. */
  readonly clientAuthority: string;
  /** Of nodes by name; those of other machines may be absent. */
  readonly nodes: Readonly<Record<string, CertifiedKey>>;
  /** Of the managed ZooKeeper; undefined where it is on another machine, or there is none. */
  readonly zookeeper?: CertifiedKey | undefined;
}

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
  readonly node: (name: string) => CertificateFiles;
  readonly client: (name: string) => CertificateFiles;
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

/**
 * What a broker, or ZooKeeper, is started with: key, certificate and those between it and the authority, in one file, since
 * what replaces it is whole, or was not written.
 */
export const OWN = 'tls.pem';

/** The authority of members, beside it. */
export const CLUSTER = 'cluster-ca.pem';

/** Where OWN is. */
export const rendered = ({ conf }: ProcessDirectories): string => join(conf, OWN);
