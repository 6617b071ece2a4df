// The cluster of the tests, as a bench needs it: opened once, ended by Ctrl-C.
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessInfo } from '../../src/agents/process.js';
import { brokersOf, type ClientOptions } from '../../src/clients/brokers.js';
import { statusOf } from '../../src/observe/status-of.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { recordedArchives } from '../../src/operations/start/class-data.js';
import type { Cluster } from '../../src/state/cluster.js';
import { eventually, TestCluster, type CliResult } from '../../test/support/cluster.js';

const NODES = 3;
/** A command that was interrupted has this long to end. */
const COMMAND_END_MS = 10_000;
/** Between two attempts of a client to connect to one broker: what is measured is the cluster, not the client. */
const ATTEMPT_MS = 5;
const ARCHIVES_MS = 300_000;

/** Thrown by whatever a bench waits for once somebody pressed Ctrl-C. */
export class Interrupted extends Error {}

/** How a cluster is made; what is left out is as by default. */
export interface BenchOptions {
  readonly supervised: boolean;
  /** As in mqha.yaml: `2s`. */
  readonly sessionTimeout?: string;
  readonly sync?: string;
  readonly nodes?: number;
  /** Without accounts. */
  readonly anonymous?: boolean;
  /** Every link encrypted. */
  readonly tls?: boolean;
}

export class BenchCluster extends TestCluster {
  /** Whether `up` leaves a supervisor. */
  supervised = true;
  readonly #running = new Set<ChildProcess>();
  #opened: Promise<Cluster> | undefined;
  #ended = false;

  /** `mqha init` with free ports. */
  static async of(options: BenchOptions): Promise<BenchCluster> {
    const {
      supervised,
      sessionTimeout,
      sync,
      nodes = NODES,
      anonymous = false,
      tls = false,
    } = options;
    const flags = ['--nodes', String(nodes)];
    if (sync !== undefined) flags.push('--sync', sync);
    if (anonymous) flags.push('--no-auth');
    if (tls) flags.push('--tls');
    const cluster = await BenchCluster.make(flags);
    cluster.supervised = supervised;
    if (sessionTimeout !== undefined) {
      await cluster.edit((text) =>
        text.replace(/^(\s*sessionTimeout:).*$/m, `$1 ${sessionTimeout}`),
      );
    }
    return cluster;
  }

  override async run(...args: string[]): Promise<CliResult> {
    if (this.#ended) throw new Interrupted();
    const { child, ended } = this.start(args);
    this.#running.add(child);
    try {
      return await ended;
    } finally {
      this.#running.delete(child);
    }
  }

  /** Runs a command that must succeed; returns its stdout. */
  async must(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(...args);
    if (exitCode === 0) return stdout;
    throw new Error(`mqha ${args.join(' ')} exited with ${exitCode}\n${stderr}`);
  }

  /** Starts what does not run, on the side that this cluster is on. */
  up(): Promise<string> {
    return this.must('up', ...(this.supervised ? [] : ['--no-supervisor']));
  }

  /** The value of `mqha status --json`, without the cost of another process. */
  override async status(): Promise<ClusterStatus> {
    if (this.#ended) throw new Interrupted();
    return statusOf(await this.open());
  }

  override open(): Promise<Cluster> {
    return (this.#opened ??= super.open());
  }

  /** Where clients connect, and as whom. */
  async clients(): Promise<ClientOptions> {
    const { config, tls, account } = await this.open();
    return { brokers: brokersOf(config, tls), account, attemptMs: ATTEMPT_MS };
  }

  /** The names of the nodes. */
  async names(): Promise<string[]> {
    return (await this.open()).config.nodes.map(({ name }) => name);
  }

  /** The process of a node, or of `zookeeper`; undefined where it does not run. */
  async find(name: string): Promise<ProcessInfo | undefined> {
    return (await this.open()).registry.find(name);
  }

  override async remove(): Promise<void> {
    this.#ended = true;
    await this.#endCommands();
    await super.remove();
  }

  /** Ends the commands that still run, since one of them could start again what is to be removed. */
  async #endCommands(): Promise<void> {
    const end = Date.now() + COMMAND_END_MS;
    for (const child of this.#running) child.kill('SIGINT');
    while (this.#running.size > 0 && Date.now() < end) await sleep(50);
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

/** Makes a cluster, works with it, and leaves nothing of it behind: not after an error, nor after Ctrl-C. */
export async function withCluster<T>(
  options: BenchOptions,
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  const interrupt = interruption();
  const cluster = await BenchCluster.of(options);
  try {
    return await Promise.race([work(cluster), interrupt.promise]);
  } finally {
    await cluster.remove();
    interrupt.forget();
  }
}

/** The first start on a machine records what it loads; those that are measured come after it. */
export function recordArchives(options: BenchOptions = { supervised: true }): Promise<void> {
  return withCluster(options, async (cluster) => {
    const opened = await cluster.open();
    const recorded = () => recordedArchives(opened);
    if (await recorded()) return;
    await cluster.up();
    await eventually(recorded, Boolean, ARCHIVES_MS);
  });
}

/** What Ctrl-C and SIGTERM do to a bench. */
export interface Interruption {
  /** Rejected then. */
  readonly promise: Promise<never>;
  /** Ends what else runs then. */
  readonly signal: AbortSignal;
  readonly forget: () => void;
}

export function interruption(): Interruption {
  const ending = new AbortController();
  let interrupt: () => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    interrupt = () => {
      reject(new Interrupted());
      ending.abort();
    };
  });
  promise.catch(() => undefined);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    promise,
    signal: ending.signal,
    forget: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

/** Runs a bench and exits: 0 where it says true, 1 where false or failed, 130 interrupted. */
export async function runBench(bench: () => Promise<boolean>): Promise<never> {
  try {
    process.exit((await bench()) ? 0 : 1);
  } catch (error) {
    if (error instanceof Interrupted) process.exit(130);
    console.error(error);
    process.exit(1);
  }
}
