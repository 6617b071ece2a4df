import { join } from 'node:path';
import { MqhaError } from '../lib/errors.js';
import { packageRoot } from '../lib/package.js';
import { ownEnvironment } from '../agents/local/environment.js';
import { cacheRoot } from '../distribution/cache-root.js';
import { endHolder } from '../agents/local/end-holder.js';
import { before, Deadline } from '../lib/time.js';
import type { Cluster } from '../state/cluster.js';
import { readDesiredState } from '../state/desired-state-file.js';
import { supervisorDirectory, supervisorLock, supervisorPid } from '../state/supervisor-lock.js';

const START_MS = 15_000;

/**
 * Leaves a supervisor in the background, unless one runs.
 * @returns its pid
 * @throws MqhaError `launch-failed`, `supervisor-failed`
 */
export async function ensureSupervisor(cluster: Cluster): Promise<number> {
  const running = await supervisorPid(cluster);
  if (running !== undefined) return running;
  const { layout, host } = cluster;
  const logs = supervisorDirectory(layout);
  const { exited } = await cluster.here.launch({
    name: 'the supervisor',
    command: process.execPath,
    argv: [join(packageRoot(), 'bin', 'mqha.js'), '-C', layout.directory, 'supervise'],
    env: { ...ownEnvironment(host.env), MQHA_CACHE: cacheRoot(host.env) },
    cwd: layout.directory,
    logDirectory: logs,
  });
  const deadline = Deadline.in(START_MS);
  for (;;) {
    const pid = await supervisorPid(cluster);
    if (pid !== undefined) {
      host.emit({ type: 'supervisor-started', pid });
      return pid;
    }
    const ended = await before(Deadline.in(50), exited);
    if (ended || deadline.passed) {
      throw new MqhaError('supervisor-failed', 'the supervisor could not be started', {
        hint: `See ${join(logs, 'stderr.log')}; the brokers run, and no supervisor does. \`mqha up\` tries again.`,
      });
    }
  }
}

/**
 * Leaves a supervisor where `up` left one, or would: what stopped the brokers may have ended it.
 * @returns whether one was started
 * @throws MqhaError of ensureSupervisor()
 */
export async function superviseAgain(cluster: Cluster): Promise<boolean> {
  const read = await readDesiredState(cluster.layout);
  const isWanted = read.state !== 'read' || read.wanted.supervisor;
  if (!isWanted || !cluster.config.supervisor.enabled) return false;
  if ((await supervisorPid(cluster)) !== undefined) return false;
  await ensureSupervisor(cluster);
  return true;
}

/**
 * Ends the supervisor; the brokers stay.
 * @throws MqhaError `stop-failed` where it lives on even after SIGKILL
 */
export async function endSupervisor(cluster: Cluster, deadline: Deadline): Promise<void> {
  const result = await endHolder(supervisorLock(cluster.layout), deadline);
  if (!result) return;
  const { pid, ended } = result;
  if (!ended) {
    throw new MqhaError('stop-failed', `the supervisor (pid ${pid}) lives on after SIGKILL`, {
      hint: 'See the system log.',
    });
  }
  cluster.host.emit({ type: 'supervisor-ended', pid });
}
