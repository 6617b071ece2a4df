import { existsSync } from 'node:fs';
import { readIfThere } from '../lib/files.js';
import { readPair, type CertificateContext } from './ensure.js';
import { certificatePaths, type Certificates, type CertifiedKey } from './files.js';
import { keyOf } from './pem.js';
import { wantedCertificates } from './subject.js';

/** Stands for what is not made before the first real run, or cannot be used; never written anywhere. */
const NOT_YET: CertifiedKey = { certificate: '', key: '' };

/**
 * What the processes of a cluster are rendered with, as it is in `pki/`; changes nothing. What is absent and wanted on this
 * machine is empty: before anything is written ensureCertificates() has made it, or refused.
 * @throws MqhaError `not-a-file`, `no-permission`
 */
export async function readCertificates({
  layout,
  config,
  isHere,
}: Omit<CertificateContext, 'now'>): Promise<Certificates> {
  const { clusterAuthority, clientAuthority } = certificatePaths(layout);
  const makes = config.tls?.certificates !== 'own' && existsSync(clusterAuthority.key);
  const nodes: Record<string, CertifiedKey> = {};
  let zookeeper: CertifiedKey | undefined;
  for (const wanted of wantedCertificates(layout, config)) {
    if (wanted.kind === 'mqha') continue;
    const { files, kind, who, host } = wanted;
    const { certificate, key } = await readPair(files);
    const found = certificate !== undefined && key !== undefined;
    if (!found && !makes && !isHere(host)) continue;
    const pair = found ? usable({ certificate, key }) : NOT_YET;
    if (kind === 'zookeeper') zookeeper = pair;
    else nodes[who] = pair;
  }
  return {
    clusterAuthority: (await readIfThere(clusterAuthority.certificate)) ?? '',
    clientAuthority: (await readIfThere(clientAuthority.certificate)) ?? '',
    nodes,
    ...(zookeeper ? { zookeeper } : {}),
  };
}

function usable({ certificate, key }: CertifiedKey): CertifiedKey {
  try {
    return { certificate, key: keyOf(key) };
  } catch {
    return NOT_YET;
  }
}
