import { EventEmitter } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { thisHost } from '../../src/state/cluster.js';
import { initCluster } from '../../src/operations/init.js';
import { portTable, type InitOptions } from '../../src/config/defaults.js';
import { main, type MainIo } from '../../src/cli/main.js';
import { canBind, freePorts } from '../../src/agents/local/ports.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import type { Credentials } from '../../src/stores/rendered-file.js';
import { temporaryDirectory } from '../support/temp.js';

export interface Called {
  /** The whole environment: without it there is no Java, no Maven, and the cache is empty. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether the three streams are a terminal; a text is what is typed on it. */
  readonly terminal?: boolean | string;
}

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream to write to that remembers. */
class Output extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }
  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
  clearLine = () => true;
  cursorTo = () => true;
  moveCursor = () => true;
  getColorDepth = () => 8;
}

/** What `main` is given in place of a process's own, and what it did with it. */
export class TestIo implements MainIo {
  readonly stdout: MainIo['stdout'];
  readonly stderr: MainIo['stderr'];
  readonly stdin: MainIo['stdin'];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: () => string;
  /** Who waits for signals now. */
  readonly signals = new EventEmitter();
  /** The code of the first exit. */
  status: number | undefined;
  readonly #out: Output;
  readonly #err: Output;

  constructor({ terminal = false, env, cwd = '/' }: Called = {}) {
    this.#out = new Output(terminal !== false);
    this.#err = new Output(terminal !== false);
    const stdin = Object.assign(new PassThrough(), { isTTY: terminal !== false });
    if (typeof terminal === 'string') stdin.write(terminal);
    this.stdout = this.#out as unknown as MainIo['stdout'];
    this.stderr = this.#err as unknown as MainIo['stderr'];
    this.stdin = stdin as unknown as MainIo['stdin'];
    this.env = { PATH: '/nowhere', MQHA_CACHE: '/nowhere/cache', ...env };
    this.cwd = () => cwd;
  }

  readonly on: MainIo['on'] = (signal, handler) => void this.signals.on(signal, handler);
  readonly off: MainIo['off'] = (signal, handler) => void this.signals.off(signal, handler);
  readonly exit = (status: number): void => {
    this.status ??= status;
  };

  /** What it has written to stdout so far. */
  get written(): string {
    return this.#out.text;
  }

  get run(): Run {
    if (this.status === undefined) throw new Error('it did not exit');
    return { status: this.status, stdout: this.#out.text, stderr: this.#err.text };
  }
}

/** Runs the command line inside this process: a hundredfold faster than a process for each. */
export async function mqha(args: readonly string[], called: Called = {}): Promise<Run> {
  const io = new TestIo(called);
  await main([process.execPath, 'mqha', ...args], io);
  return io.run;
}

export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** The error of a command with --json: the last line of stderr, after warnings and progress. */
export function errorOf(run: Run): ErrorDocument {
  const line = run.stderr.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { error: ErrorDocument }).error;
}

/** Ports that nobody uses, as the options of `mqha init`. */
export async function portOptions(): Promise<string[]> {
  const { webPort, messagePort, replicationPort, zookeeperPort } = await ports();
  const options = {
    '--web-port': webPort,
    '--message-port': messagePort,
    '--replication-port': replicationPort,
    '--zookeeper-port': zookeeperPort,
  };
  return Object.entries(options).flat().map(String);
}

export async function ports() {
  const [webPort = 0, messagePort = 0, replicationPort = 0, zookeeperPort = 0] = await freePorts([
    9, 9, 9, 1,
  ]);
  return { webPort, messagePort, replicationPort, zookeeperPort };
}

/** A cluster of three in a temporary directory, on ports that nobody uses; its directory. */
export async function made(options: Partial<InitOptions> = {}): Promise<string> {
  const directory = join(temporaryDirectory(), 'c');
  await initCluster(directory, { nodes: 3, ...(await ports()), ...options }, thisHost({}));
  return directory;
}

/** As made(), with nothing rendered yet: enough for what is refused before that. */
export async function unrendered(options: Partial<InitOptions> = {}): Promise<string> {
  const directory = temporaryDirectory();
  const config = await portTable({ nodes: 3, ...(await ports()), ...options }, canBind);
  writeFileSync(join(directory, 'mqha.yaml'), renderClusterFile(config));
  return directory;
}

/** Changes the text of a cluster's mqha.yaml. */
export function edit(directory: string, from: string | RegExp, to: string): void {
  const file = join(directory, 'mqha.yaml');
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`mqha.yaml does not say ${String(from)}`);
  writeFileSync(file, after);
}

/** A directory for JAVA_HOME whose `java` says that it is this version. */
export function fakeJava(version: string): string {
  const home = temporaryDirectory();
  mkdirSync(join(home, 'bin'));
  const java = join(home, 'bin', 'java');
  const lines = [`java.home = ${home}`, `java.version = ${version}`, 'java.vendor = x'];
  writeFileSync(java, `#!/bin/sh\n${lines.map((line) => `echo '    ${line}'`).join('\n')}\n`);
  chmodSync(java, 0o755);
  return home;
}

/** The generated passwords and the token of a cluster: that of applications first. */
export function secretsOf(directory: string): string[] {
  const text = readFileSync(join(directory, '.mqha', 'credentials.json'), 'utf8');
  const { password, securityToken, accounts } = JSON.parse(text) as Credentials;
  const others = Object.values(accounts ?? {}).map((secret) => secret.password);
  return [...others, password, securityToken];
}

/** Every file below a directory with its content, to see that nothing changed. */
export function snapshot(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    // Who takes a lock counts a number up.
    entries
      .filter(({ parentPath }) => !parentPath.endsWith('/.mqha/lock'))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, entry.isFile() ? readFileSync(path, 'latin1') : ''];
      }),
  );
}
