import type { Cluster } from '../../state/cluster.js';
import { certificateProblems } from './certificate-conditions.js';
import { connectionProblems } from './connection-conditions.js';
import { fullnessProblems } from './fullness.js';
import type { Store } from '../../stores/store.js';
import { linkProblems } from './link-conditions.js';
import { nodeProblems } from './node-conditions.js';
import { processOf, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { problem, type StatusFacts } from './condition.js';
import { sizeProblems } from './size-conditions.js';
import type { StatusProblem } from '../status.js';
import { patchProblems } from './patch-conditions.js';
import { replicatedLevelDbProblems } from './replicated-leveldb-conditions.js';

/** What can be wrong with the store of a kind and with what coordinates it. */
const OF_STORE: Readonly<Record<Store['kind'], typeof replicatedLevelDbProblems>> = {
  'replicated-leveldb': replicatedLevelDbProblems,
};

/** What is wrong, or could not be learned; nothing is listed for a cluster that is stopped on purpose. */
export function problemsOf(
  cluster: Cluster,
  seen: Observation,
  status: StatusFacts,
): StatusProblem[] {
  return [
    // The cause first: `check` has room for one.
    ...linkProblems(seen),
    ...OF_STORE[cluster.store.kind](cluster, seen, status),
    ...seen.nodes.flatMap((node) => nodeProblems(cluster.config, seen, status, node)),
    ...connectionProblems(cluster.config, seen, status),
    ...fullnessProblems(cluster.config, seen, status),
    ...identityProblems(cluster),
    ...accountProblems(cluster, seen),
    ...wantedProblems(seen),
    ...supervisorProblems(seen, status),
    ...sizeProblems(cluster.config, seen),
    ...patchProblems(seen),
    ...certificateProblems(cluster, seen),
    ...editedProblems(seen),
  ];
}

/** The file that says who the cluster is, while what runs says it as well. */
function identityProblems({ foundIdentity }: Cluster): StatusProblem[] {
  if (foundIdentity?.damage === undefined) return [];
  return [
    problem(
      'warning',
      'state-damaged',
      null,
      `${foundIdentity.damage}: the running processes of this directory tell which cluster it is; once none runs, nothing does`,
      '`mqha up` writes it again while something runs; so does `mqha down`.',
    ),
  ];
}

/** The file with the account and the token of what runs. */
function accountProblems(
  { lacksAccount, sharesAccount }: Cluster,
  seen: Observation,
): StatusProblem[] {
  if (!seen.nodes.some(processOf)) return [];
  if (sharesAccount === true) {
    return [
      problem(
        'warning',
        'account-shared',
        null,
        'applications may know the password of the account mqha, which may do everything: it was the only account once',
        'Give them the account app (`mqha env`), and then run `mqha account rotate mqha`.',
      ),
    ];
  }
  if (lacksAccount !== true) return [];
  return [
    problem(
      'error',
      'state-damaged',
      null,
      'the account and the token are gone (.mqha/credentials.json), and brokers run with them: one that ends now cannot be started again beside the others',
      'Restore the file, as from another machine of the cluster, and stop no broker before. Or `mqha down` and then `mqha up`, which makes a new account: clients need it then (`mqha env`).',
    ),
  ];
}

/** The file that says what is to run: with it gone nobody is taken for stopped, and nobody may know who was. */
function wantedProblems(seen: Observation): StatusProblem[] {
  const supervisor = valueOf(seen.supervisor);
  if (supervisor?.damage === undefined) return [];
  const going =
    supervisor.pid === undefined
      ? 'it says which processes are to run, and a supervisor that is started now takes those that run'
      : 'it says which processes are to run, and the supervisor keeps what it read before';
  return [
    problem(
      'warning',
      'state-damaged',
      null,
      `${supervisor.damage}: ${going}`,
      '`mqha up` writes it again, with the desired state up for every node; `mqha stop <node>` then, for one that is to stay down.',
    ),
  ];
}

function supervisorProblems(seen: Observation, status: StatusFacts): StatusProblem[] {
  const supervisor = valueOf(seen.supervisor);
  if (!supervisor) return [];
  if (supervisor.pid === undefined) {
    if (!supervisor.wanted || !seen.nodes.some(processOf)) return [];
    return [
      problem(
        'warning',
        'supervisor-missing',
        null,
        'no supervisor runs: a broker that dies stays down, and a failover takes as long as a ZooKeeper session',
        'Start one with `mqha up`; `mqha up --no-supervisor` runs the cluster without one.',
      ),
    ];
  }
  const lost = supervisor.state?.copiesLost;
  const givenUp = status.supervisor.processes.filter((stated) => stated.does === 'given-up');
  return [
    ...(lost ? [copiesLost(lost)] : []),
    ...Object.entries(supervisor.state?.dying ?? {}).map(([name, { deaths, withinMs, reason }]) =>
      problem(
        'warning',
        'keeps-dying',
        name,
        `${name} died ${deaths} times within ${Math.ceil(withinMs / 1000)} s and is started again each time${reason === null ? '' : `; the last time: ${reason}`}`,
        `See \`mqha events\` and \`mqha logs ${name}\`. What ends one master after the other is often a message, or a client that reconnects to each of them.`,
      ),
    ),
    ...givenUp.map(({ name, reason }) =>
      problem(
        'error',
        'given-up',
        name,
        `${name} kept dying and was left down by the supervisor${ending(seen, name, reason)}`,
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
    'Compare with what your senders had acknowledged before. `mqha events` has the details; a new supervisor forgets it (`mqha down`, `mqha up`).',
  );
}

/** Files that the next start would refuse: it is told when they are edited, and not when a broker has died. */
function editedProblems(seen: Observation): StatusProblem[] {
  const edited = valueOf(seen.edited) ?? [];
  if (edited.length === 0) return [];
  const owners = new Set(edited.map((path) => /^nodes\/([^/]+)\//.exec(path)?.[1] ?? null));
  const [node = null] = owners.size === 1 ? [...owners] : [];
  return [
    problem(
      'warning',
      'edited-file',
      node,
      `edited by hand since it was rendered: ${edited.join(', ')}; nothing that ends is started again with that`,
      'Put the change into mqha.yaml if it has a key for it; `mqha render --check` shows the differences, `mqha render --yes` renders again and keeps a copy.',
    ),
  ];
}

/** Why a node was given up, or its last process has ended itself, in words that go on a sentence. */
function ending(seen: Observation, name: string, reason: string | null): string {
  const node = seen.nodes.find((one) => one.node.name === name);
  const why = reason ?? (node && valueOf(node.ended))?.message;
  return why === undefined ? '' : `: ${why}`;
}
