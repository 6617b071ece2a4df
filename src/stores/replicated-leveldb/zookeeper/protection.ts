import { dirname } from 'node:path';
import type { Deadline } from '../../../lib/time.js';
import type { Protected, Protection } from '../../coordination.js';
import {
  EVERYBODY,
  isClosed,
  isProven,
  makeZnode,
  NEIGHBOURS,
  rightsAt,
  setRights,
  type Right,
} from './access.js';
import { isDenied } from './errors.js';
import type { ZooKeeperSession } from './session.js';

/** What every server has, and lets everybody write to (source: ZooKeeper 3.9, server/DataTree.java). */
const OF_THE_SERVER = ['/', '/zookeeper', '/zookeeper/quota'];

/** Which znodes are meant, and to whom they belong. */
export interface Place {
  /** The znode of the cluster. */
  readonly path: string;
  /** Whether the server is this cluster's own: then nobody else has anything there. */
  readonly managed: boolean;
  readonly owner: Right;
}

/** Who besides the owner may take part, and who takes part without knowing the password. */
export async function protectionAt(
  session: ZooKeeperSession,
  { path, owner }: Place,
  deadline: Deadline,
): Promise<Protection> {
  const rights = await rightsAt(session, path, deadline);
  if (rights === undefined) return { state: 'absent', unproven: [] };
  const below = await rightsBelow(session, path, deadline);
  return {
    state: isClosed(rights, owner) ? 'closed' : 'open',
    unproven: [...below].filter(([, own]) => !isProven(own, owner)).map(([znode]) => znode),
  };
}

/**
 * Gives the cluster's znode, what is above it as far as that is the cluster's, and what is below it, to the owner alone.
 * What is done already is done again: whoever is killed in the middle leaves nothing that the next one does not mend.
 *
 * The znode is closed before those below: who joins from then on looks at it first.
 * @param whole false while members are there that do not know the password: the znode and its members stay open
 */
export async function protectAt(
  session: ZooKeeperSession,
  place: Place,
  whole: boolean,
  deadline: Deadline,
): Promise<Protected> {
  const { path, managed, owner } = place;
  if (managed) {
    for (const znode of OF_THE_SERVER) await setRights(session, znode, [owner], deadline);
  }
  for (const parent of parentsOf(path)) {
    const made = await makeZnode(
      session,
      parent,
      managed ? [owner] : [owner, NEIGHBOURS],
      deadline,
    );
    // In an ensemble what was there before is somebody else's, or shared with others.
    if (!made && managed) await setRights(session, parent, [owner], deadline);
  }
  if (!whole) return { closed: false, unproven: [] };
  if (!(await makeZnode(session, path, [owner], deadline))) {
    if (!(await mayClose(session, place, deadline))) return { closed: false, unproven: [] };
  }
  const unproven: string[] = [];
  for (const [znode, rights] of await rightsBelow(session, path, deadline)) {
    if (!isProven(rights, owner)) unproven.push(znode);
    else if (!isClosed(rights, owner))
      await setRights(session, `${path}/${znode}`, [owner], deadline);
  }
  return { closed: true, unproven };
}

/** Lets everybody take part again, for brokers that do not authenticate. */
export async function openAt(
  session: ZooKeeperSession,
  { path, owner }: Place,
  deadline: Deadline,
): Promise<void> {
  const rights = await rightsAt(session, path, deadline);
  if (rights && isProven(rights, owner)) await setRights(session, path, [EVERYBODY], deadline);
}

/** Closes the znode of the cluster. @returns false where somebody else owns it, who has to do that */
async function mayClose(
  session: ZooKeeperSession,
  { path, managed, owner }: Place,
  deadline: Deadline,
): Promise<boolean> {
  try {
    return await setRights(session, path, [owner], deadline);
  } catch (error) {
    if (managed || !isDenied(error)) throw error;
    return false;
  }
}

/** The rights at each znode below a path; none at all at one that does not let them be read. */
async function rightsBelow(
  session: ZooKeeperSession,
  path: string,
  deadline: Deadline,
): Promise<Map<string, Right[]>> {
  const { znodes } = await session.group(path, deadline);
  const found = new Map<string, Right[]>();
  for (const { name } of znodes) {
    const rights = await rightsAt(session, `${path}/${name}`, deadline).catch((error: unknown) => {
      if (isDenied(error)) return [];
      throw error;
    });
    if (rights) found.set(name, rights);
  }
  return found;
}

/** The znodes above a path, the highest first, without the root. */
function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...parentsOf(parent), parent];
}
