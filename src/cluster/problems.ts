import { membersOf, vetoing } from '../election/election.js';
import type { Cluster } from './context.js';
import { fullnessProblems } from './fullness.js';
import { isHopeless } from '../broker/end-record.js';
import { livingMembers } from './members.js';
import type { NodeObservation, Observation } from './observe.js';
import { sizeProblems } from './size-problems.js';
import type { ClusterStatus, StatusProblem } from './status.js';

/** With less than this a store is as good as full: an index of its own takes some MiB now and then. */
const FULL_BYTES = 16 * 1024 * 1024;

type Unjudged = Omit<ClusterStatus, 'problems'>;

/** What is wrong, or could not be learned; nothing is listed for a cluster that is stopped on purpose. */
export function problemsOf(cluster: Cluster, seen: Observation, status: Unjudged): StatusProblem[] {
  return [
    ...zookeeperProblems(seen, status),
    // The cause first: `check` has room for one.
    ...hopelessProblems(seen),
    ...electionProblems(cluster, seen, status),
    ...seen.nodes.flatMap((node) => nodeProblems(seen, status, node)),
    ...fullnessProblems(cluster.config, seen, status),
    ...supervisorProblems(seen, status),
    ...sizeProblems(cluster.config, seen),
  ];
}

function supervisorProblems(seen: Observation, status: Unjudged): StatusProblem[] {
  const { supervisor } = seen;
  if (supervisor.pid === undefined) {
    if (!supervisor.wanted || !seen.nodes.some((node) => node.process)) return [];
    return [
      problem(
        'warning',
        'supervisor-missing',
        null,
        'no supervisor runs: a broker that dies stays down, and a failover takes as long as a ZooKeeper session',
        'Start one with `mqha up`; `mqha up --no-supervisor` does without for good.',
      ),
    ];
  }
  const lost = supervisor.state?.copiesLost;
  const givenUp = status.supervisor.processes.filter((process) => process.does === 'given-up');
  return [
    ...(lost ? [copiesLost(lost)] : []),
    ...givenUp.map(({ name }) =>
      problem(
        'error',
        'given-up',
        name,
        `${name} kept dying and was left down by the supervisor${ending(seen, name)}`,
        `See \`mqha events\` and \`mqha logs ${name}\`; \`mqha up\` tries again.`,
      ),
    ),
  ];
}

/** It stays until a person has read it: the cluster looks well again within seconds. */
function copiesLost({ at, nodes }: { readonly at: string; readonly nodes: readonly string[] }) {
  return problem(
    'warning',
    'copies-lost',
    null,
    `the logs of ${nodes.join(' and ')} were gone at once at ${at}: what was acknowledged by those alone is missing`,
    'Compare with what your senders had acknowledged before. `mqha events` has the story; a new supervisor forgets it (`mqha down`, `mqha up`).',
  );
}

/** Why a node's last process has ended itself, in words that go on a sentence. */
function ending(seen: Observation, name: string): string {
  const ended = seen.nodes.find(({ node }) => node.name === name)?.ended;
  return ended === undefined ? '' : `: ${ended.message}`;
}

/** A store that no copy of can be started: the first node that fails is followed by the next that is elected. */
function hopelessProblems(seen: Observation): StatusProblem[] {
  const failed = seen.nodes.filter(({ ended }) => ended !== undefined && isHopeless(ended.code));
  const [first, second] = failed;
  if (!first?.ended || first.ended.code !== second?.ended?.code) return [];
  const names = failed.map(({ node }) => node.name).join(', ');
  return [
    problem(
      'error',
      'store-damaged',
      null,
      `the store cannot be started: ${names} ended one after the other, ${first.node.name} with: ${first.ended.message}`,
      'What they failed at is in every copy, so no other node is tried. Keep a copy of nodes/*/data; docs/stores.md says what can be done. `mqha up` tries again.',
    ),
  ];
}

function problem(
  severity: StatusProblem['severity'],
  code: string,
  node: string | null,
  message: string,
  hint: string,
): StatusProblem {
  return { severity, code, node, message, hint };
}

function zookeeperProblems(seen: Observation, status: Unjudged): StatusProblem[] {
  const { zookeeper } = seen;
  const { managed } = status.zookeeper;
  const brokersRun = seen.nodes.some((node) => node.process !== undefined);
  if (zookeeper.group) return [];
  if (zookeeper.error !== undefined) {
    const suspended = zookeeper.process?.suspended === true;
    return [
      problem(
        'error',
        'zookeeper-unreachable',
        null,
        suspended
          ? `the managed ZooKeeper (pid ${zookeeper.process.pid}) is suspended and does not answer`
          : zookeeper.error,
        suspended
          ? `Resume it with \`kill -CONT ${zookeeper.process.pid}\`.`
          : managed
            ? 'See `mqha logs zookeeper`; without it the brokers elect no master.'
            : 'Check the ensemble; without it the brokers elect no master.',
      ),
    ];
  }
  if (!brokersRun) return [];
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

function electionProblems(cluster: Cluster, seen: Observation, status: Unjudged): StatusProblem[] {
  const { election } = seen;
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
        `${living} of ${status.replicas} members are there and quorum is ${status.quorum}: nobody is served, and sends hang`,
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
  if (election.strangers.length > 0) {
    problems.push(
      problem(
        'warning',
        'foreign-znodes',
        null,
        `${cluster.config.zookeeper.path} also holds ${election.strangers.join(', ')}, which belong to no member of ${status.cluster}`,
        'Give each cluster a zookeeper.path of its own.',
      ),
    );
  }
  for (const member of vetoing(election, status.quorum)) {
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
  const { master } = election;
  const elected = seen.nodes.find((node) => node.node.name === master?.container);
  if (master && elected && !elected.accepting && status.state !== 'stopped') {
    problems.push(
      master.address === null
        ? problem(
            'warning',
            'master-promoting',
            master.container,
            `${elected.node.name} is elected and has not opened its replication port`,
            `If this stays so for more than ten seconds, see \`mqha logs ${elected.node.name}\` and restart it.`,
          )
        : problem(
            'error',
            'master-not-serving',
            master.container,
            `${elected.node.name} is elected and its message port does not answer`,
            elected.process?.suspended === true
              ? `Its process is suspended: \`kill -CONT ${elected.process.pid}\`.`
              : 'It waits for enough slaves to attach, or hangs: see its log.',
          ),
    );
  }
  return problems;
}

function nodeProblems(
  seen: Observation,
  status: Unjudged,
  observed: NodeObservation,
): StatusProblem[] {
  const { node, process, local } = observed;
  const own = status.nodes.find((candidate) => candidate.name === node.name);
  const members = seen.election ? membersOf(seen.election, node.name) : [];
  const problems: StatusProblem[] = [];
  const add = (
    severity: StatusProblem['severity'],
    code: string,
    message: string,
    hint: string,
  ) => {
    problems.push(problem(severity, code, node.name, message, hint));
  };
  if (!local) {
    add(
      'info',
      'process-unknown',
      `${node.name} is on ${node.host}; its process cannot be seen from here`,
      `Look at it there.`,
    );
  }
  if (process?.suspended === true) {
    add(
      'error',
      'process-suspended',
      `${node.name} (pid ${process.pid}) is suspended: it holds its ports and answers nobody`,
      `Resume it with \`kill -CONT ${process.pid}\`, or kill it with \`mqha kill ${node.name}\`.`,
    );
  }
  if (local && !process) {
    if (status.state !== 'stopped') {
      add(
        'warning',
        'broker-stopped',
        observed.ended
          ? `${node.name} ended itself: ${observed.ended.message}`
          : `${node.name} is stopped`,
        `Start it with \`mqha start ${node.name}\`.`,
      );
    }
    if (observed.damage && observed.damage.length > 0) {
      add(
        'error',
        'store-damaged',
        `the store of ${node.name} is damaged: ${observed.damage.join('; ')}`,
        `\`mqha up\` sets it aside and lets ${node.name} attach anew where other copies are whole, and says what to do where they are not.`,
      );
    }
    for (const port of observed.held) {
      add(
        'error',
        'port-taken',
        `${port.host}:${port.port}, the ${port.key} of ${node.name}, is held by another process`,
        `End that process or give ${node.name} another ${port.key} in mqha.yaml.`,
      );
    }
    for (const member of members) {
      add(
        'warning',
        'stale-znode',
        `${node.name} is dead and its znode ${member.znode} is still there; it counts toward quorum until its session ends`,
        'It goes by itself after the session timeout.',
      );
    }
  }
  if (members.length > 1 && (process || !local)) {
    const stale = members.slice(0, -1).map((member) => member.znode);
    add(
      'warning',
      'doubled-znode',
      `${node.name} has ${members.length} znodes; ${stale.join(', ')} belongs to an earlier process`,
      'It goes by itself after the session timeout.',
    );
  }
  if (process && !process.suspended && seen.election && members.length === 0) {
    add(
      'warning',
      'not-a-member',
      `${node.name} runs and is not registered in ZooKeeper`,
      `It may be starting; if it stays so, see \`mqha logs ${node.name}\`.`,
    );
  }
  if (observed.freeBytes !== undefined && observed.freeBytes < FULL_BYTES) {
    add(
      'error',
      'disk-full',
      `the disk that holds the data of ${node.name} is full (${Math.floor(observed.freeBytes / 1024)} KiB left)`,
      'Free some space there. Its broker ends when it cannot write, and attaches again once it can.',
    );
  }
  if (own?.role === 'slave' && own.attached === false) {
    add(
      'warning',
      'slave-attaching',
      `${node.name} is not attached to the master yet`,
      'It copies the store; until it has, it does not protect the messages.',
    );
  }
  if (own?.role === 'slave' && own.attached === null && status.nodes.some((n) => n.accepting)) {
    add(
      'warning',
      'attachment-unknown',
      `whether ${node.name} is attached could not be learned${why(seen)}`,
      'The console of the master answers this, and opens a moment after the master serves; look again, or see its log.',
    );
  }
  if (own?.role === null) {
    add(
      'warning',
      'role-unknown',
      `the role of ${node.name} could not be learned: ZooKeeper does not answer`,
      'Bring ZooKeeper back first.',
    );
  }
  return problems;
}

function why(seen: Observation): string {
  return seen.replication && 'error' in seen.replication ? `: ${seen.replication.error}` : '';
}
