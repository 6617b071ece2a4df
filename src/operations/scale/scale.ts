import { brokerUrl } from '../../clients/client-settings.js';
import { openCluster, throwIfInterrupted, withLock, type Cluster } from '../../state/cluster.js';
import {
  inForceOf,
  sameSizes,
  sizesOf,
  writeInForce,
  type InForce,
  type SizeChange,
} from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { type Confirm } from '../stop.js';
import { statusOf } from '../../observe/status-of.js';
import { superviseAgain } from '../supervision.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import { Deadline } from '../../lib/time.js';
import { refuseNameChanged } from '../start/name-changed.js';
import { carryOut, goOn, whileStopped, type Removed } from './carry-out.js';
import { refuseCount, refuseOther } from './guards.js';
import { isSettled, propose, type Proposal } from './proposal.js';

/** The document of `mqha scale --json`. */
export interface ScaleResult {
  readonly from: number;
  readonly to: number;
  readonly added: readonly string[];
  /** Who has left, and where its directory lies now. */
  readonly removed: readonly Removed[];
  /** Whether this went on with a change that was begun before. */
  readonly continued: boolean;
  /** False where a stopped cluster takes over the rest with its next start. */
  readonly done: boolean;
  /** What clients need now. */
  readonly failoverUrl: string;
  readonly status: ClusterStatus;
}

export interface ScaleOptions {
  /** For each stop and each wait. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
  /** Who leaves; without it the last of the file do. */
  readonly remove: readonly NodeConfig[];
}

/**
 * Changes the number of nodes, under load, in an order in which no election can miss what was acknowledged
 * (see plan.ts); goes on where an interrupted change ended. Doing it twice is no error.
 * @throws MqhaError `usage`, `unknown-node`, `node-elsewhere` (exit code 2); `name-changed`, `scale-refused`, `scale-unfinished`, `size-changed`,
 *   `declined`, `port-taken` and those of refuseUnprepared() with nothing changed; those of carryOut(), with the change unfinished
 */
export async function scaleCluster(
  cluster: Cluster,
  to: number,
  options: ScaleOptions,
): Promise<ScaleResult> {
  const { layout, host } = cluster;
  refuseCount(to);
  await refuseNameChanged(cluster);
  const before = await inForceOf(cluster);
  if (before.change) {
    refuseOther(before.change, to, options.remove);
    await tellOfGoingOn(cluster, before.change);
    const removed = await goOn(layout.directory, cluster, options);
    await superviseAgain(cluster);
    return resultOf(cluster, before, before.change, removed, true);
  }
  const proposal = await propose(cluster, to, options.remove, before, false);
  const { now, plan, stopped } = proposal;
  if (plan.add.length + plan.remove.length + plan.steps.length === 0 && isSettled(cluster, now)) {
    const nothing = { from: to, to, began: '', leaving: [], consented: true };
    return resultOf(cluster, now, nothing, [], false);
  }
  if (plan.question !== null && !(await options.confirm(plan.question))) {
    throw new MqhaError('declined', `not done: the cluster keeps its ${plan.from} nodes`, {
      hint: 'Answer with --yes to change their number.',
    });
  }
  throwIfInterrupted(host, 'nothing was done yet');
  const change = await begin(cluster, proposal, options.timeoutMs);
  if (plan.add.length > 0) {
    host.emit({
      type: 'warning',
      message: `clients reach the new nodes only with a new failover URL (\`mqha env\`): ${plan.add.map(brokerUrl).join(', ')}`,
    });
  }
  const removed = stopped
    ? await whileStopped(layout.directory, cluster)
    : await carryOut(layout.directory, cluster, options);
  return resultOf(cluster, now, change, removed, false);
}

/**
 * Writes that the change is begun, if all is still as it was proposed for: a question may have been answered late.
 * @throws MqhaError `scale-refused`
 */
async function begin(
  cluster: Cluster,
  { now, plan, stopped }: Proposal,
  timeoutMs: number,
): Promise<SizeChange> {
  const { layout, host, journal, registry } = cluster;
  const { from, to } = plan;
  const change: SizeChange = {
    from,
    to,
    began: host.now().toISOString(),
    command: host.command,
    leaving: plan.remove,
    // Nobody is served while a stopped cluster is started.
    consented: stopped || plan.steps.some(({ outage }) => outage),
  };
  await withLock(layout, host, Deadline.in(timeoutMs), async () => {
    const again = await inForceOf(cluster);
    const names = Object.keys(now.sizes);
    const running = await registry.findAll(names);
    const as = stopped ? 0 : names.length;
    if (again.change || !sameSizes(again.sizes, now.sizes) || running.size !== as) {
      throw new MqhaError(
        'scale-refused',
        'the number of nodes is not changed: nodes were started, stopped or changed meanwhile',
        { hint: 'See `mqha status`, and run the command again.' },
      );
    }
    await writeInForce(layout, { sizes: now.sizes, change });
  });
  await journal.append({ source: 'command', type: 'scale', from, to, phase: 'begun' });
  return change;
}

/** What a start of the whole cluster has to do first. */
export type Pending = 'nothing' | 'begun' | 'edited';

/**
 * Whether a change has not ended, or a person has made one in mqha.yaml while the cluster was stopped.
 * @param now what is in force
 */
export async function pendingOf({ config, registry }: Cluster, now: InForce): Promise<Pending> {
  if (now.change) return 'begun';
  const wanted = sizesOf(config);
  const names = Object.keys(now.sizes);
  const grows = names.every((name) => wanted[name] !== undefined);
  if (sameSizes(wanted, now.sizes) || !grows) return 'nothing';
  return (await registry.findAll(names)).size === 0 ? 'edited' : 'nothing';
}

/**
 * Brings a change that has not ended to its end, before a start of the whole cluster; one that a person has made in
 * mqha.yaml while the cluster was stopped as well.
 * @returns whether there was one
 * @throws MqhaError of scaleCluster() and carryOut()
 */
export async function finishScale(
  cluster: Cluster,
  options: { readonly timeoutMs: number },
): Promise<boolean> {
  const { config, layout } = cluster;
  const now = await inForceOf(cluster);
  const confirm: Confirm = (question) =>
    Promise.reject(
      new MqhaError('needs-consent', `not done without an answer: ${question}`, {
        hint: `Answer with \`mqha scale ${now.change?.to ?? config.nodes.length} --yes\`.`,
      }),
    );
  switch (await pendingOf(cluster, now)) {
    case 'nothing':
      return false;
    case 'begun':
      if (now.change) await tellOfGoingOn(cluster, now.change);
      await goOn(layout.directory, cluster, { ...options, confirm });
      return true;
    case 'edited': {
      const { done } = await scaleCluster(cluster, config.nodes.length, {
        ...options,
        confirm,
        remove: [],
      });
      if (!done) await carryOut(layout.directory, cluster, { ...options, confirm });
      return true;
    }
  }
}

async function tellOfGoingOn({ host, journal }: Cluster, change: SizeChange): Promise<void> {
  const { from, to, began } = change;
  await journal.append({ source: 'command', type: 'scale', from, to, phase: 'continued' });
  host.emit({
    type: 'scale-step',
    text: `resuming the change to ${to} nodes that was begun at ${began}; mqha.yaml follows it`,
  });
}

async function resultOf(
  cluster: Cluster,
  before: InForce,
  { from, to, leaving }: SizeChange,
  removed: readonly Removed[] | undefined,
  continued: boolean,
): Promise<ScaleResult> {
  const now = await openCluster(cluster.layout.directory, cluster.host);
  const status = await statusOf(now);
  const added = now.config.nodes
    .map(({ name }) => name)
    .filter((name) => before.sizes[name] === undefined && !leaving.includes(name));
  return {
    from,
    to,
    added,
    removed: removed ?? [],
    continued,
    done: removed !== undefined,
    failoverUrl: status.failoverUrl,
    status,
  };
}
