/** 0 done · 2 what was typed or written is wrong · 1 everything else · 3 no verdict · 130 interrupted. */
export type FailureExitCode = 1 | 2 | 3 | 130;

/** What there is to say of the code of an error. */
interface ErrorCodeEntry {
  readonly exitCode: FailureExitCode;
  /** When it comes; Markdown, for docs/codes.md. */
  readonly meaning: string;
}

/**
 * Every `error.code` of the command line and of the library. Scripts rely on them: the table only
 * grows, and an exit code stays. `npm run generate` writes docs/codes.md from it.
 */
export const ERROR_CODES = {
  usage: { exitCode: 2, meaning: 'an option or argument is wrong' },
  'no-cluster': { exitCode: 2, meaning: 'no `mqha.yaml` where one was looked for' },
  'no-setting': { exitCode: 2, meaning: '`mqha.yaml` says nothing of the key' },
  'config-invalid': {
    exitCode: 2,
    meaning: '`mqha.yaml` or the options of `init` have the listed problems',
  },
  'insecure-network': {
    exitCode: 2,
    meaning:
      'a cluster would listen beyond loopback in clear text, and `insecureNetwork` does not say that this is wanted',
  },
  'unknown-account': { exitCode: 2, meaning: 'no account of that name' },
  'no-tls': { exitCode: 2, meaning: 'the cluster has no certificates (`tls: false`)' },
  'unknown-certificate': { exitCode: 2, meaning: 'no application of that name has a certificate' },
  'no-accounts': { exitCode: 2, meaning: 'the cluster has no accounts (`authentication: none`)' },
  'password-file': {
    exitCode: 1,
    meaning: 'the `passwordFile` of a user cannot be read, or holds no password',
  },
  'rotation-refused': { exitCode: 1, meaning: 'no account can be rotated now' },
  'rotation-unseen': {
    exitCode: 1,
    meaning: 'a master does not take the new password, or goes on taking the old one',
  },
  'config-unreadable': { exitCode: 2, meaning: '`mqha.yaml` cannot be read' },
  'unknown-node': { exitCode: 2, meaning: 'no node of that name' },
  'node-elsewhere': { exitCode: 2, meaning: 'the node is on another machine' },
  'unknown-patch': { exitCode: 2, meaning: '`MQHA_PATCHES_OFF` names no patch' },
  'role-vacant': { exitCode: 1, meaning: 'no node has that role now' },
  'cluster-exists': { exitCode: 1, meaning: '`init` found a cluster in the directory' },
  'cluster-moved': {
    exitCode: 1,
    meaning:
      'the cluster directory was moved or copied since it was rendered; in a copy every command is refused but `render`, since the running processes belong to the original',
  },
  'credentials-missing': {
    exitCode: 1,
    meaning: 'the generated account is gone while brokers run with it',
  },
  'certificates-missing': {
    exitCode: 1,
    meaning: 'a certificate or key that TLS needs is not in `pki/`, or cannot be used',
  },
  'certificate-refused': {
    exitCode: 1,
    meaning:
      'a server shows a certificate that is none of this cluster, has expired or is of another host, or does not take the one of mqha',
  },
  'edited-file': { exitCode: 1, meaning: 'a rendered file was edited by hand' },
  'render-mismatch': {
    exitCode: 1,
    meaning: 'a rendered file does not say what `mqha.yaml` says',
  },
  'not-rendered': { exitCode: 1, meaning: 'the cluster has no account yet' },
  'state-damaged': {
    exitCode: 1,
    meaning:
      'a file in `.mqha/` is damaged; of `cluster.json` only where no running process of the directory tells which cluster it is',
  },
  locked: { exitCode: 1, meaning: 'another mqha works on the cluster' },
  'needs-consent': {
    exitCode: 1,
    meaning: 'a question could not be asked: there is no terminal, and no `--yes`',
  },
  declined: { exitCode: 1, meaning: 'a question was not answered with yes' },
  'port-taken': { exitCode: 1, meaning: 'an address cannot be bound: another process holds it' },
  'address-missing': {
    exitCode: 1,
    meaning: 'an address cannot be bound: this machine does not have it',
  },
  strangers: { exitCode: 1, meaning: 'brokers that are no nodes of this cluster use its name' },
  'node-elsewhere-alive': {
    exitCode: 1,
    meaning: 'a node is registered by a living process that is not ours',
  },
  'name-changed': {
    exitCode: 1,
    meaning:
      'brokers run with another name, path or word on TLS than mqha.yaml says: nothing is rendered or started beside them',
  },
  'zookeeper-unreachable': { exitCode: 1, meaning: 'ZooKeeper does not answer' },
  'zookeeper-denied': {
    exitCode: 1,
    meaning:
      'ZooKeeper refuses access to the cluster’s znodes: the password in `.mqha/credentials.json` is not the one with which they were made; see [zookeeper.md](zookeeper.md)',
  },
  'launch-failed': { exitCode: 1, meaning: 'a process could not be started' },
  'broker-died': {
    exitCode: 1,
    meaning: 'a process ended while it was starting; the end of its log is quoted',
  },
  'store-damaged': {
    exitCode: 1,
    meaning: 'a node’s store is damaged, and no other copy that is whole goes as far',
  },
  'copies-lost': {
    exitCode: 1,
    meaning:
      'the data of more nodes than quorum tolerates is gone, as of disks that are not mounted',
  },
  'store-empty': {
    exitCode: 1,
    meaning:
      'a node has no messages and would be elected with others like it, while the one whose log goes furthest does not run',
  },
  'store-behind': {
    exitCode: 1,
    meaning:
      'the logs of those that are to start end before what a quorum had, and the node that has it does not run',
  },
  'data-in-use': { exitCode: 1, meaning: 'another process holds the data directory' },
  'senders-blocked': {
    exitCode: 1,
    meaning: 'a master serves and takes no message now: something is full, or slaves are missing',
  },
  'connections-full': {
    exitCode: 1,
    meaning: 'the master has all the connections that it may, and lets no other client in',
  },
  'client-refused': { exitCode: 1, meaning: 'the master answers and refuses clients' },
  'not-serving': {
    exitCode: 1,
    meaning: 'no master serves, so nothing can be sent, taken or asked',
  },
  'message-refused': { exitCode: 1, meaning: 'the broker does not take a message' },
  'message-too-large': {
    exitCode: 2,
    meaning: 'a message is larger than `limits.message`, which follows from the heap',
  },
  'console-off': { exitCode: 1, meaning: 'brokers serve no pages of the web console' },
  'no-queue': { exitCode: 1, meaning: 'the master has no queue of this name' },
  'console-failed': { exitCode: 1, meaning: 'the master’s console does not answer as it should' },
  'supervisor-running': { exitCode: 1, meaning: 'another supervisor runs for the cluster' },
  'supervisor-failed': { exitCode: 1, meaning: 'no supervisor could be started' },
  'switchover-refused': { exitCode: 1, meaning: 'there is no planned change of master now' },
  'switchover-missed': {
    exitCode: 1,
    meaning: 'another node than the wanted one was elected',
  },
  'drill-refused': { exitCode: 3, meaning: 'there is no drill of this cluster now' },
  'drill-failed': { exitCode: 3, meaning: 'the cluster went another way while it was drilled' },
  'size-changed': {
    exitCode: 1,
    meaning:
      'mqha.yaml was edited to another number of nodes than the brokers that hold the messages have; `mqha scale` does that',
  },
  'scale-refused': { exitCode: 1, meaning: 'the number of nodes cannot be changed now' },
  'scale-unfinished': {
    exitCode: 1,
    meaning: 'a change of the number of nodes has not ended',
  },
  'stop-failed': { exitCode: 1, meaning: 'a process lives on after SIGKILL' },
  timeout: { exitCode: 1, meaning: 'a wait has timed out' },
  interrupted: { exitCode: 130, meaning: 'Ctrl-C' },
  'java-missing': { exitCode: 1, meaning: 'there is no Java' },
  'java-too-old': { exitCode: 1, meaning: 'the Java that was found is too old' },
  'java-failed': { exitCode: 1, meaning: 'the Java that was found does not run' },
  'maven-missing': { exitCode: 1, meaning: 'the artifacts cannot be fetched: there is no Maven' },
  'maven-failed': { exitCode: 1, meaning: 'Maven could not fetch the artifacts' },
  'maven-timeout': { exitCode: 1, meaning: 'Maven did not fetch the artifacts in time' },
  'digest-mismatch': { exitCode: 1, meaning: 'an artifact is not the recorded one' },
  'archive-damaged': { exitCode: 1, meaning: 'an artifact cannot be unpacked' },
  'from-not-found': { exitCode: 2, meaning: 'there is nothing where `install --from` points' },
  'import-incomplete': { exitCode: 1, meaning: '`install --from` lacks files' },
  'export-in-use': {
    exitCode: 1,
    meaning: 'the directory of `certs export` holds other files',
  },
  'export-not-a-directory': { exitCode: 2, meaning: '`install --export` names no directory' },
  'guard-failed': { exitCode: 1, meaning: 'mqha’s own Java failed' },
  'package-incomplete': { exitCode: 1, meaning: 'mqha’s own Java is missing' },
  'unit-impossible': {
    exitCode: 1,
    meaning: 'a path has a character that systemd does not take',
  },
  'disk-full': { exitCode: 1, meaning: 'a file cannot be written: its disk is full' },
  'no-permission': {
    exitCode: 1,
    meaning: 'a file cannot be written, or a node’s store not be read: permission is missing',
  },
  'no-directory': {
    exitCode: 1,
    meaning: 'a file cannot be written: its directory is none',
  },
  'not-a-file': {
    exitCode: 1,
    meaning: 'a directory, a FIFO, a socket or a device stands where a file is to be read',
  },
  'untrusted-cache': {
    exitCode: 1,
    meaning:
      'another user owns or can write the cache, from which code is run, or a directory above it',
  },
  'untrusted-directory': {
    exitCode: 1,
    meaning: 'another user owns or can write the cluster directory, or a directory above it',
  },
  internal: { exitCode: 1, meaning: 'a bug of mqha' },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** The `code` of an error. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes for what was typed or written wrongly: those with exit code 2. */
export type UsageCode = {
  [C in ErrorCode]: (typeof ERROR_CODES)[C]['exitCode'] extends 2 ? C : never;
}[ErrorCode];
