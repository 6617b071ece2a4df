import { existsSync } from 'node:fs';
import { certificatePaths, type Certificates } from '../../certificates/files.js';
import { MqhaError } from '../../lib/errors.js';
import { withinReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import { speaksTls } from '../../stores/settings.js';

/** Makes what is missing of the certificates, where links are encrypted. @throws MqhaError `certificates-missing` */
export async function makeCertificates(cluster: Cluster): Promise<void> {
  if (!cluster.config.tls) return;
  await refuseLostAuthority(cluster);
  const { ensureCertificates } = await import('../../certificates/ensure.js');
  const made = await ensureCertificates({ ...contextOf(cluster), now: cluster.host.now() });
  if (made.length > 0) cluster.host.emit({ type: 'certificates-made', made });
}

/**
 * Refuses certificates of a person's own that cannot be used, before anything is changed; writes nothing.
 * @throws MqhaError `certificates-missing`
 */
export async function refuseUnusable(cluster: Cluster): Promise<void> {
  if (cluster.config.tls?.certificates === 'own') await makeCertificates(cluster);
}

/** What is rendered of the certificates; undefined where nothing is encrypted. Changes nothing. */
export async function certificatesOf(cluster: Cluster): Promise<Certificates | undefined> {
  if (!cluster.config.tls) return undefined;
  const { readCertificates } = await import('../../certificates/read.js');
  return readCertificates(contextOf(cluster));
}

function contextOf(cluster: Cluster) {
  const { layout, config } = cluster;
  const isHere = (host: string) => withinReach(cluster, [{ host }], 'files').length > 0;
  return { layout, config, isHere };
}

/**
 * Brokers that run trust the authority that is gone alone: what another has certified they take for a stranger.
 * @throws MqhaError `certificates-missing`
 */
async function refuseLostAuthority({ layout, registry, config }: Cluster): Promise<void> {
  if (config.tls?.certificates === 'own') return;
  if (existsSync(certificatePaths(layout).clusterAuthority.certificate)) return;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const names = [...running].filter(([, { argv }]) => speaksTls(argv)).map(([name]) => name);
  if (names.length === 0) return;
  throw new MqhaError(
    'certificates-missing',
    `the authority of the cluster is gone (pki/authorities/cluster.pem), and ${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} with what it has certified`,
    {
      hint: 'Restore pki/. Or `mqha down` and then `mqha up`, which makes another authority: applications need it then (`mqha certs export`).',
    },
  );
}
