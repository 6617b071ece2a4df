import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePorts } from '../../src/agents/local/ports.js';
import { askWord } from '../../src/stores/replicated-leveldb/zookeeper/server.js';
import { Deadline } from '../../src/lib/time.js';
import { eventually } from './cluster.js';
import { java } from './examples.js';

const HOST = '127.0.0.1';
const SIZE = 3;

interface Server {
  readonly port: number;
  readonly file: string;
  child: ChildProcess | undefined;
}

/** ZooKeeper servers that belong to somebody else: as their own documentation says, and open to everybody. */
export class Ensemble {
  readonly #directory: string;
  readonly #classPath: string;
  readonly #servers: readonly Server[];

  private constructor(directory: string, classPath: string, servers: readonly Server[]) {
    this.#directory = directory;
    this.#classPath = classPath;
    this.#servers = servers;
  }

  /** Three of them, once they serve. @param jars which have ZooKeeper */
  static async start(jars: readonly string[]): Promise<Ensemble> {
    const directory = await mkdtemp(join(tmpdir(), 'mqha-ensemble-'));
    const [clients = 0, peers = 0] = await freePorts([SIZE, 2 * SIZE]);
    const numbers = Array.from({ length: SIZE }, (_, index) => index);
    const members = numbers.map(
      (n) => `server.${n + 1}=${HOST}:${peers + 2 * n}:${peers + 2 * n + 1}`,
    );
    const servers = await Promise.all(
      numbers.map(async (n) => {
        const data = join(directory, String(n + 1));
        await mkdir(data);
        await writeFile(join(data, 'myid'), String(n + 1));
        const file = join(directory, `${n + 1}.cfg`);
        const lines = [
          ...['tickTime=500', 'initLimit=20', 'syncLimit=10', 'admin.enableServer=false'],
          ...[`dataDir=${data}`, `clientPort=${clients + n}`, `clientPortAddress=${HOST}`],
          ...['4lw.commands.whitelist=srvr,conf', ...members],
        ];
        await writeFile(file, `${lines.join('\n')}\n`);
        return { port: clients + n, file, child: undefined };
      }),
    );
    const ensemble = new Ensemble(directory, jars.join(delimiter), servers);
    for (const server of servers) ensemble.#launch(server);
    await Promise.all(servers.map((server) => serves(server.port)));
    return ensemble;
  }

  /** As `--zookeeper` takes it. */
  get connect(): string {
    return this.#servers.map(({ port }) => `${HOST}:${port}`).join(',');
  }

  #launch(server: Server): void {
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    server.child = spawn(java, ['-Xmx64m', '-cp', this.#classPath, main, server.file], {
      stdio: 'ignore',
      cwd: this.#directory,
    });
  }

  /** Kills a server, by default the one that leads the others. */
  async kill(mode: 'leader' | 'follower' = 'leader'): Promise<void> {
    await end(await this.#inMode(mode));
  }

  async #inMode(mode: 'leader' | 'follower'): Promise<Server> {
    for (const server of this.#servers) {
      if (server.child && (await said(server.port)).includes(`Mode: ${mode}`)) return server;
    }
    throw new Error(`nobody is ${mode}`);
  }

  /** Suspends a server, by default one of those that do not lead: it takes connections, and says nothing. */
  async suspend(mode: 'leader' | 'follower' = 'follower'): Promise<void> {
    (await this.#inMode(mode)).child?.kill('SIGSTOP');
  }

  /** Lets go on who was suspended. */
  async resume(): Promise<void> {
    for (const { child } of this.#servers) child?.kill('SIGCONT');
    await Promise.all(this.#servers.map(({ port }) => serves(port)));
  }

  /** Starts again who was killed. */
  async restore(): Promise<void> {
    for (const server of this.#servers) if (!server.child) this.#launch(server);
    await Promise.all(this.#servers.map(({ port }) => serves(port)));
  }

  async remove(): Promise<void> {
    await Promise.all(this.#servers.map(end));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function end(server: Server): Promise<void> {
  const { child } = server;
  if (!child) return;
  server.child = undefined;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

const said = (port: number) =>
  askWord({ host: HOST, port }, 'srvr', Deadline.in(2000)).catch(() => '');

const serves = (port: number) =>
  eventually(
    () => said(port),
    (answer) => answer.includes('Mode: '),
  );
