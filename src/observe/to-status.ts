import { asReached, settingsOf } from '../stores/settings.js';
import { quorumOf } from '../config/checks.js';
import { phaseOf, type Election } from '../stores/election.js';
import type { Member } from '../stores/election.js';
import type { Cluster } from '../state/cluster.js';
import { failoverUrl } from '../clients/client-settings.js';
import {
  isServing,
  processesOf,
  processOf,
  type AttachmentFound,
  type NodeObservation,
  type Observation,
} from './observation.js';
import { valueOf } from './reading.js';
import { isIntruder, isNode, livingMembers, memberOf } from './members.js';
import { problemsOf } from './conditions/conditions.js';
import { decidingIn } from './quorum.js';
import { confirmed } from './stated-faults.js';
import type { ClusterState, ClusterStatus, NodeStatus, Role } from './status.js';

/** Turns what was seen into the one value that the table and `--json` print. */
export function toStatus(cluster: Cluster, seen: Observation): ClusterStatus {
  const { config } = cluster;
  const election = valueOf(seen.election);
  const deciding = decidingIn(config, seen);
  const nodes = seen.nodes.map((node) => nodeStatus(election, node));
  const supervisor = valueOf(seen.supervisor);
  const usage = valueOf(seen.master)?.usage;
  const status: Omit<ClusterStatus, 'problems'> = {
    cluster: config.name,
    directory: cluster.layout.directory,
    state: stateOf(deciding.electing, config.zookeeper.managed, seen, nodes),
    zookeeper: {
      connect: config.zookeeper.connect,
      path: config.zookeeper.path,
      managed: config.zookeeper.managed,
      reachable: election !== undefined,
      numChildren: election ? election.members.length + election.foreign.length : null,
    },
    replicas: config.replicas,
    quorum: quorumOf(election?.master ? deciding.serving : deciding.electing),
    sync: config.sync,
    master: nodeOf(seen, election?.master),
    elector: nodeOf(seen, election?.elector),
    failoverUrl: failoverUrl(asReached(config, processesOf(seen))),
    nodes,
    supervisor: {
      running: supervisor?.pid !== undefined,
      pid: supervisor?.pid ?? null,
      processes: Object.entries(confirmed(supervisor?.state?.processes ?? {}, config, seen)).map(
        ([name, found]) => ({ name, ...found, reason: found.reason ?? null }),
      ),
    },
    usage: usage
      ? {
          memoryPercent: usage.memory.percent,
          storePercent: usage.store.percent,
          tempPercent: usage.temp.percent,
        }
      : null,
    operations: valueOf(seen.operations) ?? [],
  };
  return { ...status, problems: problemsOf(cluster, seen, status) };
}

/** A member's node; null where it is none of this cluster, which is a problem and nobody's role. */
function nodeOf(seen: Observation, member: Member | undefined): string | null {
  if (member === undefined || !isNode(seen, member) || isIntruder(seen, member)) return null;
  return member.container;
}

function nodeStatus(election: Election | undefined, observed: NodeObservation): NodeStatus {
  const { node, local } = observed;
  const found = processOf(observed);
  const ended = valueOf(observed.ended);
  const member = election && memberOf(election, node.name);
  const role = roleOf(election, observed, member);
  const attachment = role === 'slave' ? valueOf(observed.attachment) : undefined;
  return {
    name: node.name,
    host: node.host,
    webPort: node.webPort,
    messagePort: node.messagePort,
    replicationHost: node.replicationHost,
    replicationPort: node.replicationPort,
    process: !local ? 'unknown' : found ? 'running' : 'stopped',
    pid: found?.pid ?? null,
    member: member?.znode ?? null,
    role,
    accepting: isServing(observed),
    attached: isAttached(attachment),
    lagBytes: attachment?.lagBytes ?? null,
    replicas: found ? settingsOf(found.argv).replicas : null,
    ended: ended
      ? { at: ended.at, code: ended.code, exitCode: ended.exitCode, message: ended.message }
      : null,
    kept: valueOf(observed.kept) ?? [],
  };
}

function isAttached(attachment: AttachmentFound | undefined): boolean | null {
  return attachment ? attachment.state === 'attached' : null;
}

function roleOf(
  election: Election | undefined,
  observed: NodeObservation,
  member: Member | undefined,
): Role | null {
  if (!election) return observed.local && !processOf(observed) ? 'none' : null;
  return member ? phaseOf(member, election) : 'none';
}

function stateOf(
  replicas: number,
  managed: boolean,
  seen: Observation,
  nodes: readonly NodeStatus[],
): ClusterState {
  const election = valueOf(seen.election);
  if (nodes.some((node) => node.accepting)) {
    const whole = nodes.every(
      (node) =>
        node.member !== null &&
        node.process !== 'stopped' && // Its znode, and its place at the master, may outlive it.
        (node.role === 'master' || (node.role === 'slave' && node.attached === true)),
    );
    return whole ? 'serving' : 'degraded';
  }
  const zookeeperStopped = managed && !valueOf(seen.zookeeper.process) && !election;
  const withoutMembers = election?.members.length === 0;
  if (nodes.every((node) => node.process === 'stopped') && (zookeeperStopped || withoutMembers)) {
    return 'stopped';
  }
  if (!election) return 'unknown';
  if (livingMembers(seen).length < quorumOf(replicas)) return 'no-quorum';
  return election.master === undefined ? 'electing' : 'promoting';
}
