import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { markers } from '../../src/agents/marks.js';

/**
 * A Node.js child that ends with the test at the latest.
 * @param cwd where it works
 * @param uid as whom, where not as the user of the test
 */
export function child(args: readonly string[], cwd?: string, uid?: number) {
  const spawned = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = once(spawned, 'exit');
  const runs = () => spawned.exitCode === null && spawned.signalCode === null;
  const end = async () => {
    if (runs()) spawned.kill('SIGKILL');
    await ended;
  };
  onTestFinished(end);
  return { pid: spawned.pid ?? 0, stdout: spawned.stdout, runs, end, ended };
}

/** Resolves with what the promise gives, or fails the test after a while. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      once(AbortSignal.any([late.signal, AbortSignal.timeout(10_000)]), 'abort').then(() => {
        throw new Error('nothing happened within 10 s');
      }),
    ]);
  } finally {
    late.abort();
  }
}

/** A process that carries the marks of a broker and does nothing; it runs when this resolves. */
export async function broker(
  id: string,
  name = 'mq01',
  more: readonly string[] = [],
  cwd?: string,
  uid?: number,
) {
  const program = "process.stdout.write('up'); setInterval(() => {}, 1000)";
  const started = child(['-e', program, '--', ...markers(id, name), ...more], cwd, uid);
  await soon(once(started.stdout, 'data'));
  return started;
}
