import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { sleep, type Deadline } from '../../lib/time.js';
import { LockServer, type LockHolder } from './lock-server.js';
import { ownerOf } from './owner.js';

/**
 * The names of locks of an earlier mqha: abstract sockets of Linux, which anybody may take, and which Node.js 20 pads
 * with zeros and later ones do not. This file keeps such an mqha and this one from working side by side, and goes with
 * version 0.2.
 */

/** The whole of `sun_path`: the zero in front, the name, and zeros. */
const PADDED_LENGTH = 108;
const LOOK_MS = 50;
/** Anybody can connect to an abstract socket. */
const MAX_CONNECTIONS = 32;

/** A process that holds a former name. */
interface Found extends LockHolder {
  readonly inode: string;
}

/** Whom of this user an earlier mqha would find to hold a lock; undefined where nobody does. */
export async function formerHolder(directory: string): Promise<LockHolder | undefined> {
  const name = formerName(directory);
  return name === undefined ? undefined : findHolder(name);
}

/**
 * Holds the former names of a lock, once no mqha of this user holds one. A name that another user has taken is left to
 * it: no mqha of this user can hold it then either.
 * @param onHolder told whom it waits for
 * @returns undefined where the deadline passes first
 */
export async function holdFormerNames(
  directory: string,
  holder: LockHolder,
  deadline: Deadline,
  onHolder: (holder: LockHolder) => void,
): Promise<{ release(): Promise<void> } | undefined> {
  const name = formerName(directory);
  if (name === undefined) return { release: () => Promise.resolve() };
  for (;;) {
    const earlier = await findHolder(name);
    if (!earlier) {
      const servers = await bindAll(name, holder);
      const release = async () => {
        await Promise.all(servers.map((server) => server.close()));
      };
      // One that began between the look and the binding has the name that could not be bound.
      const other = servers.length === formsOf(name).length ? undefined : await findHolder(name);
      if (other === undefined || other.pid === process.pid) return { release };
      await release();
    } else onHolder({ pid: earlier.pid, command: earlier.command });
    if (deadline.passed) return undefined;
    await sleep(Math.min(LOOK_MS, deadline.remaining));
  }
}

function formerName(directory: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const digest = createHash('sha256').update(realpathSync(directory)).digest('hex');
    return `mqha-${userInfo().uid}-${digest.slice(0, 24)}`;
  } catch {
    return undefined; // What is not there had no lock.
  }
}

/** The forms that this Node.js can bind: up to 20 it pads by itself. */
function formsOf(name: string): string[] {
  const plain = `\0${name}`;
  const major = Number(process.versions.node.split('.')[0]);
  return major < 22 ? [plain] : [plain, plain.padEnd(PADDED_LENGTH, '\0')];
}

async function bindAll(name: string, holder: LockHolder): Promise<LockServer[]> {
  const tried = await Promise.all(
    formsOf(name).map((form) =>
      LockServer.listen(form, holder, MAX_CONNECTIONS).catch(() => undefined),
    ),
  );
  return tried.filter((server) => server !== undefined);
}

/** /proc/net/unix shows the zeros of an abstract name as `@`; the 7th field is the inode. */
async function findHolder(name: string): Promise<Found | undefined> {
  const table = await readFile('/proc/net/unix', 'latin1').catch(() => '');
  const inodes = table.split('\n').flatMap((line) => {
    const [inode, path] = line.trim().split(/\s+/).slice(6);
    const isIt = path?.startsWith(`@${name}`) === true && path.replace(/@+$/, '') === `@${name}`;
    return isIt && inode !== undefined ? [inode] : [];
  });
  return inodes.length === 0 ? undefined : processWith(new Set(inodes));
}

/** The process of this user that holds one of these sockets open. Whose it is nobody else can make up. */
async function processWith(inodes: ReadonlySet<string>): Promise<Found | undefined> {
  const user = process.geteuid?.();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid): Promise<Found | undefined> => {
      if ((await ownerOf(pid)) !== user) return undefined;
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      for (const descriptor of descriptors) {
        const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
        const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
        if (inode === undefined || !inodes.has(inode)) continue;
        const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
        return { pid, inode, command: commandOf(words) };
      }
      return undefined;
    }),
  );
  return found.find((one) => one !== undefined);
}

/** `node …/bin/mqha.js up` as a person types it. */
function commandOf(words: readonly string[]): string {
  const program = words.findIndex((word) => /(^|\/)mqha(\.c?js)?$/.test(word));
  return ['mqha', ...words.slice(program === -1 ? words.length : program + 1)].join(' ').trim();
}
