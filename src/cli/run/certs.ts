import { resolve } from 'node:path';
import { clientCertificate } from '../../operations/certificates/client.js';
import { exportCertificate } from '../../operations/certificates/export.js';
import { renewCertificates, type RenewResult } from '../../operations/certificates/renew.js';
import { showCertificates, type CertificateList } from '../../operations/certificates/show.js';
import type { certsClient, certsExport, certsRenew } from '../commands/certs.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { plainTable } from '../output/status-table.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha certs show` */
export async function show(context: CommandContext): Promise<void> {
  answer(context.io, await withCluster(context, showCertificates), showText);
}

function showText({ certificates }: CertificateList): string {
  const rows = certificates.map(({ name, kind, authority, names, notAfter, daysLeft, state }) => [
    kind === 'authority' ? `authority ${name}` : kind === 'client' ? `client ${name}` : name,
    authority ?? '-',
    names === '' ? '-' : names,
    notAfter?.slice(0, 10) ?? '-',
    state === 'valid' ? `${daysLeft ?? 0} days` : state.replace('-', ' '),
  ]);
  return plainTable(['CERTIFICATE', 'BY', 'HOSTS', 'UNTIL', 'LEFT'], rows);
}

/** `mqha certs renew` */
export async function renew(
  context: CommandContext,
  { timeout, yes }: InputOf<typeof certsRenew>,
): Promise<void> {
  const result = await withCluster(context, (cluster) =>
    renewCertificates(cluster, { timeoutMs: timeout, confirm: confirmWith(context, yes) }),
  );
  answer(context.io, result, renewedText);
}

function renewedText({ renewed, restarted, resumed }: RenewResult): string {
  return [
    ...(resumed ? ['went on with the renewal that was interrupted'] : []),
    renewed.length > 0 ? `renewed ${renewed.join(', ')}` : 'no new certificates were made',
    restarted.length > 0 ? `restarted ${restarted.join(', ')}` : 'nothing had to be restarted',
  ].join('\n');
}

/** `mqha certs client <name>` */
export async function client(
  context: CommandContext,
  { name, timeout }: InputOf<typeof certsClient>,
): Promise<void> {
  const result = await withCluster(context, (cluster) => clientCertificate(cluster, name, timeout));
  answer(context.io, result, ({ certificate, key, authority, made }) =>
    [
      made ? `made a certificate for ${name}` : `${name} has a certificate that counts`,
      `certificate  ${certificate}`,
      `key          ${key}`,
      `brokers by   ${authority}`,
      `\`mqha certs export ${name} <dir>\` writes them out, for Java as well`,
    ].join('\n'),
  );
}

/** `mqha certs export <name> <dir>` */
export async function exportFiles(
  context: CommandContext,
  { name, directory }: InputOf<typeof certsExport>,
): Promise<void> {
  const target = resolve(context.cwd, directory);
  const result = await withCluster(context, (cluster) => exportCertificate(cluster, name, target));
  answer(context.io, result, ({ files }) => `wrote ${files.join(', ')} to ${target}`);
}
