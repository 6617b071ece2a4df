import { isLoopback } from '../config/exposure.js';
import type { Layout } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import { certificatePaths, type CertificateFiles } from './files.js';

/** What a certificate may be shown for: to clients by a server, to servers by a client. */
export type Purpose = 'server' | 'client';

/** Whom a certificate is for. */
export interface Subject {
  /** For persons; what a server is proven by stands in `hosts`. At most 64 characters. */
  readonly commonName: string;
  /** Host names and IPv4 addresses. */
  readonly hosts: readonly string[];
  readonly purposes: readonly Purpose[];
}

/** A certificate that a cluster needs. */
export type Wanted = {
  /** Whose it is: a node's name, `zookeeper`, `mqha`. */
  readonly who: string;
  readonly files: CertificateFiles;
  readonly subject: Subject;
} & (
  | { readonly kind: 'mqha' }
  /** `host`: where it is needed; that of mqha is needed on every machine. */
  | { readonly kind: 'zookeeper' | 'node'; readonly host: string }
);

/** The certificates by the cluster's own authority that a cluster needs, by what mqha.yaml says. */
export function wantedCertificates(layout: Layout, config: ClusterConfig): Wanted[] {
  const paths = certificatePaths(layout);
  const { managed, servers, tls } = config.zookeeper;
  const [server] = managed && tls ? servers : [];
  const nodes = config.nodes.map(({ name, host, replicationHost }): Wanted => {
    const subject = subjectOf(name, [host, replicationHost], ['server', 'client']);
    return { kind: 'node', who: name, files: paths.node(name), subject, host };
  });
  const mqha: Wanted = {
    kind: 'mqha',
    who: 'mqha',
    files: paths.mqha,
    subject: subjectOf('mqha', [], ['client']),
  };
  if (!server) return [mqha, ...nodes];
  const { host } = server;
  const subject = subjectOf('zookeeper', [host], ['server', 'client']);
  return [
    mqha,
    { kind: 'zookeeper', who: 'zookeeper', files: paths.zookeeper, subject, host },
    ...nodes,
  ];
}

/** One that listens on loopback is reached there by whatever name. */
function subjectOf(
  commonName: string,
  hosts: readonly string[],
  purposes: readonly Purpose[],
): Subject {
  const local = hosts.some(isLoopback) ? ['localhost', '127.0.0.1'] : [];
  return { commonName, hosts: [...new Set([...hosts, ...local])], purposes };
}
