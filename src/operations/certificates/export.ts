import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPair } from '../../certificates/ensure.js';
import { certificatePaths } from '../../certificates/files.js';
import { keyOf } from '../../certificates/pem.js';
import { findJava, keyStores } from '../../distribution/index.js';
import { messageOf, MqhaError, systemCode, usageError } from '../../lib/errors.js';
import {
  ensureDirectory,
  fileError,
  readIfThere,
  SECRET_DIRECTORY,
  SECRET_FILE,
  writeFileAtomic,
} from '../../lib/files.js';
import type { Cluster } from '../../state/cluster.js';
import { newPassword } from '../../state/identity.js';
import { refuseName } from './client.js';
import { refuseWithoutTls } from './show.js';

/** The document of `mqha certs export --json`. */
export interface ExportedCertificate {
  readonly name: string;
  readonly directory: string;
  /** Names of files in the directory. */
  readonly files: readonly string[];
}

/** What an export is made of. `keystore.p12` and `truststore.p12` have the password of the file `password`. */
const filesOf = (name: string) => ({
  certificate: `${name}.pem`,
  key: `${name}.key`,
  authority: 'cluster-ca.pem',
  keyStore: 'keystore.p12',
  trustStore: 'truststore.p12',
  password: 'password',
});

/**
 * Writes what an application needs to connect into a directory: PEM files, and the same as PKCS #12 for Java. An earlier
 * export of the same name there is replaced, with another password.
 * @param directory absolute; made (0700) where it is absent
 * @throws MqhaError `no-tls`, `usage`, `unknown-certificate`, `export-in-use`, `certificates-missing`, `guard-failed`,
 *   those of findJava(), `disk-full`, `no-permission`
 */
export async function exportCertificate(
  cluster: Cluster,
  name: string,
  directory: string,
): Promise<ExportedCertificate> {
  refuseWithoutTls(cluster);
  refuseName(name);
  const { layout, host, config } = cluster;
  const { client, clusterAuthority } = certificatePaths(layout);
  const { certificate, key } = await readPair(client(name));
  if (certificate === undefined || key === undefined) {
    throw usageError(
      'unknown-certificate',
      `there is no certificate of ${name} in pki/clients`,
      `Make one with \`mqha certs client ${name}\`.`,
    );
  }
  const authority = await readIfThere(clusterAuthority.certificate);
  if (authority === undefined) {
    throw new MqhaError('certificates-missing', 'pki/authorities/cluster.pem is not there', {
      hint: '`mqha render` says what else is missing.',
    });
  }
  const files = filesOf(name);
  await refuseOtherFiles(directory, Object.values(files));
  const java = await findJava(host.env, config.java.home);
  const pkcs8 = readable(name, key);
  const password = newPassword();
  const own = join(layout.state, `export-${randomBytes(4).toString('hex')}.pem`);
  const stores = await (async () => {
    try {
      await writeFileAtomic(own, `${pkcs8}${certificate}`, { mode: SECRET_FILE });
      const of = { own, alias: name, authority: clusterAuthority.certificate, password };
      return await keyStores(of, { java: java.path, env: host.env, signal: host.signal });
    } finally {
      await rm(own, { force: true });
    }
  })();
  if (!existsSync(directory)) await ensureDirectory(directory, SECRET_DIRECTORY);
  const write = (file: string, content: string | Uint8Array, mode?: number) =>
    writeFileAtomic(join(directory, file), content, mode === undefined ? {} : { mode });
  // The password last: what it opens is there by then.
  await write(files.certificate, certificate);
  await write(files.key, pkcs8, SECRET_FILE);
  await write(files.authority, authority);
  await write(files.keyStore, stores.keys, SECRET_FILE);
  await write(files.trustStore, stores.trusted, SECRET_FILE);
  await write(files.password, `${password}\n`, SECRET_FILE);
  return { name, directory, files: Object.values(files) };
}

function readable(name: string, key: string): string {
  try {
    return keyOf(key);
  } catch (error) {
    throw new MqhaError('certificates-missing', `pki/clients/${name}.key: ${messageOf(error)}`, {
      hint: `Remove it, and run \`mqha certs client ${name}\`.`,
    });
  }
}

/** A name such as `password` may be that of a file of somebody else. @throws MqhaError `export-in-use` */
async function refuseOtherFiles(directory: string, own: readonly string[]): Promise<void> {
  let found: string[];
  try {
    found = await readdir(directory);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw fileError(error, directory);
  }
  const others = found.filter((name) => !own.includes(name));
  if (others.length === 0) return;
  throw new MqhaError(
    'export-in-use',
    `${directory} holds other files (${others.slice(0, 3).join(', ')}${others.length > 3 ? ' …' : ''})`,
    {
      hint: 'Name a directory that is empty or absent, or one with an earlier export of that name.',
    },
  );
}
