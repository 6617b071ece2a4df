import { join } from 'node:path';
import type { Cluster } from '../../state/cluster.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { acquireLock } from '../../agents/local/lock.js';
import { Deadline } from '../../lib/time.js';

/** One that a person has halted gives way within this time. */
const LOCK_MS = 3000;

/**
 * Lets one process at a time carry out a change of the number of nodes: a step follows from what is in force,
 * and two that each take one bring sizes together that are not safe.
 * @throws MqhaError `locked`, which names who is at work
 */
export async function aloneAtScale<T>(
  { layout, host }: Cluster,
  work: () => Promise<T>,
): Promise<T> {
  const directory = join(layout.state, 'scale');
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  await ensureDirectory(directory, SECRET_DIRECTORY);
  const lock = await acquireLock(directory, {
    command: host.command,
    deadline: Deadline.in(LOCK_MS),
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
