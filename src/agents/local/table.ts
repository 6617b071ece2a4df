import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';
import { systemCode } from '../../lib/errors.js';
import { readIfThere } from '../../lib/files.js';
import type { ProcessInfo } from '../process.js';
import { ownerOf, SEVERAL_USERS } from './owner.js';

/**
 * The processes of this machine. A zombie is not in it: it runs no more, holds no port and no lock.
 * This is the seam for other systems.
 */
export interface ProcessTable {
  get(pid: number): Promise<ProcessInfo | undefined>;
  /** @param argument leaves out whoever has not this one: then most of the work is left out too */
  list(argument?: string): Promise<ProcessInfo[]>;
  /** Changes with every boot of the machine, so that a record from before it is never believed. */
  bootId(): Promise<string>;
}

/** Where a process works, as the system says; undefined where it does not, as of other users' processes. */
export function workingDirectory(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** The table of the running system. */
export function systemProcesses(platform: NodeJS.Platform = process.platform): ProcessTable {
  return platform === 'linux' ? linuxProcesses : psProcesses;
}

const linuxProcesses: ProcessTable = {
  async get(pid) {
    try {
      const [stat, cmdline, user] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
        ownerOf(pid),
      ]);
      const info = parseProc(pid, stat, cmdline);
      // It has ended between the two where its user is not known.
      return info && user !== undefined ? { ...info, user } : undefined;
    } catch (error) {
      // It ended meanwhile, or is not ours to look at; anything else says nothing about the process.
      if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? ''))
        return undefined;
      throw error;
    }
  },
  async list(argument) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const all = await Promise.all(
      pids.map(async (pid) => {
        if (argument !== undefined && !(await hasArgument(pid, argument))) return undefined;
        return linuxProcesses.get(pid);
      }),
    );
    return all.filter((info) => info !== undefined);
  },
  async bootId() {
    return (await readIfThere('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  },
};

async function hasArgument(pid: number, argument: string): Promise<boolean> {
  const cmdline = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return cmdline.split('\0').includes(argument);
}

/** proc(5): the command name in parentheses may hold anything, so fields are counted after the last one. */
export function parseProc(pid: number, stat: string, cmdline: string): ProcessInfo | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') {
    return undefined;
  }
  return {
    pid,
    startTime,
    argv: cmdline.split('\0').slice(0, -1),
    suspended: state === 'T' || state === 't',
  };
}

/** Of a second, in proc(5): USER_HZ, which is 100 on every machine that Node.js runs on. */
const TICKS = 100;

/** When this machine was started. */
export function bootedAt(now: Date): Date {
  return new Date(now.getTime() - uptime() * 1000);
}

/** When a process began; undefined where it runs no more, or the system does not say it this way. */
export async function startedAt(pid: number, now: Date): Promise<Date | undefined> {
  const found = await systemProcesses().get(pid);
  if (!found || !/^\d+$/.test(found.startTime)) return undefined;
  return new Date(bootedAt(now).getTime() + (Number(found.startTime) / TICKS) * 1000);
}

const run = promisify(execFile);

/** For systems without /proc (macOS): start times there have a resolution of one second. */
const psProcesses: ProcessTable = {
  async get(pid) {
    return (await ps(['-p', String(pid)]))[0];
  },
  async list(argument) {
    const all = await ps(['-A']);
    return argument === undefined ? all : all.filter((info) => info.argv.includes(argument));
  },
  async bootId() {
    const { stdout } = await run('sysctl', ['-n', 'kern.boottime']).catch(() => ({ stdout: '' }));
    return stdout.trim();
  },
};

async function ps(which: readonly string[]): Promise<ProcessInfo[]> {
  const { stdout } = await run(
    'ps',
    [...which, '-ww', '-o', 'pid=,uid=,ruid=,stat=,lstart=,command='],
    {
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C' },
    },
  ).catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => parsePs(line) ?? []);
}

/** One line of `ps -o pid=,uid=,ruid=,stat=,lstart=,command=`. */
export function parsePs(line: string): ProcessInfo | undefined {
  const match =
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line);
  if (!match) return undefined;
  const [, pid = '', user = '', started = '', state = '', startTime = '', command = ''] = match;
  if (state.startsWith('Z')) return undefined;
  return {
    pid: Number(pid),
    startTime: startTime.replace(/\s+/g, ' '),
    argv: command.split(' '),
    suspended: state.startsWith('T'),
    user: user === started ? Number(user) : SEVERAL_USERS,
  };
}
