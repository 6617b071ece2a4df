import { messageOf, MqhaError, systemCode, usageError } from '../lib/errors.js';
import { readText } from '../lib/files.js';

/** The name of the one file that a person edits. */
export const CLUSTER_FILE = 'mqha.yaml';

/**
 * The text of a cluster's `mqha.yaml`.
 * @throws MqhaError `no-cluster` where the file is absent, `config-unreadable`
 */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw usageError(
        'no-cluster',
        `there is no ${file}`,
        'Make a cluster with `mqha init`, or name its directory with -C.',
      );
    }
    if (error instanceof MqhaError) {
      throw usageError(
        'config-unreadable',
        error.message,
        'Move it away, and put the file there, readable for the user who runs mqha.',
      );
    }
    throw new MqhaError('config-unreadable', `${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Make the file readable for the user who runs mqha.',
      cause: error,
    });
  }
}
