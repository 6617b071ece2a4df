import { relative } from 'node:path';
import { makeCertificate, readPair, unusableAuthority } from '../../certificates/ensure.js';
import { faultsOf } from '../../certificates/faults.js';
import { certificatePaths } from '../../certificates/files.js';
import type { Subject } from '../../certificates/subject.js';
import { NAME } from '../../config/fields.js';
import { MqhaError, usageError } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import { refuseIfMoved, withLock, type Cluster } from '../../state/cluster.js';
import { refuseNameChanged } from '../start/name-changed.js';
import { renderFiles } from '../start/prepare.js';
import { refuseWithoutTls } from './show.js';

/** The document of `mqha certs client --json`; paths are relative to the cluster directory. */
export interface ClientCertificate {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  /** Of brokers: whom the application trusts. */
  readonly authority: string;
  /** False where there was one already that counts. */
  readonly made: boolean;
}

const subjectOf = (name: string): Subject => ({
  commonName: name,
  hosts: [],
  purposes: ['client'],
});

/**
 * Makes a certificate for an application, by the client authority; one that counts stays as it is.
 * @throws MqhaError `no-tls`, `usage`, `certificates-missing`, and those of renderFiles()
 */
export async function clientCertificate(
  asked: Cluster,
  name: string,
  timeoutMs: number,
): Promise<ClientCertificate> {
  await refuseNameChanged(asked);
  refuseWithoutTls(asked);
  refuseName(name);
  const { layout, host } = asked;
  await refuseIfMoved(asked);
  return withLock(layout, host, Deadline.in(timeoutMs), async () => {
    const { cluster } = await renderFiles(asked, false);
    const made = await ensureClient(cluster, name);
    const { client, clusterAuthority } = certificatePaths(layout);
    const path = (file: string) => relative(layout.directory, file);
    const { certificate, key } = client(name);
    return {
      name,
      certificate: path(certificate),
      key: path(key),
      authority: path(clusterAuthority.certificate),
      made,
    };
  });
}

/** A name becomes that of a file. @throws MqhaError `usage` */
export function refuseName(name: string): void {
  if (NAME.test(name)) return;
  throw usageError(
    'usage',
    `"${name}" is no name of an application`,
    'It has letters, digits, "-" and "_", 32 at most.',
  );
}

async function ensureClient({ layout, host, config }: Cluster, name: string): Promise<boolean> {
  const { client, clientAuthority } = certificatePaths(layout);
  const files = client(name);
  const authority = await readPair(clientAuthority);
  const trusted = authority.certificate ?? '';
  const faults = faultsOf(await readPair(files), trusted, subjectOf(name), host.now());
  if (faults.certificate.length + faults.key.length === 0) return false;
  const lacks = (message: string) =>
    new MqhaError('certificates-missing', message, {
      hint:
        config.tls?.certificates === 'own'
          ? `Certificates of this cluster are your own: have your authority certify ${name}.`
          : 'Run it on the machine that has pki/authorities/client.key.',
    });
  if (authority.key === undefined) {
    throw lacks(`no certificate can be made for ${name}: pki/authorities/client.key is not there`);
  }
  try {
    const by = { certificate: trusted, key: authority.key };
    await makeCertificate({ files, subject: subjectOf(name) }, by, host.now());
  } catch (error) {
    throw unusableAuthority(layout, clientAuthority, error);
  }
  return true;
}
