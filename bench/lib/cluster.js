// A cluster in a temporary directory, on ports of its own: made, driven and removed by a bench.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { brokersOf } from '../../dist/clients/brokers.js';
import { openCluster, statusOf, thisHost } from '../../dist/index.js';
import { freePorts } from '../../dist/agents/local/ports.js';

const BIN = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'mqha.js');
const NODES = 3;
/** A command that was interrupted has this long to end. */
const COMMAND_END_MS = 10_000;

/** @typedef {import('../../dist/index.js').ClusterStatus} ClusterStatus */
/** @typedef {import('../../dist/index.js').NodeStatus} NodeStatus */
/** @typedef {ClusterStatus & { supervisor?: { running: boolean, pid: number | null } }} Status */
/** @typedef {{ exitCode: number, stdout: string, stderr: string }} Ran */

/** Thrown by whatever a bench waits for once somebody pressed Ctrl-C. */
export class Interrupted extends Error {}

export class BenchCluster {
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #running = new Set();
  /** @type {import('../../dist/index.js').Cluster | undefined} */
  #opened;
  #ended = false;

  /**
   * @param {string} directory
   * @param {boolean} supervised
   */
  constructor(directory, supervised) {
    this.directory = directory;
    this.supervised = supervised;
  }

  /**
   * `mqha init` with free ports.
   * @param {{ supervised: boolean, sessionTimeout?: string, sync?: string, nodes?: number, anonymous?: boolean }} options what is left out: the default
   */
  static async make({ supervised, sessionTimeout, sync, nodes = NODES, anonymous = false }) {
    const directory = await mkdtemp(join(tmpdir(), 'mqha-bench-'));
    const cluster = new BenchCluster(directory, supervised);
    const [web, message, replication, zookeeper] = await freePorts([nodes, nodes, 1, 1]);
    await cluster.must(
      ...['init', '--nodes', String(nodes), '--web-port', String(web)],
      ...['--message-port', String(message), '--replication-port', String(replication)],
      ...['--zookeeper-port', String(zookeeper)],
      ...(sync === undefined ? [] : ['--sync', sync]),
      ...(anonymous ? ['--no-auth'] : []),
    );
    if (sessionTimeout !== undefined) await cluster.setSessionTimeout(sessionTimeout);
    return cluster;
  }

  /** @param {string} timeout edited in mqha.yaml as a person would; `up` renders the rest */
  async setSessionTimeout(timeout) {
    const file = join(this.directory, 'mqha.yaml');
    const text = await readFile(file, 'utf8');
    const edited = text.replace(/^(\s*sessionTimeout:).*$/m, `$1 ${timeout}`);
    if (!edited.includes(`sessionTimeout: ${timeout}`)) throw new Error(`no timeout in ${file}`);
    await writeFile(file, edited);
  }

  /**
   * Runs the built command line as a person does.
   * @param {string[]} args
   * @returns {Promise<Ran>}
   */
  run(...args) {
    if (this.#ended) throw new Interrupted();
    return this.#spawn(args);
  }

  /**
   * Runs a command that must succeed; returns its stdout.
   * @param {string[]} args
   */
  async must(...args) {
    const { exitCode, stdout, stderr } = await this.run(...args);
    if (exitCode !== 0)
      throw new Error(`mqha ${args.join(' ')} exited with ${exitCode}\n${stderr}`);
    return stdout;
  }

  /** Starts what does not run, on the side that this cluster is on. */
  up() {
    return this.must('up', ...(this.supervised ? [] : ['--no-supervisor']));
  }

  /** The value of `mqha status --json`, without the cost of another process. @returns {Promise<Status>} */
  async status() {
    if (this.#ended) throw new Interrupted();
    return statusOf(await this.open());
  }

  /** The cluster as the library sees it, for what the command line does not show. */
  async open() {
    this.#opened ??= await openCluster(this.directory, thisHost({}));
    return this.#opened;
  }

  /** Where clients connect, and as whom. */
  async clients() {
    const { config, account } = await this.open();
    return { brokers: brokersOf(config), account };
  }

  /** The names of the nodes. */
  async names() {
    return (await this.open()).config.nodes.map((node) => node.name);
  }

  /** @param {string} node where its activemq.log lies */
  log(node) {
    return join(this.directory, 'nodes', node, 'log', 'activemq.log');
  }

  /** The pid of a node's process, or of `zookeeper`; undefined where it does not run. @param {string} name */
  async pid(name) {
    return (await (await this.open()).registry.find(name))?.pid;
  }

  /**
   * Looks again until the cluster is as wanted.
   * @param {(status: Status) => boolean} wanted
   * @param {{ limitMs: number, pauseMs?: number }} options
   * @returns the status, or undefined where the limit has passed
   */
  async until(wanted, { limitMs, pauseMs = 250 }) {
    const end = Date.now() + limitMs;
    for (;;) {
      const status = await this.status();
      if (wanted(status)) return status;
      if (Date.now() > end) return undefined;
      await sleep(pauseMs);
    }
  }

  /** Resumes every suspended process of it, so that nothing stays behind that answers nobody. */
  async resumeAll() {
    const { registry } = await this.open();
    for (const process of await registry.all()) {
      if (process.suspended) await registry.signal(process, 'SIGCONT');
    }
  }

  /** Ends every process of it and removes it, whatever state it is in. */
  async remove() {
    this.#ended = true;
    try {
      await this.#endCommands();
      await this.resumeAll();
      const { exitCode, stderr } = await this.#spawn(['destroy', '--yes']);
      if (exitCode !== 0) console.error(`mqha destroy exited with ${exitCode}\n${stderr}`);
      const { registry } = await this.open();
      for (const process of await registry.all()) await registry.signal(process, 'SIGKILL');
    } finally {
      await rm(this.directory, { recursive: true, force: true });
    }
  }

  /** Ends the commands that still run, since one of them could start again what is to be removed. */
  async #endCommands() {
    const end = Date.now() + COMMAND_END_MS;
    for (const child of this.#running) child.kill('SIGINT');
    while (this.#running.size > 0 && Date.now() < end) await sleep(50);
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /**
   * @param {string[]} args
   * @returns {Promise<Ran>}
   */
  #spawn(args) {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, '-C', this.directory, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.#running.add(child);
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      child.once('error', reject);
      // `exit`, not `close`: what was left running must not hold the bench through a pipe.
      child.once('exit', (code) => {
        this.#running.delete(child);
        resolve({ exitCode: code ?? -1, stdout, stderr });
      });
    });
  }
}

/**
 * Makes a cluster, works with it, and leaves nothing of it behind: not after an error, nor after Ctrl-C.
 * @template T
 * @param {{ supervised: boolean, sessionTimeout?: string, sync?: string }} options
 * @param {(cluster: BenchCluster) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withCluster(options, work) {
  const interrupt = interruption();
  const cluster = await BenchCluster.make(options);
  try {
    return await Promise.race([work(cluster), interrupt.promise]);
  } finally {
    await cluster.remove();
    interrupt.forget();
  }
}

/** A promise that is rejected by Ctrl-C or SIGTERM, and a signal that ends what else runs then. */
export function interruption() {
  const ending = new AbortController();
  /** @type {() => void} */
  let interrupt = () => undefined;
  /** @type {Promise<never>} */
  const promise = new Promise((_, reject) => {
    interrupt = () => {
      reject(new Interrupted());
      ending.abort();
    };
  });
  promise.catch(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
  return {
    promise,
    signal: ending.signal,
    forget: () => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
    },
  };
}

/**
 * Runs a bench and exits: 0 where it says true, 1 where false or failed, 130 interrupted.
 * @param {() => Promise<boolean>} bench
 */
export async function runBench(bench) {
  try {
    process.exit((await bench()) ? 0 : 1);
  } catch (error) {
    if (error instanceof Interrupted) process.exit(130);
    console.error(error);
    process.exit(1);
  }
}
