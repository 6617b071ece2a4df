import type { Cluster } from '../../state/cluster.js';
import { isIntruder, isNode, livingMembers } from '../members.js';
import { processOf, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { problem, type StatusFacts } from './condition.js';
import { missingHint } from './missing.js';
import { masterFault, NO_MEMORY, vetoesIn, type MemberFault } from './faults.js';
import type { StatusProblem } from '../status.js';
import type { Election, Member } from '../../stores/election.js';
import { authenticatesAtZooKeeper } from '../../stores/settings.js';

/** What is wrong with the election: who is missing, who does not belong, and an elected node that does not serve. */
export function electionProblems(
  cluster: Cluster,
  seen: Observation,
  status: StatusFacts,
): StatusProblem[] {
  const election = valueOf(seen.election);
  if (!election) return [];
  const problems: StatusProblem[] = [];
  const living = livingMembers(seen).length;
  if (status.state === 'no-quorum') {
    problems.push(
      problem(
        'error',
        'quorum-lost',
        null,
        `${living} of ${status.replicas} members are there and quorum is ${status.quorum}: no master serves, and sends block`,
        missingHint(seen, status, 'or wait until they have registered'),
      ),
    );
  }
  for (const member of election.members) {
    if (isIntruder(seen, member)) problems.push(intruderProblem(cluster, seen, election, member));
    else if (!isNode(seen, member)) problems.push(strangerProblem(cluster, member));
  }
  problems.push(...addressProblems(seen, election), ...openProblems(cluster, seen, election));
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
  if (fault && isNode(seen, fault.member)) problems.push(masterProblem(seen, fault));
  return problems;
}

/** A broker that knows the password and is no node. */
function strangerProblem({ config }: Cluster, { znode, container }: Member): StatusProblem {
  return problem(
    'error',
    'stranger-member',
    container,
    `member ${znode} (${container ?? 'without a container name'}) has brokerName ${config.name} and is no node of this cluster`,
    'Stop that broker, or give one of the two clusters another name or zookeeper.path.',
  );
}

/** A member that is none of ours: a broker of somebody else, or somebody who wants to be taken for one. */
function intruderProblem(
  { config }: Cluster,
  seen: Observation,
  election: Election,
  member: Member,
): StatusProblem {
  const roles = [
    ...(member === election.elector ? ['it decides who is master'] : []),
    ...(member === election.master
      ? ['it is elected, and slaves give up their store for its']
      : []),
  ];
  const address = member.address === null ? '' : ` at ${member.address}`;
  return problem(
    'error',
    'intruder',
    null,
    `intruder: member ${member.znode} (${member.container ?? 'without a container name'}${address}) has brokerName ${config.name} and is no node of this cluster${isNode(seen, member) ? ', although it says so' : ''}${roles.map((role) => `; ${role}`).join('')}`,
    'Stop that broker, or give one of the two clusters another name or zookeeper.path. If it is no broker that you know: `mqha down` first, then docs/zookeeper.md.',
  );
}

/** What the master's znode names as its address, from which slaves take their store. */
function addressProblems(seen: Observation, { master }: Election): StatusProblem[] {
  const node = seen.nodes.find((one) => one.node.name === master?.container)?.node;
  if (!node || typeof master?.address !== 'string') return [];
  const own = `tcp://${node.replicationHost}:${node.replicationPort}`;
  if (master.address === own) return [];
  return [
    problem(
      'error',
      'master-address',
      node.name,
      `ZooKeeper has ${master.address} as the address of the master ${node.name}, and it listens at ${own}`,
      `Somebody has changed its znode. \`mqha restart ${node.name}\` has another one made; docs/zookeeper.md says who may change it.`,
    ),
  ];
}

/** Why whoever reaches ZooKeeper can change the election; nothing where mqha.yaml wants that. */
function openProblems(
  { config }: Cluster,
  seen: Observation,
  { members }: Election,
): StatusProblem[] {
  const protection = valueOf(seen.protection);
  if (protection?.state !== 'open' || members.length === 0) return [];
  const old = seen.nodes
    .filter((one) => {
      const found = processOf(one);
      if (found) return !authenticatesAtZooKeeper(found.argv);
      const own = members.filter(({ container }) => container === one.node.name);
      return own.some(({ znode }) => protection.unproven.includes(znode));
    })
    .map(({ node }) => node.name);
  return [
    problem(
      'warning',
      'zookeeper-open',
      null,
      `whoever reaches ZooKeeper can change who is elected${old.length === 0 ? '' : `: ${old.join(', ')} ${old.length === 1 ? 'was' : 'were'} started by an mqha that knew no password for it`}`,
      old.length === 0
        ? `The supervisor, or \`mqha up\`, closes ${config.zookeeper.path} once every node is a member that knows the password; where it stays so, see docs/zookeeper.md.`
        : '`mqha restart` starts them with the password, one after the other, and closes the znodes then.',
    ),
  ];
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
