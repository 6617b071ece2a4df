import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, MqhaError, systemCode } from '../../lib/errors.js';
import { ensureDirectory, fileError } from '../../lib/files.js';
import { neededEnvironment } from './environment.js';
import type { LaunchPlan, Launched } from '../launch-plan.js';

const ROTATE_BYTES = 10 * 1024 * 1024;

/**
 * Starts a process that outlives this one: in a session of its own, with its output in files that
 * it holds itself (a pipe through mqha would break when mqha ends).
 * @throws MqhaError `launch-failed`, `disk-full`, `no-permission`
 */
export async function launch(plan: LaunchPlan): Promise<Launched> {
  await ensureDirectory(plan.logDirectory);
  const descriptors: number[] = [];
  try {
    for (const name of ['stdout.log', 'stderr.log']) {
      descriptors.push(openLog(join(plan.logDirectory, name)));
    }
    const [stdout, stderr] = descriptors;
    const child = spawn(plan.command, plan.argv, {
      cwd: plan.cwd,
      env: { ...neededEnvironment(process.env), ...plan.env },
      detached: true,
      stdio: ['ignore', stdout, stderr],
    });
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => {
        resolve(child.pid ?? 0);
      });
      child.once('error', reject);
    });
    child.unref();
    return { pid, exited };
  } catch (error) {
    const known = fileError(error, plan.logDirectory);
    if (known instanceof MqhaError && systemCode(error) !== 'EACCES') throw known;
    throw new MqhaError(
      'launch-failed',
      `${plan.name} could not be started: ${plan.command}: ${messageOf(error)}`,
      {
        hint: 'Check that the Java of JAVA_HOME or PATH can be run (`mqha up --dry-run` shows the command).',
        cause: error,
      },
    );
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** Opens for appending; a file that has grown large is set aside first, one generation of it is kept. */
function openLog(path: string): number {
  try {
    if (statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  // A FIFO that nobody reads is refused by the system (ENXIO), and would be waited for without O_NONBLOCK.
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o644);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is no file`);
}
