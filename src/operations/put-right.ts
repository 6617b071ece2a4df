import type { NodeConfig } from '../config/schema.js';
import { messageOf } from '../lib/errors.js';
import { Deadline, sleep } from '../lib/time.js';
import type { ClusterStatus } from '../observe/status.js';
import { statusOf } from '../observe/status-of.js';
import { withinReach } from '../state/agents.js';
import type { Cluster } from '../state/cluster.js';
import { isWanted } from '../state/desired-state-file.js';
import { wantedNow } from '../state/desired-state.js';
import { unfinishedOperations } from '../state/unfinished.js';
import { startNodes, type StartResult } from './start/start.js';
import { superviseAgain } from './supervision.js';
import { forgetAside, resumeAndTell, wantKeptDown, withLeftOver, type Left } from './undo-drill.js';

/** What was resumed or started attaches within this time, or is left to attach. */
const WHOLE_MS = 30_000;
const LOOK_MS = 250;

/** A status with what is unfinished now: what was undone, or has ended, since the look is left out. */
export async function withOperations(
  cluster: Cluster,
  status: ClusterStatus,
): Promise<ClusterStatus> {
  return { ...status, operations: await unfinishedOperations(cluster) };
}

/**
 * Does what starts the whole cluster, and with it undoes what a drill has left that was killed: what
 * it suspended is resumed before, what it put aside is removed once the cluster is whole. Where a
 * drill is at work it is left alone.
 */
export async function puttingRight<T>(cluster: Cluster, start: () => Promise<T>): Promise<T> {
  const done = await withLeftOver(cluster, async (left) => {
    await resumeAndTell(left);
    const started = await start();
    await forgetAside(left);
    await left.record.settle('killed', 'supervisor');
    return { started };
  });
  return done ? done.started : start();
}

/**
 * Undoes what a drill has left that was killed, as far as that can be done without asking: resumes
 * what it suspended, starts what it killed and what is still wanted, brings the supervisor back that
 * it ended, and, once the cluster is whole, removes what it put aside. It fails at nothing: what
 * cannot be undone is told, stays in the record, and is shown by `status`.
 * @returns whether something was left
 */
export async function putRight(cluster: Cluster, timeoutMs: number): Promise<boolean> {
  const done = await withLeftOver(cluster, async (left) => {
    try {
      const resumed = await resumeAndTell(left);
      await startKilled(left, timeoutMs);
      if (left.record.undone.supervisor) {
        await superviseAgain(cluster);
        await left.record.settle('supervisor');
      }
      // Who goes on with the cluster needs what was resumed; else nothing is waited for that is not to be settled.
      if (resumed.length > 0 || !left.record.isEmpty) {
        await settleOnceWhole(left, Deadline.in(Math.min(timeoutMs, WHOLE_MS)));
      }
    } catch (error) {
      cluster.host.emit({ type: 'warning', message: notAll(error) });
    }
    return true;
  });
  return done === true;
}

/**
 * Starts nodes as a person asks for it (`mqha start`), and undoes what a killed drill has left.
 * @throws MqhaError of startNodes()
 */
export async function startAsked(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  timeoutMs: number,
): Promise<StartResult> {
  const result = await startNodes(cluster, nodes, { timeoutMs, whole: false });
  return (await putRight(cluster, timeoutMs))
    ? { ...result, status: await statusOf(cluster) }
    : result;
}

/** Starts what was killed, does not run, and is wanted even so: a person may have stopped it since. */
async function startKilled({ record, calm }: Left, timeoutMs: number): Promise<void> {
  const { killed } = record.undone;
  if (killed.length === 0) return;
  await wantKeptDown({ record, calm });
  const wanted = await wantedNow(calm);
  const running = await calm.registry.findAll(killed);
  const nodes = withinReach(calm, calm.config.nodes, 'launch').filter(
    ({ name }) => killed.includes(name) && !running.has(name) && isWanted(wanted, name),
  );
  if (nodes.length === 0) return;
  const { started } = await startNodes(calm, nodes, { timeoutMs, whole: false });
  if (started.length === 0) return;
  calm.host.emit({
    type: 'warning',
    message: `a drill that was killed had killed ${killed.join(', ')}; started ${started.join(', ')}`,
  });
}

/** What was put aside is of use until every node has every message. */
async function settleOnceWhole(left: Left, deadline: Deadline): Promise<void> {
  const { record, calm } = left;
  for (;;) {
    if (isWhole(await statusOf(calm))) {
      await forgetAside(left);
      await record.settle('killed');
      return;
    }
    if (deadline.passed || calm.host.signal.aborted) return;
    await sleep(LOOK_MS, calm.host.signal);
  }
}

function notAll(error: unknown): string {
  return `what a killed drill has left could not all be undone: ${messageOf(error)}; \`mqha up\` tries again`;
}

function isWhole({ state, nodes }: ClusterStatus): boolean {
  return state === 'serving' && nodes.every((node) => node.process !== 'stopped');
}

/**
 * As putRight(), for a supervisor beside its own work: what was killed is wanted, so it is started anyway.
 * @param signal aborted when the supervisor ends
 */
export async function putRightSupervised(
  cluster: Cluster,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const calm = { ...cluster, host: { ...cluster.host, signal } };
  await withLeftOver(calm, async (left) => {
    await resumeAndTell(left);
    await left.record.settle('supervisor');
    await wantKeptDown(left);
    if (!left.record.isEmpty) await settleOnceWhole(left, Deadline.in(timeoutMs));
  }).catch((error: unknown) => {
    cluster.host.emit({ type: 'warning', message: notAll(error) });
  });
}
