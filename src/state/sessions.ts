import { membersOf, type Election } from '../stores/election.js';
import type { ProcessInfo } from '../agents/process.js';
import type { Deadline } from '../lib/time.js';
import type { Cluster } from './cluster.js';

/**
 * Notes which ZooKeeper session is which living process's. No broker is started while a znode of its
 * node is there, and a second one cannot hold the data directory: the only znode of a node
 * therefore belongs to the process that is proven alive before and after the look.
 * @param processes as they were found before the election was read
 */
export async function noteSessions(
  cluster: Cluster,
  election: Election,
  processes: ReadonlyMap<string, ProcessInfo>,
): Promise<void> {
  for (const [name, found] of processes) {
    const [member, ...others] = membersOf(election, name);
    if (!member || others.length > 0 || member.session === '') continue;
    await cluster.registry.noteSession(name, found, member.session);
  }
}

/** A znode that was removed. */
export interface RemovedZnode {
  readonly node: string;
  readonly znode: string;
  readonly session: string;
}

/**
 * Removes the znodes of processes that are proven dead, and only those whose session was noted while
 * the process was alive: the others need not wait for the session to expire then (the ephemeral
 * znode of a dead broker counts toward quorum, and keeps its elector or master in place).
 * @throws MqhaError `zookeeper-unreachable`
 */
export async function releaseZnodes(
  cluster: Cluster,
  names: readonly string[],
  deadline: Deadline,
): Promise<RemovedZnode[]> {
  const dead = await Promise.all(
    names.map(async (name) => ({ name, sessions: await cluster.registry.deadSessions(name) })),
  );
  if (dead.every(({ sessions }) => sessions.length === 0)) return [];
  const { coordination } = cluster;
  const election = await coordination.snapshot(deadline);
  const removed: RemovedZnode[] = [];
  for (const { name, sessions } of dead) {
    for (const member of membersOf(election, name)) {
      const { znode, session } = member;
      if (!sessions.includes(session)) continue;
      if (await coordination.release(member, deadline)) {
        removed.push({ node: name, znode, session });
      }
    }
  }
  return removed;
}
