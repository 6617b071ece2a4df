import { realpath, stat } from 'node:fs/promises';
import { writeFileAtomic } from '../lib/files.js';

/**
 * Writes an `mqha.yaml` anew: where a link points to, and for whom it was readable before.
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function writeConfigFile(file: string, text: string): Promise<void> {
  const path = await realpath(file);
  await writeFileAtomic(path, text, { like: await stat(path) });
}
