import type { NodeConfig } from '../config/schema.js';
import type { Cluster } from '../state/cluster.js';
import { refuseUnstartable } from './start/prepare.js';
import { beginRestart, doneBefore, forgetRestart, readRestart } from '../state/restart-record.js';
import { forgetRenewalDone } from '../state/unfinished-renewal.js';
import { tryLockOperation } from '../state/operations-log.js';
import { putRight, withOperations } from './put-right.js';
import { areIn, startNodes } from './start/start.js';
import type { ClusterStatus } from '../observe/status.js';
import { superviseAgain } from './supervision.js';
import { COMES_BACK, confirmQuorumLoss, stopNodes, type Confirm } from './stop.js';
import { statusOf } from '../observe/status-of.js';

/** The document of `mqha restart --json`. */
export interface RestartResult {
  readonly restarted: readonly string[];
  /** Restarted before an interruption, by the restart that this one has gone on with. */
  readonly before: readonly string[];
  readonly status: ClusterStatus;
}

export interface RestartOptions {
  /** For each stop and each start. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
  /** Keep a record, and go on where an interrupted restart of the whole cluster ended. */
  readonly rolling: boolean;
  /** Refuses what could not be started again, before anything is stopped; by default refuseUnstartable(). */
  readonly check?: (cluster: Cluster) => Promise<void>;
}

/**
 * Stops and starts nodes one after the other, each time until the node is in again: slaves first,
 * the master last, since each change of master is an outage. A node that does not run is started. A rolling restart
 * leaves a supervisor as `up` does.
 * @throws MqhaError of the check, before anything is stopped; of stopNodes() and startNodes(): nodes that were not
 *   reached yet are untouched
 */
export async function restartNodes(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  options: RestartOptions,
): Promise<RestartResult> {
  await putRight(cluster, options.timeoutMs);
  const before = await statusOf(cluster);
  // One at a time is down, so it is enough to ask for the first that runs.
  const first = nodes.find((node) =>
    before.nodes.some((seen) => seen.name === node.name && seen.process === 'running'),
  );
  if (first) await confirmQuorumLoss(before, [first.name], 'restart', options.confirm);
  await (options.check ?? refuseUnstartable)(cluster);
  if (options.rolling) return restartAll(cluster, nodes, before, options.timeoutMs);
  return { before: [], ...(await inTurn(cluster, nodes, before, options.timeoutMs)) };
}

/** With a record, so that it can be gone on with. */
async function restartAll(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  before: ClusterStatus,
  timeoutMs: number,
): Promise<RestartResult> {
  // Who holds it is seen to be at work.
  const lock = await tryLockOperation(cluster, 'restart');
  try {
    await awaitRestarted(cluster, before, timeoutMs);
    const done = await doneBefore(cluster, nodes);
    if (done.length > 0) cluster.host.emit({ type: 'restart-resumed', done });
    else await beginRestart(cluster, nodes);
    const left = nodes.filter((node) => !done.includes(node.name));
    const { restarted, status } = await inTurn(cluster, left, before, timeoutMs);
    await forgetRestart(cluster.layout);
    await forgetRenewalDone(cluster);
    const now = (await superviseAgain(cluster))
      ? await statusOf(cluster)
      : await withOperations(cluster, status);
    return { restarted, before: done, status: now };
  } finally {
    await lock?.release();
  }
}

/**
 * Waits for those that an interrupted restart has started and that are seen to be out still: who is stopped next could be
 * one too many, and a restart that ends while they are out is none.
 * @throws MqhaError of startNodes()
 */
async function awaitRestarted(
  cluster: Cluster,
  before: ClusterStatus,
  timeoutMs: number,
): Promise<void> {
  const named = (await readRestart(cluster.layout))?.nodes ?? [];
  const nodes = cluster.config.nodes.filter(({ name }) => named.includes(name));
  const done = await doneBefore(cluster, nodes);
  const out = nodes.filter(({ name }) => done.includes(name) && isOut(before, name));
  if (out.length > 0) await startNodes(cluster, out, { timeoutMs, whole: false });
}

/** Without a role nobody could be asked. */
const isOut = (status: ClusterStatus, name: string) =>
  status.nodes.some((node) => node.name === name && node.role !== null) &&
  !areIn(status, new Set([name]));

/** Stops and starts each, in the order that suits the cluster as it is then. */
async function inTurn(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  before: ClusterStatus,
  timeoutMs: number,
): Promise<{ readonly restarted: string[]; readonly status: ClusterStatus }> {
  let status = before;
  const restarted: string[] = [];
  let left = [...nodes];
  while (left.length > 0) {
    const node = nextOf(left, status);
    if (!node) break;
    await stopNodes(cluster, [node], {
      timeoutMs,
      confirm: () => Promise.resolve(true),
      before: COMES_BACK,
    });
    ({ status } = await startNodes(cluster, [node], { timeoutMs, whole: false }));
    restarted.push(node.name);
    left = left.filter((other) => other !== node);
  }
  return { restarted, status };
}

/**
 * Who is out of the cluster and so is missed by nobody; slaves; then the elector, whose end demotes the master where the guard does not stand, then the
 * master; as they are now.
 */
function nextOf(left: readonly NodeConfig[], status: ClusterStatus): NodeConfig | undefined {
  const rank = ({ name }: NodeConfig) => {
    if (name === status.master) return 2;
    if (name === status.elector) return 1;
    return status.nodes.some((node) => node.name === name && node.role === 'none') ? -1 : 0;
  };
  return [...left].sort((a, b) => rank(a) - rank(b))[0];
}
