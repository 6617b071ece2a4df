import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTIVEMQ_VERSION, fingerprint, javaJarPath } from '../../../src/distribution/index.js';
import { digestFile } from '../../../src/distribution/verify.js';
import { temporaryDirectory } from '../../support/temp.js';

/** The environment of a Java that says its version in a file, and of a distribution without files: nothing is ever executed. */
export async function machine() {
  const directory = temporaryDirectory();
  const java = join(directory, 'java');
  mkdirSync(join(java, 'bin'), { recursive: true });
  writeFileSync(join(java, 'bin', 'java'), '');
  chmodSync(join(java, 'bin', 'java'), 0o755);
  writeFileSync(join(java, 'release'), 'JAVA_VERSION="17.0.1"\nIMPLEMENTOR="x"\n');
  const { digest } = await digestFile(javaJarPath(), 'sha256');
  const hash = createHash('sha256').update(`${fingerprint()} ${digest}`).digest('hex');
  const key = `${ACTIVEMQ_VERSION}-${hash.slice(0, 16)}`;
  const cache = join(directory, 'cache');
  const root = join(cache, 'distributions', key);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const manifest = { format: 1, key, guard: { guarded: true, applied: [] }, files: [] };
  writeFileSync(join(root, 'manifest.json'), JSON.stringify(manifest));
  return { PATH: '/nowhere', JAVA_HOME: java, MQHA_CACHE: cache };
}
