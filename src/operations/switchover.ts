import { weightOf } from '../config/broker/config.js';
import type { ClusterConfig, NodeConfig } from '../config/schema.js';
import { MqhaError } from '../lib/errors.js';
import type { Entry } from '../state/journal/entries.js';
import type { Cluster } from '../state/cluster.js';
import { refuseUnstartable } from './start/prepare.js';
import { putRight } from './put-right.js';
import { startNodes } from './start/start.js';
import type { ClusterStatus } from '../observe/status.js';
import { COMES_BACK, confirmQuorumLoss, stopNodes, type Confirm } from './stop.js';
import { statusWithLags } from '../observe/status-of.js';

/** The document of `mqha switchover --json`. */
export interface SwitchoverResult {
  readonly from: string;
  readonly to: string;
  readonly state: ClusterStatus['state'];
}

export interface SwitchoverOptions {
  readonly timeoutMs: number;
  /** Who should be master afterwards; without it whoever is elected. */
  readonly to: NodeConfig | undefined;
  readonly confirm: Confirm;
}

/** A slave that lacks more than this is given time to catch up first. */
const LAG_BYTES = 1024 * 1024;

const CONSENTED: Confirm = () => Promise.resolve(true);

/**
 * Changes the master as planned: the old one is stopped gracefully, another is elected, and the old
 * one comes back as a slave.
 *
 * The elector picks the member with the highest position, and among equals the one with the lowest
 * znode (replicated/MasterElector.scala), unless their weights differ. So the wanted node is
 * steered to: whoever would be elected before it is restarted, and comes back with a higher znode.
 * Under load the positions differ, and the store may elect another even so; that is said, not hidden.
 *
 * @throws MqhaError `switchover-refused` where a slave is attaching or lagging, `switchover-missed`
 *   where another than the wanted node was elected, and those of refuseUnstartable(), stopNodes() and startNodes()
 */
export async function switchover(
  cluster: Cluster,
  options: SwitchoverOptions,
): Promise<SwitchoverResult> {
  const { config, journal } = cluster;
  const { to } = options;
  await putRight(cluster, options.timeoutMs);
  const before = await statusWithLags(cluster);
  const from = config.nodes.find((node) => node.name === before.master);
  const reason = switchoverRefusal(before, from, to) ?? weightRefusal(config, from, to);
  const record = (result: Pick<Entry<'switchover'>, 'to' | 'outcome' | 'reason'>) =>
    journal.append({
      source: 'command',
      type: 'switchover',
      from: from?.name ?? '',
      ...result,
    });
  if (reason !== undefined || !from) {
    await record({ to: to?.name ?? null, outcome: 'refused', reason: reason ?? '' });
    throw new MqhaError('switchover-refused', `no switchover now: ${reason ?? ''}`, {
      hint: 'See `mqha status`; try again when the cluster is serving and every slave has caught up.',
    });
  }
  if (to === from) return { from: from.name, to: from.name, state: before.state };
  // One failover asks nothing; two nodes, of which both are quorum, have none.
  await confirmQuorumLoss(before, [from.name], 'restart', options.confirm);
  await refuseUnstartable(cluster);
  const status = to
    ? await steer(cluster, before, to, options.timeoutMs)
    : await restart(cluster, from, options.timeoutMs);
  const master = status.master ?? '';
  const missed = to !== undefined && master !== to.name;
  await record({ to: master, outcome: missed ? 'missed' : 'done' });
  if (missed) {
    throw new MqhaError('switchover-missed', `${master} is master instead of ${to.name}`, {
      hint: 'The store elects the node with the most messages; try again when less is being sent.',
    });
  }
  return { from: from.name, to: master, state: status.state };
}

/** Why there can be no switchover now, in words; undefined where there can. */
export function switchoverRefusal(
  status: ClusterStatus,
  from: NodeConfig | undefined,
  to: NodeConfig | undefined,
): string | undefined {
  if (!from) return `the cluster is ${status.state}, and there is no master`;
  const slaves = status.nodes.filter((node) => node.name !== from.name);
  const behind = slaves.filter((node) => node.attached === false || node.member === null);
  if (status.state !== 'serving' || behind.length > 0) {
    const who = behind.map((node) => node.name).join(', ');
    return `the cluster is ${status.state}${who === '' ? '' : `, and ${who} is not attached`}`;
  }
  const unknown = slaves.filter((node) => node.lagBytes === null);
  if (unknown.length > 0) {
    const who = unknown.map((node) => node.name).join(', ');
    return `the lag of ${who} is not known, since the console of ${from.name} does not answer`;
  }
  const lagging = slaves.filter((node) => (node.lagBytes ?? 0) > LAG_BYTES);
  if (lagging.length > 0) {
    return lagging.map((node) => `${node.name} lags by ${node.lagBytes ?? 0} bytes`).join(', ');
  }
  if (to && status.nodes.length === 1) return 'there is no other node';
  return undefined;
}

/** Why the store would elect another than the wanted node, in words; undefined where it would not. */
export function weightRefusal(
  { nodes, broker }: Pick<ClusterConfig, 'nodes' | 'broker'>,
  from: NodeConfig | undefined,
  to: NodeConfig | undefined,
): string | undefined {
  if (!to || to === from) return undefined;
  const weight = weightOf(broker, to.broker);
  const heavier = nodes.find((node) => node !== from && weightOf(broker, node.broker) > weight);
  return heavier
    ? `${heavier.name} has the weight ${weightOf(broker, heavier.broker)} and ${to.name} ${weight}, so that the store elects ${heavier.name} of the two (broker.store.weight)`
    : undefined;
}

/**
 * Restarts whoever is before the wanted node, one after the other: first the slaves with lower
 * znodes, then the master. The end of a slave that is the elector may demote the master as well, so
 * each step begins with a look.
 */
async function steer(
  cluster: Cluster,
  before: ClusterStatus,
  to: NodeConfig,
  timeoutMs: number,
): Promise<ClusterStatus> {
  let status = before;
  for (let step = 0; step < cluster.config.replicas && status.master !== to.name; step++) {
    const memberOf = (name: string): string =>
      status.nodes.find((node) => node.name === name)?.member ?? '';
    const others = cluster.config.nodes.filter((node) => node !== to);
    const next =
      others.find(
        (node) => node.name !== status.master && memberOf(node.name) < memberOf(to.name),
      ) ?? others.find((node) => node.name === status.master);
    if (!next) break;
    status = await restart(cluster, next, timeoutMs);
  }
  return status;
}

/** Stops a node and starts it again, until the cluster is whole. */
async function restart(
  cluster: Cluster,
  node: NodeConfig,
  timeoutMs: number,
): Promise<ClusterStatus> {
  await stopNodes(cluster, [node], { timeoutMs, confirm: CONSENTED, before: COMES_BACK });
  return (await startNodes(cluster, [node], { timeoutMs, whole: true })).status;
}
