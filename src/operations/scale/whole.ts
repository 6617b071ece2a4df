import type { Cluster } from '../../state/cluster.js';
import { throwIfInterrupted } from '../../state/cluster.js';
import { toStatus } from '../../observe/to-status.js';
import { observe } from '../../observe/observe.js';
import type { Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import type { Sizes } from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { watchCluster } from '../start/watch.js';
import { MqhaError } from '../../lib/errors.js';
import { sleep, type Deadline } from '../../lib/time.js';

const PAUSE_MS = 100;

/** A supervisor has so long to start again what died, before it is done here. */
const REVIVAL_MS = 4000;

/** Whether every node in force is there, attached, and one of them serves. */
export function isWhole(status: ClusterStatus, sizes: Sizes): boolean {
  const nodes = status.nodes.filter(({ name }) => sizes[name] !== undefined);
  return (
    nodes.some(({ accepting, role }) => accepting && role === 'master') &&
    nodes.every(
      ({ member, role, accepting, attached }) =>
        member !== null && (role === 'master' ? accepting : role === 'slave' && attached === true),
    )
  );
}

/** Who of those in force has no process. */
export function missingOf(status: ClusterStatus, sizes: Sizes): string[] {
  return status.nodes
    .filter((node) => sizes[node.name] !== undefined && node.process === 'stopped')
    .map(({ name }) => name);
}

/**
 * Waits until every node in force is in.
 * @returns false where one of them has died and nobody has started it again
 * @throws MqhaError `timeout`, `interrupted`
 */
export async function whole(cluster: Cluster, sizes: Sizes, deadline: Deadline): Promise<boolean> {
  let missingSince: number | undefined;
  const status = await watchCluster(cluster, {
    deadline,
    started: [],
    running: Object.keys(sizes),
    until: (now) => {
      missingSince =
        missingOf(now, sizes).length > 0 ? (missingSince ?? performance.now()) : undefined;
      return (
        isWhole(now, sizes) ||
        (missingSince !== undefined && performance.now() - missingSince > REVIVAL_MS)
      );
    },
  });
  return isWhole(status, sizes);
}

/**
 * Waits until every slave in force has all that the master had when this was called: attached says only that
 * it had everything once.
 * @returns how it all was then; undefined where it was not whole any more
 * @throws MqhaError `timeout`, `interrupted`
 */
export async function caughtUp(
  cluster: Cluster,
  sizes: Sizes,
  deadline: Deadline,
): Promise<ClusterStatus | undefined> {
  let goal: { readonly master: string; readonly position: number } | undefined;
  for (;;) {
    throwIfInterrupted(cluster.host, 'the brokers run on as they are');
    const seen = await observe(cluster);
    const status = toStatus(cluster, seen);
    if (missingOf(status, sizes).length > 0) return undefined;
    if (isWhole(status, sizes)) {
      if (Object.keys(sizes).length === 1) return status;
      const replication = valueOf(seen.master)?.replication;
      if (replication && status.master !== null) {
        if (goal?.master !== status.master) {
          goal = { master: status.master, position: replication.position };
        }
        if (lacking(seen, sizes, status.master, goal.position).length === 0) return status;
      }
    }
    if (deadline.passed) {
      throw new MqhaError('timeout', 'the slaves have not caught up with the master in time', {
        hint: 'See `mqha status`. Run the command again when less is being sent; the brokers run on as they are.',
      });
    }
    await sleep(PAUSE_MS, cluster.host.signal);
  }
}

function lacking(seen: Observation, sizes: Sizes, master: string, position: number): string[] {
  const replication = valueOf(seen.master)?.replication;
  if (!replication) return Object.keys(sizes);
  return seen.nodes
    .filter(({ node }) => sizes[node.name] !== undefined && node.name !== master)
    .filter(
      ({ nodeId }) =>
        !replication.slaves.some(
          (slave) => slave.nodeId === valueOf(nodeId) && slave.position >= position,
        ),
    )
    .map(({ node }) => node.name);
}
