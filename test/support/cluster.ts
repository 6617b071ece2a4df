import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { openCluster, thisHost, type Cluster } from '../../src/state/cluster.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { endSupervisor } from '../../src/operations/supervision.js';
import type { Entry } from '../../src/state/journal/entries.js';
import { packageRoot } from '../../src/lib/package.js';
import { freePorts } from '../../src/agents/local/ports.js';
import { Deadline } from '../../src/lib/time.js';

/** What one run of the command line gave. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** What it has written to stdout so far. */
  readonly printed: () => string;
}

/** Runs the built command line as a user does, without a terminal. */
export async function mqha(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<CliResult> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [join(packageRoot(), 'bin', 'mqha.js'), ...args],
    {
      reject: false,
      stdin: 'ignore',
      env: { MQHA_CLUSTER: '', ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      timeout: 240_000,
      killSignal: 'SIGKILL',
    },
  );
  return { exitCode: exitCode ?? -1, stdout, stderr };
}

/** A cluster in a temporary directory, on ports of its own, driven through the command line. */
export class TestCluster {
  readonly directory: string;
  readonly env: Record<string, string>;

  constructor(directory: string, env: Record<string, string>) {
    this.directory = directory;
    this.env = env;
  }

  /**
   * `mqha init` with free ports.
   * @param prefix of the directory's name
   */
  static async make<T extends TestCluster>(
    this: new (directory: string, env: Record<string, string>) => T,
    flags: readonly string[] = ['--nodes', '3'],
    env: Record<string, string> = {},
    prefix = 'mqha-test-',
  ): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), prefix));
    const [web = 0, message = 0, replication = 0, zookeeper = 0] = await freePorts([9, 9, 9, 1]);
    const ports = ['--web-port', web, '--message-port', message, '--replication-port', replication];
    if (!flags.includes('--zookeeper')) ports.push('--zookeeper-port', zookeeper);
    const cluster = new this(directory, env);
    const made = await mqha(['init', directory, ...ports.map(String), ...flags], { env });
    if (made.exitCode !== 0) throw new Error(`mqha init failed: ${made.stderr}`);
    return cluster;
  }

  /** Edits mqha.yaml as a person does. */
  async edit(change: (text: string) => string): Promise<void> {
    const file = join(this.directory, 'mqha.yaml');
    await writeFile(file, change(await readFile(file, 'utf8')));
  }

  /** The pid of a node that runs, or of `zookeeper`. */
  async pidOf(name: string): Promise<number> {
    const found = await (await this.open()).registry.find(name);
    if (!found) throw new Error(`${name} does not run`);
    return found.pid;
  }

  /** Where a node's activemq.log lies. */
  log(node: string): string {
    return join(this.directory, 'nodes', node, 'log', 'activemq.log');
  }

  /** What the journal holds since a moment. */
  async events(since: Date): Promise<Entry[]> {
    return (await this.open()).journal.read({ since });
  }

  /** Runs a command on this cluster. */
  run(...args: string[]): Promise<CliResult> {
    return mqha(['-C', this.directory, ...args], { env: this.env });
  }

  /** Starts a command and returns while it runs; what it prints and how it ended comes later. */
  start(args: readonly string[], input?: string): Running {
    const program = join(packageRoot(), 'bin', 'mqha.js');
    const child = spawn(process.execPath, [program, '-C', this.directory, ...args], {
      env: { ...process.env, MQHA_CLUSTER: '', ...this.env },
    });
    child.stdin.on('error', () => undefined);
    if (input === undefined) child.stdin.end();
    else child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close').then(([code]) => ({
      exitCode: typeof code === 'number' ? code : -1,
      stdout: stdout.trimEnd(),
      stderr,
    }));
    return { child, ended, printed: () => stdout };
  }

  /** Runs a command that must succeed, and returns its JSON. */
  async json<T>(...args: string[]): Promise<T> {
    const result = await this.run(...args, '--json');
    if (result.exitCode !== 0) {
      throw new Error(`mqha ${args.join(' ')} exited ${result.exitCode}: ${result.stderr}`);
    }
    return JSON.parse(result.stdout) as T;
  }

  status(): Promise<ClusterStatus> {
    return this.json<ClusterStatus>('status');
  }

  /** The cluster as the library sees it, for what the command line does not show. */
  open(): Promise<Cluster> {
    return openCluster(this.directory, thisHost({}));
  }

  /** Resumes every suspended process of it, which could not end else. */
  async resumeAll(): Promise<void> {
    const { registry } = await this.open();
    for (const process of await registry.all()) await registry.signal(process, 'SIGCONT');
  }

  /** Ends every process of it and removes it, also after a failed test. */
  async remove(): Promise<void> {
    if (existsSync(join(this.directory, 'mqha.yaml'))) {
      const cluster = await this.open();
      const { registry } = cluster;
      await this.resumeAll();
      await mqha(['-C', this.directory, 'down', '--timeout', '20s'], { env: this.env });
      await endSupervisor(cluster, Deadline.in(5000));
      for (const process of await registry.all()) await registry.signal(process, 'SIGKILL');
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

/**
 * A three-node cluster that is up, and what its clients need.
 * @param flags more of `mqha init`
 */
export async function startedCluster(flags: readonly string[] = []): Promise<{
  cluster: TestCluster;
  settings: ClientSettings;
}> {
  const cluster = await TestCluster.make(['--nodes', '3', ...flags]);
  try {
    const settings = await cluster.json<ClientSettings>('env');
    await cluster.json('up');
    return { cluster, settings };
  } catch (error) {
    await cluster.remove();
    throw error;
  }
}

/** What was waited for has not come within its limit. */
export class NotInTime extends Error {}

/** Asks again until the answer is as wanted. @throws NotInTime */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (performance.now() > end) throw new NotInTime(`not so in time: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** The error that a command with --json has written. */
export const errorIn = (stderr: string) =>
  (JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Failure).error;
