import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { MqhaError } from '../lib/errors.js';
import { withUtf8 } from '../lib/locale.js';

/** How a tool ended. `lines` are the last lines of its two outputs together. */
export interface RunResult {
  readonly outcome: 'done' | 'timeout' | 'aborted';
  /** null when it was ended by a signal, or could not be started. */
  readonly exitCode: number | null;
  readonly lines: readonly string[];
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
  /** What it reads; nothing by default. */
  readonly input?: string | undefined;
}

const KEPT_LINES = 400;
const KILL_AFTER_MS = 5_000;

/**
 * Runs a short-lived tool to its end and hands on its output line by line.
 *
 * The tool gets a process group of its own, and a timeout or an abort ends the whole group: `mvn`
 * may be a wrapper script, and a child it leaves behind would hold the output pipe open.
 * @returns how it ended; a failing tool is not an error here
 */
export async function runTool(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  if (options.signal?.aborted) return { outcome: 'aborted', exitCode: null, lines: [] };
  const child = execa(file, args, {
    env: withUtf8(options.env),
    extendEnv: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    all: true,
    buffer: false,
    reject: false,
    detached: true,
  });
  let outcome: RunResult['outcome'] = 'done';
  const killGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group has ended by itself.
    }
  };
  let force: NodeJS.Timeout | undefined;
  const end = (why: RunResult['outcome']): void => {
    outcome = why;
    killGroup('SIGTERM');
    force = setTimeout(() => {
      killGroup('SIGKILL');
    }, KILL_AFTER_MS);
  };
  const onAbort = (): void => {
    end('aborted');
  };
  const onExit = (): void => {
    killGroup('SIGTERM');
  };
  const timer = setTimeout(() => {
    end('timeout');
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  process.once('exit', onExit);

  const lines: string[] = [];
  try {
    for await (const raw of child.iterable({ from: 'all' })) {
      const line = stripVTControlCharacters(raw).trimEnd();
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    }
  } catch {
    // The iterator repeats the tool's failure, which the result below tells better.
  } finally {
    clearTimeout(timer);
    clearTimeout(force);
    options.signal?.removeEventListener('abort', onAbort);
    process.off('exit', onExit);
  }
  const result = await child;
  return { outcome, exitCode: result.exitCode ?? null, lines };
}

/** The path of an executable file of that name on `$PATH`, or undefined. */
export async function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    // An empty entry would mean the working directory, where no tool of ours should be looked for.
    if (directory === '') continue;
    const path = join(directory, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** Whether this is a file that may be executed. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The error of an installation that was interrupted. */
export function interrupted(): MqhaError {
  return new MqhaError('interrupted', 'the installation was interrupted', {
    hint: 'Run the command again; what was fetched and verified is kept.',
  });
}

/** @throws MqhaError `interrupted` when the signal is aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}
