import { ZOOKEEPER } from '../../../config/processes.js';
import type { ClusterConfig } from '../../../config/schema.js';
import { CLUSTER, OWN, type CertifiedKey, type Certificates } from '../../../certificates/files.js';
import type { RenderedFile } from '../../rendered-file.js';

/** The authority of applications. */
const CLIENTS = 'client-ca.pem';

/**
 * What processes read of certificates (dev.mqha.launch.Tls; ZooKeeper's own PEM files). A node whose certificate is not here
 * is on another machine, and has its files there.
 */
export function certificateFiles(
  { tls, zookeeper, nodes }: ClusterConfig,
  certificates: Certificates | undefined,
): RenderedFile[] {
  if (!tls || !certificates) return [];
  const { clusterAuthority, clientAuthority } = certificates;
  const filesOf = (directory: string, own: CertifiedKey | undefined): RenderedFile[] =>
    own
      ? [
          { path: `${directory}/${OWN}`, content: joined(own.key, own.certificate), secret: true },
          { path: `${directory}/${CLUSTER}`, content: joined(clusterAuthority), secret: false },
        ]
      : [];
  return [
    ...nodes.flatMap(({ name }) => {
      const own = certificates.nodes[name];
      const directory = `nodes/${name}/conf`;
      const clients = {
        path: `${directory}/${CLIENTS}`,
        content: joined(clientAuthority),
        secret: false,
      };
      return own ? [...filesOf(directory, own), clients] : [];
    }),
    ...(zookeeper.managed && zookeeper.tls
      ? filesOf(`${ZOOKEEPER}/conf`, certificates.zookeeper)
      : []),
  ];
}

const joined = (...pems: readonly string[]) => pems.map((pem) => `${pem.trimEnd()}\n`).join('');
