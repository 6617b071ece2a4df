import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Whose a process is that runs as one user and was started by another: nobody's. */
export const SEVERAL_USERS = -1;

/**
 * Whose a process is; Linux only. SEVERAL_USERS where it has several, undefined where it has ended. A program with the
 * setuid bit runs as its owner with an argv that whoever started it has chosen; its real user tells who that was.
 */
export async function ownerOf(pid: number): Promise<number | undefined> {
  return parseOwner(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
}

/**
 * Whose processes may count as a cluster's: those of who runs this, of who owns the cluster's `.mqha`, and of root, who
 * may have started it for them. undefined where the system knows no users.
 */
export function trustedUsers(stateDirectory: string): ReadonlySet<number> | undefined {
  const self = process.geteuid?.();
  if (self === undefined) return undefined;
  const owner = statSync(stateDirectory, { throwIfNoEntry: false })?.uid ?? self;
  return new Set([self, owner, 0]);
}

/**
 * `Uid:` has the real, effective, saved and file-system user, see proc(5).
 * @param status the text of /proc/<pid>/status
 */
export function parseOwner(status: string): number | undefined {
  const users = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1);
  if (users === undefined) return undefined;
  return new Set(users).size === 1 ? Number(users[0]) : SEVERAL_USERS;
}
