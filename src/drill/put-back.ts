import { rm } from 'node:fs/promises';
import type { Cluster } from '../state/cluster.js';
import { startNodes } from '../operations/start/start.js';
import { ensureSupervisor } from '../operations/supervision.js';
import type { DrillContext } from './drill-context.js';
import { lockDrill } from './lock.js';
import { DrillRecord } from './record.js';

/** Where the data directory of a node lies while a new one takes its place. */
export function asideOf({ layout }: Cluster, name: string): string {
  return `${layout.node(name).data}.aside`;
}

/**
 * Puts right what a drill has done and not undone: resumes, starts, brings the supervisor back.
 * Nothing of it is done where the record is empty.
 * @returns what was done, in words
 * @throws MqhaError of startNodes() where the cluster does not come back; the record is kept then
 */
export async function putBack(
  ground: Pick<DrillContext, 'record' | 'calm'>,
  limitMs: number,
): Promise<string[]> {
  const { record, calm } = ground;
  const done = (await resumeSuspended(ground)).map((name) => `resumed ${name}`);
  if (record.undone.killed.length + record.undone.aside.length > 0) {
    const { nodes } = calm.config;
    const { started } = await startNodes(calm, nodes, { timeoutMs: limitMs, whole: true });
    done.push(...started.map((name) => `started ${name}`));
  }
  await forgetAside(ground);
  await record.settle('killed');
  if (record.undone.supervisor) {
    await ensureSupervisor(calm);
    await record.settle('supervisor');
    done.push('started the supervisor');
  }
  return done;
}

/** Removes the stores that were put aside; every message of theirs is on the others by now. */
export async function forgetAside({
  record,
  calm,
}: Pick<DrillContext, 'record' | 'calm'>): Promise<void> {
  for (const name of record.undone.aside) {
    await rm(asideOf(calm, name), { recursive: true, force: true });
  }
  await record.settle('aside');
}

/**
 * Does what starts a whole cluster (`mqha up`), and with it puts right what a drill has left that was
 * killed: what it suspended is resumed before, what it put aside is removed once the cluster is
 * whole. Where a drill is at work it is left alone.
 */
export async function puttingRight<T>(cluster: Cluster, start: () => Promise<T>): Promise<T> {
  const record = await DrillRecord.open(cluster.layout);
  const lock = record.isEmpty ? undefined : await lockDrill(cluster);
  if (!lock) return start();
  const left = { record, calm: cluster };
  try {
    await resumeSuspended(left);
    const started = await start();
    await forgetAside(left);
    await record.settle('killed', 'supervisor');
    return started;
  } finally {
    await lock.release();
  }
}

/**
 * Resumes what the record says was suspended, where that is still the same process.
 * @returns the names of those that were resumed
 */
export async function resumeSuspended({
  record,
  calm,
}: Pick<DrillContext, 'record' | 'calm'>): Promise<string[]> {
  const resumed: string[] = [];
  for (const { name, pid, startTime } of record.undone.suspended) {
    const process = await calm.registry.look({ pid, startTime, argv: [], suspended: true });
    if (process && (await calm.registry.signal(process, 'SIGCONT'))) resumed.push(name);
  }
  await record.settle('suspended');
  return resumed;
}
