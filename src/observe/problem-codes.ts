/** `error`: not served, or messages at risk · `warning`: look at it · `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

interface ProblemCodeEntry {
  /** With which severity it comes; several where that depends. */
  readonly severity: readonly Severity[];
  /** What `mqha check` makes of it; without it an error is a warning there, and the rest is none. */
  readonly check?: 'warning' | 'critical';
  /** When it comes; Markdown, for docs/codes.md. */
  readonly meaning: string;
}

/**
 * Every `problems[].code` of `mqha status`. Scripts rely on them: the table only grows.
 * `npm run generate` writes docs/codes.md from it.
 */
export const PROBLEM_CODES = {
  'zookeeper-unreachable': { severity: ['error'], meaning: 'ZooKeeper does not answer' },
  'zookeeper-stopped': { severity: ['error'], meaning: 'ZooKeeper is stopped while brokers run' },
  'quorum-lost': { severity: ['error'], meaning: 'fewer members than quorum' },
  'zookeeper-denied': {
    severity: ['error'],
    check: 'critical',
    meaning:
      'ZooKeeper refuses access to the cluster’s znodes: the password in `.mqha/credentials.json` is another; see [zookeeper.md](zookeeper.md)',
  },
  'certificates-missing': {
    severity: ['error'],
    meaning:
      'mqha’s own certificate is not in `pki/`, or cannot be used: brokers and ZooKeeper go on, and cannot be asked',
  },
  'certificate-refused': {
    severity: ['error'],
    meaning:
      'a broker or ZooKeeper shows a certificate that is none of this cluster, has expired or is of another host, or does not take the one of mqha; it is not known whether it serves',
  },
  'zookeeper-open': {
    severity: ['warning'],
    check: 'warning',
    meaning:
      'whoever reaches ZooKeeper can change who is elected, since brokers run that an earlier mqha has started, or others own the znode; see [zookeeper.md](zookeeper.md)',
  },
  'stranger-member': {
    severity: ['error'],
    meaning:
      'a broker that is no node of this cluster is a member under zkPath, and knows the cluster’s password: one that was removed, or of a copy',
  },
  intruder: {
    severity: ['error'],
    check: 'critical',
    meaning:
      'a member under zkPath is no node of this cluster, or says that it is one, and does not know the cluster’s password; it may be the elector or the master',
  },
  'master-address': {
    severity: ['error'],
    check: 'critical',
    meaning:
      'the address that the master’s znode names is not the one of mqha.yaml: slaves would take their store from there',
  },
  'foreign-znodes': { severity: ['warning'], meaning: 'there are foreign znodes under zkPath' },
  'member-vetoing': {
    severity: ['warning'],
    meaning: 'a member has not reported its position and the election waits for it',
  },
  'master-promoting': { severity: ['warning'], meaning: 'elected, and not serving yet' },
  'master-not-serving': { severity: ['error'], meaning: 'elected, and not serving' },
  'process-unknown': { severity: ['info'], meaning: 'the node is on another host' },
  'process-suspended': { severity: ['error'], meaning: 'the process is stopped by a signal' },
  'broker-stopped': {
    severity: ['warning'],
    meaning: 'the process is not running; the message says why it ended itself, where it did',
  },
  'store-damaged': {
    severity: ['error'],
    meaning:
      'the store of a stopped node is damaged, or every node fails at what is in it; see [stores.md](stores.md)',
  },
  'store-unreadable': {
    severity: ['error'],
    meaning:
      'the store of a stopped node cannot be read, as where another user owns it: it may be whole, is never set aside, and keeps its node from starting (`no-permission`)',
  },
  'port-taken': {
    severity: ['error'],
    meaning: 'a port of a stopped node is held by another process',
  },
  'stale-znode': { severity: ['warning'], meaning: 'a dead process’s znode' },
  'doubled-znode': { severity: ['warning'], meaning: 'two znodes of one node' },
  'certificate-unusable': {
    severity: ['error'],
    meaning:
      'a broker runs and cannot use its certificate: it is not there, has ended, or does not fit',
  },
  'not-a-member': { severity: ['warning'], meaning: 'the process runs and is not registered' },
  'disk-full': {
    severity: ['error'],
    meaning:
      'the disk that holds a node’s data has less than 16 MiB left; the supervisor starts its broker when there is more',
  },
  'memory-full': {
    severity: ['error'],
    check: 'critical',
    meaning: 'the master has reached `limits.memory`, and senders get no answer',
  },
  'store-full': {
    severity: ['error'],
    check: 'critical',
    meaning: 'the master has reached `limits.store`, and senders get no answer',
  },
  'temp-full': {
    severity: ['error'],
    check: 'critical',
    meaning: 'the master has reached `limits.temp`, and senders get no answer',
  },
  'memory-high': {
    severity: ['warning'],
    check: 'warning',
    meaning: 'from 90 % of `limits.memory` on',
  },
  'store-high': {
    severity: ['warning'],
    check: 'warning',
    meaning: 'from 90 % of `limits.store` on',
  },
  'temp-high': {
    severity: ['warning'],
    check: 'warning',
    meaning: 'from 90 % of `limits.temp` on',
  },
  'connections-full': {
    severity: ['error'],
    check: 'warning',
    meaning:
      'the master lets no other client in: it has all the connections that it may, or is busy with many that have not said who they are; those that are connected are served',
  },
  'connections-high': {
    severity: ['warning'],
    check: 'warning',
    meaning: 'clients have 90 % of the connections that the master may have',
  },
  'senders-blocked': {
    severity: ['error'],
    check: 'critical',
    meaning: 'senders are blocked, on which destinations; or the master waits for slaves',
  },
  'disk-small': {
    severity: ['error', 'warning'],
    meaning:
      'a disk cannot hold what the stores on it may grow to; an error without room for one log file',
  },
  'slave-attaching': {
    severity: ['warning'],
    meaning: 'a slave does not protect the messages yet',
  },
  'attachment-unknown': {
    severity: ['warning'],
    meaning: 'whether a slave protects the messages could not be learned',
  },
  'role-unknown': {
    severity: ['warning'],
    meaning: 'the role of a node could not be learned: ZooKeeper does not answer, or refuses it',
  },
  'restart-needed': {
    severity: ['error', 'warning'],
    check: 'warning',
    meaning:
      'a broker runs with other settings than mqha.yaml says (an error where they are `replicas`), or an earlier mqha started it and nothing says with which',
  },
  'edited-file': {
    severity: ['warning'],
    meaning:
      'a rendered file was edited by hand: no start goes on with it, nor does that of the supervisor',
  },
  'scale-unfinished': {
    severity: ['error'],
    meaning: 'a change of the number of nodes has not ended',
  },
  'state-damaged': {
    severity: ['error', 'warning'],
    check: 'warning',
    meaning:
      '`.mqha/size.json` cannot be read, so no broker can be started; or, as a warning, `.mqha/wanted.json` is gone or damaged, and what was wanted stays so, or `cluster.json` is, and the running processes tell which cluster it is',
  },
  'master-behind': {
    severity: ['error'],
    meaning:
      'a node has what its master lacks, and does not follow it; what it has may be nowhere else',
  },
  'acknowledged-set-aside': {
    severity: ['warning'],
    check: 'warning',
    meaning:
      'a node’s log was set aside that went further than an earlier master’s, by what a quorum had; reported until the copy is removed',
  },
  'heap-dump': {
    severity: ['warning', 'info'],
    meaning:
      'a node’s log directory has the heap of a broker that was out of memory, with messages, accounts and the token; as an info where `java.heapDump` asks for it',
  },
  'copies-lost': {
    severity: ['warning'],
    check: 'warning',
    meaning:
      'the logs of more nodes than quorum tolerates vanished at once: what only they had acknowledged is missing; reported until the supervisor ends',
  },
  'patch-missing': {
    severity: ['error', 'warning'],
    check: 'warning',
    meaning:
      'brokers run without patches of ActiveMQ, since a class is not the known one: an error where acknowledged messages can be lost without them; see [patches.md](patches.md)',
  },
  'patch-off': {
    severity: ['error', 'warning'],
    check: 'warning',
    meaning: 'the same, since `MQHA_PATCHES_OFF` left them out when the brokers were started',
  },
  'certificate-expires': {
    severity: ['warning'],
    check: 'warning',
    meaning:
      'a certificate of this machine ends within 30 days; see [certificates.md](certificates.md)',
  },
  'certificate-expired': {
    severity: ['error'],
    check: 'critical',
    meaning: 'a certificate of this machine has ended, and connections with it are refused',
  },
  'account-shared': {
    severity: ['warning'],
    meaning:
      'applications may know the password of mqha’s own account, which was the only one once; reported until that is rotated',
  },
  'supervisor-missing': {
    severity: ['warning'],
    check: 'warning',
    meaning: 'no supervisor runs beside running brokers, although mqha.yaml enables it',
  },
  'keeps-dying': {
    severity: ['warning'],
    check: 'warning',
    meaning:
      'a process died five times or more within the last two minutes, and the supervisor starts it again with growing pauses',
  },
  'given-up': {
    severity: ['error'],
    meaning: 'a process kept dying, and the supervisor has left it down',
  },
} as const satisfies Readonly<Record<string, ProblemCodeEntry>>;

/** The `code` of a problem. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** The severities with which a problem comes. */
export type SeverityOf<C extends ProblemCode> = (typeof PROBLEM_CODES)[C]['severity'][number];

/** The problems of which `mqha check` makes this. */
export function problemsChecked(as: 'warning' | 'critical'): ReadonlySet<ProblemCode> {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
  const checkOf = (code: ProblemCode) => (PROBLEM_CODES[code] as ProblemCodeEntry).check;
  return new Set(codes.filter((code) => checkOf(code) === as));
}
