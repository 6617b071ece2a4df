import type { Cluster } from '../../state/cluster.js';
import { livingMembers } from '../members.js';
import { processOf, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { problem, type StatusFacts } from './condition.js';
import { masterFault, NO_MEMORY, vetoesIn, type MemberFault } from './faults.js';
import type { StatusProblem } from '../status.js';

/** What is wrong with the election: who is missing, who does not belong, and an elected node that does not serve. */
export function electionProblems(
  cluster: Cluster,
  seen: Observation,
  status: StatusFacts,
): StatusProblem[] {
  const election = valueOf(seen.election);
  if (!election) return [];
  const problems: StatusProblem[] = [];
  const names = new Set(status.nodes.map((node) => node.name));
  const living = livingMembers(seen).length;
  if (status.state === 'no-quorum') {
    problems.push(
      problem(
        'error',
        'quorum-lost',
        null,
        `${living} of ${status.replicas} members are there and quorum is ${status.quorum}: no master serves, and sends block`,
        'Start the missing nodes with `mqha up`.',
      ),
    );
  }
  for (const member of election.members) {
    if (member.container !== null && names.has(member.container)) continue;
    problems.push(
      problem(
        'error',
        'stranger-member',
        member.container,
        `member ${member.znode} (${member.container ?? 'without a container name'}) has brokerName ${status.cluster} and is no node of this cluster`,
        'Stop that broker, or give one of the two clusters another name or zookeeper.path.',
      ),
    );
  }
  if (election.foreign.length > 0) {
    problems.push(
      problem(
        'warning',
        'foreign-znodes',
        null,
        `${cluster.config.zookeeper.path} also holds ${election.foreign.join(', ')}, which belong to no member of ${status.cluster}`,
        'Give each cluster a zookeeper.path of its own.',
      ),
    );
  }
  for (const { member } of vetoesIn(cluster.config, seen)) {
    problems.push(
      problem(
        'warning',
        'member-vetoing',
        member.container,
        `${member.container ?? member.znode} has not reported its position, and the election waits for it`,
        `If this stays so for more than ten seconds, run \`mqha restart ${member.container ?? '<node>'}\`.`,
      ),
    );
  }
  const fault = masterFault(seen, NO_MEMORY);
  if (fault) problems.push(masterProblem(seen, fault));
  return problems;
}

function masterProblem(seen: Observation, { member, code }: MemberFault): StatusProblem {
  const name = member.container ?? member.znode;
  if (code === 'promotion-stuck') {
    return problem(
      'warning',
      'master-promoting',
      member.container,
      `${name} is elected and has not opened its replication port`,
      `If this stays so for more than ten seconds, see \`mqha logs ${name}\` and restart it.`,
    );
  }
  const node = seen.nodes.find((one) => one.node.name === name);
  const found = node && processOf(node);
  return problem(
    'error',
    'master-not-serving',
    member.container,
    `${name} is elected and its message port does not answer`,
    found?.suspended === true
      ? `Its process is suspended: \`kill -CONT ${found.pid}\`.`
      : 'It waits for enough slaves to attach, or hangs: see its log.',
  );
}
