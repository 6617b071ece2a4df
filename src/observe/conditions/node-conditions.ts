import { holderHint, holderText } from '../../agents/holder-text.js';
import { mayBeOnlyCopy } from '../../stores/store-files.js';
import type { ClusterConfig } from '../../config/schema.js';
import { membersOf } from '../../stores/election.js';
import { writesHeap } from '../../stores/heap-dumps.js';
import { isFull } from '../disk.js';
import { isOfCertificates } from './link-conditions.js';
import { processOf, type NodeObservation, type Observation } from '../observation.js';
import { valueOf } from '../reading.js';
import { ProblemList, type StatusFacts } from './condition.js';
import { isRevived, whatKeeps } from './missing.js';
import type { StatusProblem } from '../status.js';

/** What is wrong with one node. */
export function nodeProblems(
  config: Pick<ClusterConfig, 'java' | 'tls'>,
  seen: Observation,
  status: StatusFacts,
  observed: NodeObservation,
): StatusProblem[] {
  const { node, local } = observed;
  const found = processOf(observed);
  const election = valueOf(seen.election);
  const own = status.nodes.find((candidate) => candidate.name === node.name);
  const members = election ? membersOf(election, node.name) : [];
  const unusable = valueOf(observed.certificate);
  const list = new ProblemList(node.name);
  if (!local) {
    list.add(
      'info',
      'process-unknown',
      `${node.name} is on ${node.host}; its process cannot be seen from here`,
      `Look at it there.`,
    );
  }
  if (found?.suspended === true) {
    list.add(
      'error',
      'process-suspended',
      `${node.name} (pid ${found.pid}) is suspended: it holds its ports and answers no client`,
      `Resume it with \`kill -CONT ${found.pid}\`, or kill it with \`mqha kill ${node.name}\`.`,
    );
  }
  if (local && !found) {
    const ended = valueOf(observed.ended);
    const damage = damageOf(observed);
    const store = valueOf(observed.store);
    if (status.state !== 'stopped') {
      if (ended?.code === 'master-behind') {
        list.add(
          'error',
          'master-behind',
          `${node.name} has what its master lacks, and does not follow it: ${ended.message}`,
          'Stop your senders. `mqha down` and `mqha up` go on with the log that goes furthest; docs/stores.md says how to look at both first.',
        );
      }
      list.add(
        'warning',
        'broker-stopped',
        ended
          ? `${node.name} ended itself: ${ended.message}${unusable === undefined ? '' : `; ${certificateOf(node.name)} ${unusable}`}`
          : `${node.name} is stopped${whyDown(status, node.name)}`,
        stoppedHint(status, observed),
      );
    }
    if (damage.length > 0) {
      list.add(
        'error',
        'store-damaged',
        `the store of ${node.name} is damaged: ${damage.join('; ')}`,
        `\`mqha up\` sets it aside and lets ${node.name} attach anew where other copies are whole, and says what to do where they are not.`,
      );
    }
    if (store?.state === 'unreadable') {
      list.add(
        'error',
        'store-unreadable',
        `the store of ${node.name} cannot be read: ${store.message}`,
        store.hint,
      );
    }
    for (const port of valueOf(observed.held) ?? []) {
      list.add(
        'error',
        'port-taken',
        `${port.host}:${port.port}, the ${port.key} of ${node.name}, is ${holderText(port.holder)}`,
        holderHint([port.holder], `Give ${node.name} another ${port.key} in mqha.yaml`),
      );
    }
    for (const member of members) {
      list.add(
        'warning',
        'stale-znode',
        `${node.name} is dead and its znode ${member.znode} is still there; it counts toward quorum until its session ends`,
        'ZooKeeper removes it after the session timeout.',
      );
    }
  }
  if (members.length > 1 && (found || !local)) {
    const stale = members.slice(0, -1).map((member) => member.znode);
    list.add(
      'warning',
      'doubled-znode',
      `${node.name} has ${members.length} znodes; ${stale.join(', ')} belongs to an earlier process`,
      'ZooKeeper removes it after the session timeout.',
    );
  }
  if (found && !found.suspended && election && members.length === 0) {
    if (unusable === undefined) {
      list.add(
        'warning',
        'not-a-member',
        `${node.name} runs and is not registered in ZooKeeper`,
        `It may be starting; if it stays so, see \`mqha logs ${node.name}\`.`,
      );
    } else {
      list.add(
        'error',
        'certificate-unusable',
        `${node.name} runs and is not registered in ZooKeeper: ${certificateOf(node.name)} ${unusable}`,
        `${config.tls?.certificates === 'own' ? 'Put what is right into pki/. ' : ''}\`mqha restart ${node.name}\` renders it again from pki/, or says what is wrong there.`,
      );
    }
  }
  const disk = valueOf(observed.disk);
  if (disk && isFull(disk.freeBytes)) {
    list.add(
      'error',
      'disk-full',
      `the disk that holds the data of ${node.name} is full (${Math.floor(disk.freeBytes / 1024)} KiB left)`,
      'Free some space there. Its broker ends when it cannot write, and attaches again once it can.',
    );
  }
  for (const { path, why } of valueOf(observed.kept)?.filter(mayBeOnlyCopy) ?? []) {
    list.add(
      'warning',
      'acknowledged-set-aside',
      `${node.name} gave up a log for a master that had less: ${why}`,
      `Compare with what your senders had acknowledged; docs/stores.md says how to read it. Remove ${path} when it is not needed.`,
    );
  }
  const dumps = valueOf(observed.dumps) ?? [];
  if (dumps.length > 0) {
    const wanted = config.java.heapDump || writesHeap(config.java.options);
    const mb = Math.ceil(dumps.reduce((sum, { bytes }) => sum + bytes, 0) / (1024 * 1024));
    const [first] = dumps;
    list.add(
      wanted ? 'info' : 'warning',
      'heap-dump',
      `${node.name} has left ${dumps.length === 1 ? 'its heap' : `${dumps.length} heaps`} on the disk (${mb} MB): ${first?.path ?? ''}${dumps.length === 1 ? '' : ' and others beside it'}`,
      `It holds messages, accounts and the token. The next start of ${node.name} removes it${wanted ? ' unless its process has just written it' : ''}; take it elsewhere first where you need it.`,
    );
  }
  if (own?.role === 'slave' && own.attached === false) {
    list.add(
      'warning',
      'slave-attaching',
      `${node.name} is not attached to the master yet`,
      'It copies the store; until it has, it does not protect the messages.',
    );
  }
  if (own?.role === 'slave' && own.attached === null && status.nodes.some((n) => n.accepting)) {
    list.add(
      'warning',
      'attachment-unknown',
      `whether ${node.name} is attached could not be learned${why(observed)}`,
      'The console of the master answers this, and opens a moment after the master serves; look again, or see its log.',
    );
  }
  if (own?.role === null) {
    const [reason, hint] = whyUnread(seen);
    list.add(
      'warning',
      'role-unknown',
      `the role of ${node.name} could not be learned: ${reason}`,
      hint,
    );
  }
  return list.all;
}

const certificateOf = (name: string) => `its certificate nodes/${name}/conf/tls.pem`;

/** Why nobody knows who is elected, and what is to be done first. */
function whyUnread({ election }: Observation): readonly [reason: string, hint: string] {
  const code = 'unknown' in election ? election.code : undefined;
  if (code === 'zookeeper-denied')
    return ['ZooKeeper refuses it', 'Restore .mqha/credentials.json first.'];
  if (isOfCertificates(code))
    return ['ZooKeeper cannot be asked without certificates that fit', 'Mend them first.'];
  return ['ZooKeeper does not answer', 'Recover ZooKeeper first.'];
}

/** What the supervisor knows of why a node is down that should run. */
function whyDown({ supervisor }: StatusFacts, name: string): string {
  const reason = supervisor.processes.find((stated) => stated.name === name)?.reason;
  return typeof reason === 'string' ? `: ${reason}` : '';
}

function stoppedHint(status: StatusFacts, observed: NodeObservation): string {
  const { name } = observed.node;
  const kept = whatKeeps(status, observed);
  const start = `\`mqha start ${name}\``;
  if (kept !== undefined) return `It cannot start: ${kept}. Cure that first; then ${start}.`;
  if (!isRevived(status, name)) return `Start it with ${start}.`;
  return `The supervisor starts it; \`mqha events -f\` follows that. Where it fails each time, cure what the message names.`;
}

function why({ attachment }: NodeObservation): string {
  return 'unknown' in attachment ? `: ${attachment.unknown}` : '';
}

/** What a look from outside says of its store, or what its broker has found. */
function damageOf({ store, ended }: NodeObservation): readonly string[] {
  const look = valueOf(store);
  if (look?.state === 'damaged') return look.damage;
  const end = valueOf(ended);
  return look?.state !== 'unreadable' && end?.code === 'store-damaged' ? [end.message] : [];
}
