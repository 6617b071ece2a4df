import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Layout } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import { messageOf, MqhaError, systemCode, type Problem } from '../lib/errors.js';
import {
  ensureDirectory,
  readIfThere,
  SECRET_DIRECTORY,
  SECRET_FILE,
  writeFileAtomic,
} from '../lib/files.js';
import { authorityFaults, faultsOf, type FoundPair } from './faults.js';
import { certificatePaths, type CertificateFiles, type CertifiedKey } from './files.js';
import { secrecyFaults, sharedFaults } from './own.js';
import { wantedCertificates, type Wanted } from './subject.js';

/** What a cluster's certificates are looked at with. */
export interface CertificateContext {
  readonly layout: Layout;
  readonly config: ClusterConfig;
  /** Whether a host is this machine: what others need may be absent here. */
  readonly isHere: (host: string) => boolean;
  readonly now: Date;
}

/**
 * Makes what is missing of the certificates that mqha.yaml wants, and again what does not fit it any more; what fits stays.
 * Where a person brings them (`certificates: own`) they are only looked at. Call it with the cluster's lock held. Each file
 * is written whole, a key before its certificate, and one without the other is made again: a call that was ended in the
 * middle is put right by the next.
 * @returns whose certificate was made: `mq01`, `zookeeper`, `mqha`, `cluster authority`, `client authority`
 * @throws MqhaError `certificates-missing` with every problem; `disk-full`, `no-permission`
 */
export async function ensureCertificates(context: CertificateContext): Promise<string[]> {
  const { layout, config, now } = context;
  const paths = certificatePaths(layout);
  const isOwn = config.tls?.certificates === 'own';
  if (!isOwn) await ensureDirectory(layout.pki, SECRET_DIRECTORY);
  const problems: Problem[] = [];
  const made: string[] = [];
  const authorityOf = async (which: 'cluster' | 'client', files: CertificateFiles) => {
    const found = await readPair(files);
    if (found.certificate === undefined && !isOwn && !(await hasCertified(layout, which))) {
      const { newAuthority } = await import('./issue.js');
      const authority = newAuthority(`${config.name} ${which} authority`, now);
      await writePair(files, authority);
      made.push(`${which} authority`);
      return authority;
    }
    problems.push(
      ...problemsOf(layout, files.certificate, authorityFaults(found.certificate, now)),
    );
    return found;
  };
  const cluster = await authorityOf('cluster', paths.clusterAuthority);
  const client = await authorityOf('client', paths.clientAuthority);
  const shared = sharedFaults(client.certificate, cluster.certificate);
  problems.push(...problemsOf(layout, paths.clientAuthority.certificate, shared));
  if (problems.length > 0 && !isOwn) throw missing(context, problems);
  for (const wanted of wantedCertificates(layout, config)) {
    const faults = await wrongWith(context, wanted, cluster.certificate);
    if (isOwn)
      faults.push(...problemsOf(layout, wanted.files.key, await secrecyFaults(wanted.files.key)));
    if (faults.length === 0) continue;
    const isNeeded = wanted.kind === 'mqha' || context.isHere(wanted.host);
    if (isOwn || cluster.key === undefined || cluster.certificate === undefined) {
      if (isNeeded) problems.push(...faults);
      continue;
    }
    try {
      await makeCertificate(wanted, { certificate: cluster.certificate, key: cluster.key }, now);
    } catch (error) {
      throw unusableAuthority(layout, paths.clusterAuthority, error);
    }
    made.push(wanted.who);
  }
  if (problems.length > 0) throw missing(context, problems);
  return made;
}

/**
 * Makes a certificate and a key, in the place of what is there.
 * @throws Error where the authority's key does not fit; MqhaError `disk-full`, `no-permission`
 */
export async function makeCertificate(
  { files, subject }: Pick<Wanted, 'files' | 'subject'>,
  authority: CertifiedKey,
  now: Date,
): Promise<void> {
  const { newCertificate } = await import('./issue.js');
  await writePair(files, newCertificate(subject, authority, now));
}

/**
 * What is said where makeCertificate() has failed.
 * @returns MqhaError `certificates-missing` that names the file of the key, or the error itself where it was told in words
 */
export function unusableAuthority(
  { directory }: Layout,
  { certificate, key }: CertificateFiles,
  error: unknown,
): MqhaError {
  if (error instanceof MqhaError) return error;
  const path = relative(directory, key);
  const message = messageOf(error);
  return new MqhaError('certificates-missing', `no certificate can be made: ${path} ${message}`, {
    hint: `Restore ${path} and ${relative(directory, certificate)}, which belong together. Or stop the cluster (\`mqha down\`), remove pki/ and run \`mqha up\`, which makes all of it anew: applications need the new authority then.`,
    problems: [{ path, message }],
  });
}

/** The texts of a certificate and its key. @throws MqhaError `not-a-file`, `no-permission` */
export async function readPair({ certificate, key }: CertificateFiles): Promise<FoundPair> {
  const [first, second] = await Promise.all([readIfThere(certificate), readIfThere(key)]);
  return { certificate: first, key: second };
}

async function writePair(files: CertificateFiles, made: CertifiedKey): Promise<void> {
  await ensureDirectory(dirname(files.key), SECRET_DIRECTORY);
  await writeFileAtomic(files.key, made.key, { mode: SECRET_FILE });
  await writeFileAtomic(files.certificate, made.certificate);
}

/** Whether there is something that an authority has certified: in the place of the authority another would not do. */
async function hasCertified(layout: Layout, which: 'cluster' | 'client'): Promise<boolean> {
  const certificateIn = async (directory: string) =>
    (await readdir(directory).catch(nothingIfAbsent)).some((name) => name.endsWith('.pem'));
  if (which === 'client') return certificateIn(join(layout.pki, 'clients'));
  const { mqha, zookeeper } = certificatePaths(layout);
  if (existsSync(mqha.certificate) || existsSync(zookeeper.certificate)) return true;
  return certificateIn(join(layout.pki, 'nodes'));
}

function nothingIfAbsent(error: unknown): string[] {
  if (systemCode(error) === 'ENOENT') return [];
  throw error;
}

async function wrongWith(
  { layout, now }: CertificateContext,
  { files, subject }: Wanted,
  authority: string | undefined,
): Promise<Problem[]> {
  const faults = faultsOf(await readPair(files), authority ?? '', subject, now);
  return [
    ...problemsOf(layout, files.certificate, faults.certificate),
    ...problemsOf(layout, files.key, faults.key),
  ];
}

function problemsOf({ directory }: Layout, file: string, faults: readonly string[]): Problem[] {
  return faults.map((message) => ({ path: relative(directory, file), message }));
}

function missing({ layout, config }: CertificateContext, problems: readonly Problem[]): MqhaError {
  const [first, ...rest] = problems.map(({ path, message }) => `${path} ${message}`);
  const text =
    rest.length === 0
      ? (first ?? '')
      : `${problems.length} problems of certificates:\n${[first, ...rest].map((one) => `  - ${one ?? ''}`).join('\n')}`;
  const { clusterAuthority } = certificatePaths(layout);
  const hint =
    config.tls?.certificates === 'own'
      ? 'Put what is wrong right in pki/, and run the command again; docs/certificates.md says what each certificate must hold.'
      : existsSync(clusterAuthority.key)
        ? 'Restore the file. Or stop the cluster (`mqha down`), remove pki/ and run `mqha up`, which makes all of it anew: applications need the new authority then.'
        : 'The key of the authority is not on this machine. Run `mqha render` where it is, and copy pki/ from there, with or without authorities/*.key; docs/certificates.md says which files.';
  return new MqhaError('certificates-missing', text, { hint, problems });
}
