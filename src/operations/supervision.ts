import { join } from 'node:path';
import { messageOf, MqhaError } from '../lib/errors.js';
import { packageRoot } from '../lib/package.js';
import { ownEnvironment } from '../agents/local/environment.js';
import { cacheRoot } from '../distribution/cache-root.js';
import { endHolder } from '../agents/local/end-holder.js';
import { before, Deadline, sleep } from '../lib/time.js';
import type { Cluster } from '../state/cluster.js';
import { closeZnodes } from './close-znodes.js';
import { readDesiredState } from '../state/desired-state-file.js';
import { supervisorDirectory, supervisorLock, supervisorPid } from '../state/supervisor-lock.js';

const START_MS = 15_000;

/** Within this time systemd has started a supervisor again that was killed (RestartSec in the unit). */
const AGAIN_MS = 8000;

const LOOK_MS = 50;

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
 * Closes the cluster's znodes to others, where no broker needs them open; a supervisor of an earlier mqha, which would see
 * nothing of them any more, is replaced before. What fails is told, and is done again by the next command.
 */
export async function closeZnodesNow(cluster: Cluster, deadline: Deadline): Promise<void> {
  try {
    const kept = await closeZnodes(cluster, deadline);
    if (!kept.supervisor || kept.nodes.length > 0 || kept.foreign.length > 0) return;
    await replaceSupervisor(cluster);
    await closeZnodes(cluster, deadline);
  } catch (error) {
    const message = `the znodes could not be closed to others: ${messageOf(error)}`;
    cluster.host.emit({ type: 'warning', message });
  }
}

/**
 * Ends the supervisor and starts one of this mqha. It is killed, as it would be by the system: where systemd has started
 * it, that starts it again.
 * @throws MqhaError of ensureSupervisor()
 */
async function replaceSupervisor(cluster: Cluster): Promise<void> {
  const pid = await supervisorPid(cluster);
  if (pid === undefined) return;
  const found = await cluster.host.processes.get(pid);
  process.kill(pid, 'SIGKILL');
  const deadline = Deadline.in(found?.argv.includes('--up') === true ? AGAIN_MS : START_MS);
  for (;;) {
    const now = await supervisorPid(cluster);
    const isReplaced = now !== undefined && now !== pid;
    const isLeftToUs = now === undefined && found?.argv.includes('--up') !== true;
    if (isReplaced || isLeftToUs || deadline.passed) break;
    await sleep(LOOK_MS);
  }
  await ensureSupervisor(cluster);
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
