import { execa } from 'execa';

/** The user that owns nothing. */
const NOBODY = 65_534;

/** Whether a test may become another user. */
export const canChangeUser = process.getuid?.() === 0;

/** What another user of the machine could do with a cluster, as the script below prints it. */
export interface Reached {
  /** Files that can be read. */
  readonly read: string[];
  /** Files and directories that can be changed. */
  readonly changed: string[];
  /** What of processes can be read, or that a signal reaches them. */
  readonly processes: string[];
}

const TRY = `
const fs = require('node:fs');
const { join } = require('node:path');
const [directory, ...pids] = process.argv.slice(1);
const reached = { read: [], changed: [], processes: [] };
const can = (list, name, act) => { try { act(); list.push(name); } catch {} };
(function walk(path) {
  let isDirectory;
  try { isDirectory = fs.lstatSync(path).isDirectory(); } catch { return; }
  can(reached.changed, path, () => fs.accessSync(path, fs.constants.W_OK));
  can(reached.changed, path, () => fs.chmodSync(path, 0o777));
  if (!isDirectory) { can(reached.read, path, () => fs.closeSync(fs.openSync(path, 'r'))); return; }
  can(reached.changed, path, () => fs.writeFileSync(join(path, 'stranger'), ''));
  let names = [];
  try { names = fs.readdirSync(path); } catch {}
  for (const name of names) walk(join(path, name));
})(directory);
for (const pid of pids) {
  for (const part of ['environ', 'mem', 'cwd', 'fd']) {
    const path = '/proc/' + pid + '/' + part;
    can(reached.processes, path, () => part === 'cwd' ? fs.readlinkSync(path) : part === 'fd' ? fs.readdirSync(path) : fs.closeSync(fs.openSync(path, 'r')));
  }
  for (const signal of [0, 'SIGTERM', 'SIGSTOP']) can(reached.processes, pid + ' ' + signal, () => process.kill(Number(pid), signal));
}
console.log(JSON.stringify(reached));
`;

/** Has another user try to read and change everything of a cluster, and to get at its processes. */
export async function reachedByAnother(
  directory: string,
  pids: Iterable<number>,
): Promise<Reached> {
  const { stdout } = await execa(
    process.execPath,
    ['-e', TRY, directory, ...[...pids].map(String)],
    {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      env: { PATH: process.env.PATH },
      extendEnv: false,
    },
  );
  return JSON.parse(stdout) as Reached;
}

/** A process of another user whose command has the words of a broker's. */
export function impostor(words: readonly string[]): { end(): Promise<void> } {
  const running = execa(
    process.execPath,
    ['-e', 'setInterval(() => undefined, 1000)', '--', ...words],
    {
      argv0: 'java',
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      reject: false,
      extendEnv: false,
      timeout: 120_000,
    },
  );
  return {
    end: async () => {
      running.kill('SIGKILL');
      await running;
    },
  };
}
