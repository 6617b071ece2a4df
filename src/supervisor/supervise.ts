import type { Cluster } from '../state/cluster.js';
import { supervisorDirectory, supervisorLock } from '../state/supervisor-lock.js';
import { MqhaError } from '../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../lib/files.js';
import { packageVersion } from '../lib/package.js';
import { acquireLock, type Lock, type LockPlace } from '../agents/local/lock.js';
import { Deadline } from '../lib/time.js';
import { Supervisor } from './supervisor.js';

/** One that is being ended gives way within this time. */
const LOCK_MS = 5000;

/**
 * Looks after a cluster until its host's signal is aborted, or the cluster is gone.
 * @param onReady called once it does
 * @throws MqhaError `supervisor-running` where another one does
 */
export async function supervise(cluster: Cluster, onReady: () => void): Promise<void> {
  const { layout, host, journal } = cluster;
  const directory = supervisorDirectory(layout);
  await ensureDirectory(layout.state, SECRET_DIRECTORY);
  await ensureDirectory(directory, SECRET_DIRECTORY);
  const lock = await acquire(supervisorLock(layout), host.command);
  const lockState = { isHeld: true };
  const mayGoOn = async () => (lockState.isHeld = await lock.isHeld());
  try {
    await new Supervisor(cluster).run(mayGoOn, async (takenOver) => {
      const { pid } = process;
      const version = packageVersion();
      const entry = { type: 'supervisor-started', pid, version, takenOver } as const;
      await journal.append({ source: 'supervisor', ...entry });
      onReady();
    });
  } finally {
    await journal.append({
      source: 'supervisor',
      type: 'supervisor-stopped',
      pid: process.pid,
      reason: host.signal.aborted
        ? 'told to'
        : lockState.isHeld
          ? 'the cluster was removed'
          : 'its lock was removed and another one has it',
    });
    await lock.release();
  }
}

async function acquire(place: LockPlace, command: string): Promise<Lock> {
  try {
    return await acquireLock(place, { command, deadline: Deadline.in(LOCK_MS) });
  } catch (error) {
    if (!(error instanceof MqhaError) || error.code !== 'locked') throw error;
    throw new MqhaError('supervisor-running', 'a supervisor runs for this cluster already', {
      hint: '`mqha status` names its pid; `mqha up --no-supervisor` ends it and leaves the brokers.',
      cause: error,
    });
  }
}
