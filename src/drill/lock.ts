import { join } from 'node:path';
import type { Cluster } from '../state/cluster.js';
import { MqhaError } from '../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../lib/files.js';
import { acquireLock, type Lock } from '../agents/local/lock.js';
import { Deadline } from '../lib/time.js';

const LOCK_MS = 500;

/** One drill at a time; undefined where another one is at work. */
export async function lockDrill({ layout, host }: Cluster): Promise<Lock | undefined> {
  const directory = join(layout.state, 'drill');
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  await ensureDirectory(directory, SECRET_DIRECTORY);
  try {
    return await acquireLock(directory, { command: host.command, deadline: Deadline.in(LOCK_MS) });
  } catch (error) {
    if (error instanceof MqhaError && error.code === 'locked') return undefined;
    throw error;
  }
}
