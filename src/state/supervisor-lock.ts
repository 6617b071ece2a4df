import { join } from 'node:path';
import { holderPid } from '../agents/local/end-holder.js';
import { lockIn, type LockPlace } from '../agents/local/lock.js';
import type { Layout } from '../config/layout.js';
import type { Cluster } from './cluster.js';

/** The supervisor's own directory: its lock, its state, and what it could not put into the journal. */
export function supervisorDirectory(layout: Layout): string {
  return join(layout.state, 'supervisor');
}

/** A supervisor holds it for as long as it lives. */
export function supervisorLock(layout: Layout): LockPlace {
  return lockIn(supervisorDirectory(layout));
}

/**
 * The pid of the supervisor of this cluster on this host; undefined where none runs.
 */
export function supervisorPid({ layout }: Cluster): Promise<number | undefined> {
  return holderPid(supervisorLock(layout));
}
