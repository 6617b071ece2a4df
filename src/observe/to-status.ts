import { settingsOf } from '../stores/settings.js';
import { quorumOf } from '../config/checks.js';
import { phaseOf } from '../stores/election.js';
import type { Member } from '../stores/election.js';
import type { ProcessInfo } from '../agents/process.js';
import type { Cluster } from '../state/cluster.js';
import { failoverUrl } from '../clients/client-settings.js';
import type { NodeObservation, Observation } from './observation.js';
import { livingMembers, memberOf } from './members.js';
import { problemsOf } from './conditions/conditions.js';
import { decidingOf } from './quorum.js';
import { confirmed } from './stated-faults.js';
import type { ClusterState, ClusterStatus, NodeStatus, Role } from './status.js';

/** Turns what was seen into the one value that the table and `--json` print. */
export function toStatus(cluster: Cluster, seen: Observation): ClusterStatus {
  const { config } = cluster;
  const { election } = seen;
  const deciding = decidingOf(config, election, processesOf(seen), seen.inForce?.sizes);
  const nodes = seen.nodes.map((node) => nodeStatus(seen, node));
  const status: Omit<ClusterStatus, 'problems'> = {
    cluster: config.name,
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
    master: nameOf(election?.master),
    elector: nameOf(election?.elector),
    failoverUrl: failoverUrl(config),
    nodes,
    supervisor: {
      running: seen.supervisor.pid !== undefined,
      pid: seen.supervisor.pid ?? null,
      processes: Object.entries(
        confirmed(seen.supervisor.state?.processes ?? {}, seen, nodes, deciding.electing),
      ).map(([name, process]) => ({ name, ...process })),
    },
    usage: seen.usage
      ? {
          memoryPercent: seen.usage.memory.percent,
          storePercent: seen.usage.store.percent,
          tempPercent: seen.usage.temp.percent,
        }
      : null,
    operations: seen.operations ?? [],
  };
  return { ...status, problems: problemsOf(cluster, seen, status) };
}

function processesOf(seen: Observation): Map<string, ProcessInfo> {
  return new Map(
    seen.nodes.flatMap(({ node, process }) => (process ? [[node.name, process] as const] : [])),
  );
}

/** A member's node; its znode where it does not say which. */
function nameOf(member: Member | undefined): string | null {
  return member === undefined ? null : (member.container ?? member.znode);
}

function nodeStatus(seen: Observation, observed: NodeObservation): NodeStatus {
  const { node, local, process, accepting, ended } = observed;
  const member = seen.election && memberOf(seen.election, node.name);
  const role = roleOf(seen, observed, member);
  const { attached, lagBytes } = role === 'slave' ? attachment(seen, observed) : NOT_A_SLAVE;
  return {
    name: node.name,
    host: node.host,
    webPort: node.webPort,
    messagePort: node.messagePort,
    replicationHost: node.replicationHost,
    replicationPort: node.replicationPort,
    process: !local ? 'unknown' : process ? 'running' : 'stopped',
    pid: process?.pid ?? null,
    member: member?.znode ?? null,
    role,
    accepting: accepting && (process !== undefined || !local),
    attached,
    lagBytes,
    replicas: process ? settingsOf(process.argv).replicas : null,
    ended: ended ? { at: ended.at, code: ended.code, message: ended.message } : null,
    kept: observed.kept ?? [],
  };
}

const NOT_A_SLAVE = { attached: null, lagBytes: null };

function roleOf(
  seen: Observation,
  observed: NodeObservation,
  member: Member | undefined,
): Role | null {
  if (!seen.election) return observed.local && !observed.process ? 'none' : null;
  return member ? phaseOf(member, seen.election) : 'none';
}

function attachment(
  seen: Observation,
  observed: NodeObservation,
): { attached: boolean | null; lagBytes: number | null } {
  const { replication } = seen;
  if (replication === undefined || observed.nodeId === undefined) return NOT_A_SLAVE;
  if ('error' in replication) {
    const isAttached = replication.attached?.has(observed.nodeId) === true;
    return isAttached ? { attached: true, lagBytes: null } : NOT_A_SLAVE;
  }
  const slave = replication.slaves.find((candidate) => candidate.nodeId === observed.nodeId);
  if (!slave?.attached) return { attached: false, lagBytes: null };
  // Both positions are read one after the other, so the slave may seem to be ahead.
  return { attached: true, lagBytes: Math.max(0, replication.position - slave.position) };
}

function stateOf(
  replicas: number,
  managed: boolean,
  seen: Observation,
  nodes: readonly NodeStatus[],
): ClusterState {
  const { election } = seen;
  if (nodes.some((node) => node.accepting)) {
    const whole = nodes.every(
      (node) =>
        node.member !== null &&
        (node.role === 'master' || (node.role === 'slave' && node.attached === true)),
    );
    return whole ? 'serving' : 'degraded';
  }
  const zookeeperStopped = managed && seen.zookeeper.process === undefined && !election;
  const withoutMembers = election?.members.length === 0;
  if (nodes.every((node) => node.process === 'stopped') && (zookeeperStopped || withoutMembers)) {
    return 'stopped';
  }
  if (!election) return 'unknown';
  if (livingMembers(seen).length < quorumOf(replicas)) return 'no-quorum';
  return election.master === undefined ? 'electing' : 'promoting';
}
