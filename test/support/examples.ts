import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { packageRoot } from '../../src/lib/package.js';
import type { TestCluster } from './cluster.js';

/** What a build leaves in the directory of an example. */
const BUILT = new Set(['target', 'node_modules', '.venv', '__pycache__']);

/** The `java` that the user's Maven builds for. */
export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** A copy of an example in a temporary directory, so that building it leaves the sources clean. */
export async function copyExample(name: string): Promise<string> {
  const source = join(packageRoot(), 'examples', name);
  const directory = await mkdtemp(join(tmpdir(), `mqha-example-${name}-`));
  await cp(source, directory, {
    recursive: true,
    filter: (path) => !BUILT.has(relative(source, path).split('/')[0] ?? ''),
  });
  return directory;
}

/** Runs a build tool in a directory, and fails with what it wrote. */
export async function build(
  directory: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const { exitCode, all } = await execa(command, args, {
    cwd: directory,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 600_000,
  });
  if (exitCode !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${exitCode ?? 'a signal'}:\n${all}`);
  }
}

/** A client program, started in the environment that `eval "$(mqha env --shell)"` makes. */
export class Program {
  /** What it has written to stdout so far, line by line. */
  readonly lines: string[] = [];
  /** Settles when it has ended, with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  #stderr = '';
  readonly #watchers = new Set<() => void>();
  readonly #name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        resolve(code);
        this.#notify();
      });
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#notify();
      });
    }
  }

  static start(
    cluster: TestCluster,
    command: readonly string[],
    env: Record<string, string> = {},
  ): Program {
    const mqha = '"$MQHA_NODE" "$MQHA_BIN" -C "$MQHA_DIRECTORY"';
    const child = spawn(
      'sh',
      // exec: the pid is the program's own.
      ['-c', `eval "$(${mqha} env --shell)" && exec "$@"`, 'sh', ...command],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          MQHA_NODE: process.execPath,
          MQHA_BIN: join(packageRoot(), 'bin', 'mqha.js'),
          MQHA_DIRECTORY: cluster.directory,
          ...env,
        },
      },
    );
    return new Program(command.join(' '), child);
  }

  /** Waits until what it has written is as wanted, and returns what `look` found there. */
  async until<T>(look: (lines: readonly string[]) => T | undefined, limitMs: number): Promise<T> {
    const end = performance.now() + limitMs;
    for (;;) {
      const found = look(this.lines);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`${this.#name} has ended: ${this.#written()}`);
      }
      const left = end - performance.now();
      if (left <= 0) throw new Error(`${this.#name} did not come so far: ${this.#written()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000));
        this.#watchers.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Stops it where it is: its connections stay open, and it hears of nothing any more. */
  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Waits for its end, and fails unless it said that all went well. */
  async succeeds(limitMs: number): Promise<void> {
    const code = await Promise.race([
      this.ended,
      new Promise<string>((resolve) => setTimeout(resolve, limitMs, 'no end in time').unref()),
    ]);
    if (code !== 0) throw new Error(`${this.#name}: ${code ?? 'a signal'}\n${this.#written()}`);
  }

  /** Ends it by its pid, gently first; returns its exit code, null when that was not enough. */
  async end(patienceMs = 15_000): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }

  #written(): string {
    return [...this.lines.slice(-30), this.#stderr.slice(-4000)].join('\n');
  }
}

/** What a request to send answered: its status, and when it was made (`performance.now()`). */
export interface Posted {
  readonly body: string;
  readonly status: number;
  readonly at: number;
}

/** Posts numbered messages, four at a time, until it is stopped. */
export class HttpLoad {
  readonly posted: Posted[] = [];
  #stopped = false;
  readonly #workers: Promise<unknown>;

  constructor(url: string) {
    let number = 0;
    this.#workers = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!this.#stopped) {
          number += 1;
          this.posted.push(await post(url, `message ${number}`));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }),
    );
  }

  /** The messages that the endpoint said it has, from a moment on. */
  accepted(since = 0): string[] {
    return this.posted.filter((one) => one.status === 202 && one.at >= since).map((o) => o.body);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#workers;
  }
}

/** Posts one message as text. */
export async function post(url: string, body: string, key?: string): Promise<Posted> {
  const at = performance.now();
  const { status } = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'text/plain', ...(key && { 'Idempotency-Key': key }) },
    signal: AbortSignal.timeout(60_000),
  });
  return { body, status, at };
}
