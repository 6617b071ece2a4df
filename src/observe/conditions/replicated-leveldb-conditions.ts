import type { Cluster } from '../../state/cluster.js';
import { isHopeless } from '../../stores/end-record.js';
import { processOf, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import type { StatusProblem } from '../status.js';
import { isOfCertificates } from './link-conditions.js';
import { problem, type StatusFacts } from './condition.js';
import { electionProblems } from './election-conditions.js';

/** What is wrong with a replicatedLevelDB as a whole: its ZooKeeper, its copies, its election. */
export function replicatedLevelDbProblems(
  cluster: Cluster,
  seen: Observation,
  status: StatusFacts,
): StatusProblem[] {
  return [
    ...zookeeperProblems(seen, status),
    ...hopelessProblems(seen),
    ...electionProblems(cluster, seen, status),
  ];
}

/** A store that no copy of can be started: the first node that fails is followed by the next that is elected. */
function hopelessProblems(seen: Observation): StatusProblem[] {
  const failed = seen.nodes.flatMap(({ node, ended }) => {
    const record = valueOf(ended);
    return record && isHopeless(record.code) ? [{ name: node.name, ended: record }] : [];
  });
  const [first, second] = failed;
  if (!first || first.ended.code !== second?.ended.code) return [];
  const names = failed.map(({ name }) => name).join(', ');
  return [
    problem(
      'error',
      'store-damaged',
      null,
      `the store cannot be started: ${names} ended one after the other, ${first.name} with: ${first.ended.message}`,
      'What they failed at is in every copy, so no other node is tried. Keep a copy of nodes/*/data; docs/stores.md says what can be done. `mqha up` tries again.',
    ),
  ];
}

function zookeeperProblems(seen: Observation, status: StatusFacts): StatusProblem[] {
  const { election } = seen;
  if ('value' in election) return [];
  if (isOfCertificates(election.code)) return []; // It is told for all who cannot be asked.
  const found = valueOf(seen.zookeeper.process);
  if (election.code === 'zookeeper-denied') {
    return [
      problem(
        'error',
        'zookeeper-denied',
        null,
        election.unknown,
        'Restore .mqha/credentials.json as it was; all machines of a cluster have the same. The brokers go on; who is elected cannot be seen, and nothing can be started. docs/zookeeper.md says what to do where it is lost.',
      ),
    ];
  }
  const isStopped = 'value' in seen.zookeeper.process && found === undefined;
  if (!isStopped) {
    const suspended = found?.suspended === true;
    return [
      problem(
        'error',
        'zookeeper-unreachable',
        null,
        suspended
          ? `the managed ZooKeeper (pid ${found.pid}) is suspended and does not answer`
          : election.unknown,
        suspended
          ? `Resume it with \`kill -CONT ${found.pid}\`.`
          : status.zookeeper.managed
            ? 'See `mqha logs zookeeper`; without it the brokers elect no master.'
            : 'Check the ensemble; without it the brokers elect no master.',
      ),
    ];
  }
  if (!seen.nodes.some(processOf)) return [];
  return [
    problem(
      'error',
      'zookeeper-stopped',
      null,
      'the managed ZooKeeper is stopped while brokers run; without it they elect no master',
      'Start it with `mqha up`.',
    ),
  ];
}
