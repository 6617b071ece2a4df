import { dirname, join } from 'node:path';
import type { ProcessDirectories } from '../config/layout.js';
import { messageOf } from '../lib/errors.js';
import { readIfThere } from '../lib/files.js';
import { faultsOf } from './faults.js';
import { CLUSTER, rendered } from './files.js';

/**
 * Why a process cannot use the certificate that it is started with: it cannot be read, has ended, is of another authority,
 * or its key does not fit.
 * @returns in words that follow the name of the file; undefined where nothing is wrong
 */
export async function renderedFault(
  directories: ProcessDirectories,
  now: Date,
): Promise<string | undefined> {
  const file = rendered(directories);
  try {
    const [text, authority] = await Promise.all([
      readIfThere(file),
      readIfThere(join(dirname(file), CLUSTER)),
    ]);
    // Which names it must have is judged before it is rendered.
    const anybody = { commonName: '', hosts: [], purposes: [] };
    const found = faultsOf({ certificate: text, key: text }, authority ?? '', anybody, now);
    return [...found.certificate, ...found.key.map((fault) => `has a key that ${fault}`)][0];
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}
