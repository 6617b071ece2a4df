import { rm } from 'node:fs/promises';
import { Deadline } from '../lib/time.js';
import { withLock, type Cluster } from '../state/cluster.js';
import { want } from '../state/desired-state.js';
import { asideOf, DrillRecord } from '../state/drill-record.js';
import { tryLockOperation, workerOn } from '../state/operations-log.js';

const LOCK_MS = 15_000;

/** Who gives an undo the record, and the cluster whose processes are signalled. */
export interface Left {
  readonly record: DrillRecord;
  readonly calm: Cluster;
}

/**
 * Resumes what the record says was suspended, where that is still the same process.
 * @returns the names of those that were resumed
 */
export async function resumeSuspended({ record, calm }: Left): Promise<string[]> {
  const resumed: string[] = [];
  for (const { name, pid, startTime } of record.undone.suspended) {
    const found = await calm.registry.look({ pid, startTime });
    if (found && (await calm.here.signal(found, 'SIGCONT'))) resumed.push(name);
  }
  await record.settle('suspended');
  return resumed;
}

/** Has wanted again whom the drill has kept down itself; a person's word would have taken them out of the record. */
export async function wantKeptDown({ record, calm }: Left): Promise<void> {
  const { keptDown = [] } = record.undone;
  if (keptDown.length === 0) return;
  const { layout, host } = calm;
  await withLock(layout, host, Deadline.in(LOCK_MS), () => want(calm, keptDown, 'up'));
  await record.settle('keptDown');
}

/** Removes the stores that were put aside; every message of theirs is on the others by now. */
export async function forgetAside({ record, calm }: Left): Promise<void> {
  for (const name of record.undone.aside) {
    await rm(asideOf(calm, name), { recursive: true, force: true });
  }
  await record.settle('aside');
}

/**
 * Does something about what a drill has left that was killed, with the lock of drills held: nothing
 * where nothing is left, or where a drill, or somebody who undoes this already, is at work.
 */
export async function withLeftOver<T>(
  cluster: Cluster,
  work: (left: Left) => Promise<T>,
): Promise<T | undefined> {
  if ((await DrillRecord.open(cluster.layout)).isEmpty) return undefined;
  // Asked first: to wait for a drill would only take time from what it does with the cluster.
  if ((await workerOn(cluster, 'drill')) !== undefined) return undefined;
  const lock = await tryLockOperation(cluster, 'drill');
  if (!lock) return undefined;
  try {
    return await work({ record: await DrillRecord.open(cluster.layout), calm: cluster });
  } finally {
    await lock.release();
  }
}

/** As resumeSuspended(), and tells what was resumed. */
export async function resumeAndTell(left: Left): Promise<string[]> {
  const resumed = await resumeSuspended(left);
  if (resumed.length === 0) return resumed;
  left.calm.host.emit({
    type: 'warning',
    message: `a drill that was killed had suspended ${resumed.join(', ')}; resumed`,
  });
  return resumed;
}

/**
 * Resumes what a killed drill has left suspended: what starts brokers, or waits for them, waits for
 * these as well. Call it with the cluster's lock held.
 */
export async function resumeLeftOver(cluster: Cluster): Promise<void> {
  await withLeftOver(cluster, resumeAndTell);
}

/**
 * Takes out of the record of a killed drill what a person has settled by stopping nodes: whoever was
 * suspended has ended, and who was killed is to stay down. Call it with the cluster's lock held.
 * @param names who was stopped
 * @param everything the supervisor, too
 */
export async function forgetStopped(
  cluster: Cluster,
  names: readonly string[],
  everything = false,
): Promise<void> {
  await withLeftOver(cluster, async ({ record }) => {
    const { suspended, killed, keptDown = [], supervisor } = record.undone;
    await record.leave({
      suspended: suspended.filter(({ name }) => !names.includes(name)),
      killed: killed.filter((name) => !names.includes(name)),
      keptDown: keptDown.filter((name) => !names.includes(name)),
      supervisor: supervisor && !everything,
    });
  });
}
