import type { Layout } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import { readIfThere } from '../lib/files.js';
import { certificatePaths, rendered } from './files.js';
import { certificatesIn, endOf } from './pem.js';

/** When the certificates of a file end. */
export interface CertificateEnd {
  /** A node's name, `zookeeper`, `mqha`, `cluster authority` or `client authority`. */
  readonly who: string;
  /** The first end of them all: what one certificate needs another for ends with that. */
  readonly end: Date;
}

/**
 * When certificates end, as the files of this machine say that processes are started with. What is absent, or cannot be
 * read, is left out: who starts is told of that.
 */
export async function certificateEnds({
  config,
  layout,
}: {
  readonly config: ClusterConfig;
  readonly layout: Layout;
}): Promise<CertificateEnd[]> {
  if (!config.tls) return [];
  const { mqha, clusterAuthority, clientAuthority } = certificatePaths(layout);
  const files: (readonly [string, string])[] = [
    ['cluster authority', clusterAuthority.certificate],
    ['client authority', clientAuthority.certificate],
    ['mqha', mqha.certificate],
    ['zookeeper', rendered(layout.zookeeper)],
    ...config.nodes.map(({ name }) => [name, rendered(layout.node(name))] as const),
  ];
  const ends = await Promise.all(
    files.map(async ([who, file]) => {
      const end = firstEnd((await readIfThere(file).catch(() => undefined)) ?? '');
      return end ? [{ who, end }] : [];
    }),
  );
  return ends.flat();
}

function firstEnd(text: string): Date | undefined {
  try {
    const ends = certificatesIn(text).map(endOf);
    return ends.sort((a, b) => a.getTime() - b.getTime())[0];
  } catch {
    return undefined;
  }
}
