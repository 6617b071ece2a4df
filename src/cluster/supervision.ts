import { join } from 'node:path';
import type { Layout } from '../config/layout.js';
import { MqhaError } from '../errors.js';
import { packageRoot } from '../package.js';
import { endHolder, holderPid } from '../process/end-holder.js';
import { launch } from '../process/launch.js';
import { before, Deadline } from '../time.js';
import type { Cluster } from './context.js';
import { readWanted } from './wanted-file.js';

const START_MS = 15_000;

/** The supervisor's own directory: its lock, its state, and what it could not put into the journal. */
export function supervisorDirectory(layout: Layout): string {
  return join(layout.state, 'supervisor');
}

/**
 * The pid of the supervisor of this cluster on this host; undefined where none runs. A supervisor holds the lock of its
 * directory for as long as it lives.
 */
export function supervisorPid({ layout }: Cluster): Promise<number | undefined> {
  return holderPid(supervisorDirectory(layout));
}

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
  const { exited } = await launch({
    name: 'the supervisor',
    command: process.execPath,
    argv: [join(packageRoot(), 'bin', 'mqha.js'), '-C', layout.directory, 'supervise'],
    env: {},
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
        hint: `See ${join(logs, 'stderr.log')}; the brokers run, and nobody looks after them. \`mqha up\` tries again.`,
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
  const read = await readWanted(cluster.layout);
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
  const result = await endHolder(supervisorDirectory(cluster.layout), deadline);
  if (!result) return;
  const { pid, ended } = result;
  if (!ended) {
    throw new MqhaError('stop-failed', `the supervisor (pid ${pid}) lives on after SIGKILL`, {
      hint: 'See the system log.',
    });
  }
  cluster.host.emit({ type: 'supervisor-ended', pid });
}
