import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Why a path may be in the hands of somebody else. */
export interface Distrust {
  /** What is at fault: the path that was asked for, what it leads through, or one of its parents. */
  readonly path: string;
  /** `owner`: somebody else owns it. `others`, `group`: they can write it. */
  readonly why: 'owner' | 'others' | 'group';
  readonly uid: number;
  readonly gid: number;
}

const ROOT = 0;
const STICKY = 0o1000;
const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
/** As many as Linux follows. */
const MAX_LINKS = 40;
/** What the system shows in place of users that a container does not have; see user_namespaces(7). */
const NO_USER = 65_534;

/**
 * Whether somebody else than who runs this, and root, can put other files into the place of these: owns or can write
 * them, a link that leads to them, or a directory above them. A directory with the sticky bit, as /tmp, does no harm above
 * what is ours. What is absent can be trusted when its parents can. It loads nothing and throws nothing: the command line
 * asks before it runs code from its cache.
 * @param paths absolute, or relative to the working directory
 * @param owner whose they may be as well
 * @returns the first that is at fault; undefined where there is none, or the system has no users
 */
export function distrusted(paths: readonly string[], owner?: number): Distrust | undefined {
  const self = process.geteuid?.();
  if (self === undefined) return undefined;
  const users = new Set([self, ROOT, ...(owner === undefined ? [] : [owner])]);
  const seen = new Set<string>();
  const looks = new Map<string, Stats | undefined>();
  for (const path of paths) {
    for (const found of leadingTo(resolve(path), looks)) {
      // What is asked for is not excused by the sticky bit, also where it was met as a parent of another.
      const key = `${found.path}${found.isEnd ? '/' : ''}`;
      const fault = seen.has(key) ? undefined : faultOf(found, users, self);
      if (fault) return fault;
      seen.add(key);
    }
  }
  return undefined;
}

interface Found {
  readonly path: string;
  readonly stats: Stats;
  /** Whether it is what was asked for, and not on the way to it. */
  readonly isEnd: boolean;
}

/** Every directory and link on the way to a path, from the root on, and what it is in the end; as far as they exist. */
function* leadingTo(path: string, looks: Map<string, Stats | undefined>): Generator<Found> {
  const statsOf = (one: string) => {
    if (!looks.has(one)) looks.set(one, look(one));
    return looks.get(one);
  };
  let at = '/';
  let links = 0;
  let rest = path.split('/').filter((part) => part !== '');
  const root = statsOf(at);
  if (root) yield { path: at, stats: root, isEnd: rest.length === 0 };
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    const next = join(at, part);
    const stats = statsOf(next);
    if (!stats) return;
    const isLink = stats.isSymbolicLink();
    yield { path: next, stats, isEnd: rest.length === 0 && !isLink };
    if (!isLink) {
      at = next;
      continue;
    }
    links += 1;
    const target = links > MAX_LINKS ? undefined : linkOf(next);
    if (target === undefined) return;
    if (isAbsolute(target)) at = '/';
    rest = [...target.split('/').filter((one) => one !== '' && one !== '.'), ...rest];
    // join() goes up by itself: `at` is free of links.
  }
}

function faultOf(
  { path, stats, isEnd }: Found,
  users: ReadonlySet<number>,
  self: number,
): Distrust | undefined {
  const { uid, gid, mode } = stats;
  const fault = (why: Distrust['why']): Distrust => ({ path, why, uid, gid });
  const writable = stats.isSymbolicLink() ? 0 : mode & (OTHERS_WRITE | GROUP_WRITE);
  if (!users.has(uid) && (isEnd || writable !== 0 || !isOutside(uid))) return fault('owner');
  if (!isEnd && (mode & STICKY) !== 0) return undefined;
  if ((writable & OTHERS_WRITE) !== 0) return fault('others');
  // By convention the group of the same number is a user's own; that of root has root alone.
  const isPrivate = gid === uid || gid === self || gid === ROOT;
  return (writable & GROUP_WRITE) !== 0 && !isPrivate ? fault('group') : undefined;
}

/** Whether an owner is one outside the container, who has its whole file system in hand anyway. */
function isOutside(uid: number): boolean {
  if (uid !== NO_USER) return false;
  try {
    const map = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
    return !map.some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
      return uid >= first && uid < first + count;
    });
  } catch {
    return false;
  }
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined; // Absent, or closed to us: who uses it is told that.
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
