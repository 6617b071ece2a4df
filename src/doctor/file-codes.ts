import type { CheckEntry } from './check-entry.js';

/** What `mqha doctor --conf` looks for in people's own files. */
export const FILE_CODES = {
  'file-unreadable': {
    results: ['fail'],
    meaning: 'the file cannot be read: absent, no regular file, larger than 1 MiB',
    todo: 'Name a file that this user can read.',
    pass: 'every file was read',
  },
  'xml-malformed': {
    results: ['fail', 'warn'],
    meaning:
      'the file is no XML, as with a comment inside of a tag, and no broker starts with it; what can be read of it is examined all the same. A warning: it has bytes that its encoding does not have',
    todo: 'Correct the file; `xmllint --noout <file>` checks it.',
    pass: 'the files are XML',
  },
  'xml-doctype': {
    results: ['warn'],
    meaning:
      'the file has a DOCTYPE. What that defines is not read here, and a broker may read other files by it',
    todo: 'Take the DOCTYPE out, and write the values in place of the entities.',
    pass: 'no file has a DOCTYPE',
  },
  'store-missing': {
    results: ['fail'],
    meaning:
      'the file has no `<broker>`, or that no `<replicatedLevelDB>` in its `<persistenceAdapter>`: nothing is replicated',
    todo: 'Put `<replicatedLevelDB …/>` into `<persistenceAdapter>`, and take other stores out.',
    pass: 'each broker has a replicatedLevelDB',
  },
  'store-attribute': {
    results: ['fail'],
    meaning:
      'an attribute of `<replicatedLevelDB>` that 5.16 does not have; a broker does not start with it. `zkSessionTmeout` is that of 5.9 and 5.10',
    todo: 'Correct the name of the attribute, or take it out.',
    pass: 'the store has known attributes only',
  },
  'not-persistent': {
    results: ['fail'],
    meaning: '`persistent="false"`: the broker uses no store at all, and nothing is replicated',
    todo: 'Take `persistent="false"` out of `<broker>`.',
    pass: 'the brokers are persistent',
  },
  'broker-names': {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      'the brokerNames differ. Members with one brokerName are one replication set, so such nodes never replicate to each other. A warning: none is written, and `localhost` is what it is then',
    todo: 'Write the same `brokerName` on every node.',
    pass: 'a brokerName is written, the same in every file',
  },
  'hostname-missing': {
    results: ['warn'],
    meaning:
      '`hostname` is not written. Slaves connect to what the broker takes for its name, which often is an address that they cannot reach',
    todo: 'Write `hostname`: a name or address by which the other nodes reach this one.',
    pass: 'every file says by which hostname the node is reached',
  },
  'hostname-twice': {
    results: ['fail', 'warn'],
    meaning:
      'two nodes have one `hostname` and one replication port: slaves cannot tell them apart. A warning: the ports differ, so the nodes are on one machine',
    todo: 'Give each node a `hostname` of its own; on one machine each a loopback address (127.0.0.1, 127.0.0.2 …), in `bind` as well.',
    pass: 'no two nodes are reached at one address',
  },
  'hostname-invalid': {
    results: ['fail', 'unknown'],
    meaning:
      '`hostname` is no host name, as with an underscore: java.net.URI reads no host in `tcp://my_host:61619`, and no slave connects. `0.0.0.0` is none that can be connected to',
    todo: 'Use letters, digits, hyphens and dots, or an address.',
    pass: 'the hostnames can be connected to',
  },
  replicas: {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      '`replicas` differs between nodes, is no number, is other than the number of files given (where there are several), or is even: 2 tolerate no failure, and 4 no more than 3',
    todo: 'Write the number of nodes as `replicas` on each of them, an odd one from 3 on.',
    pass: 'replicas is odd, and the same in every file',
  },
  sync: {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      '`sync` has a word that the store does not know, which acts as `local_mem`; or differs between nodes. A warning: `local_mem` and `local_disk` lose acknowledged messages at a failover',
    todo: 'Write `sync="quorum_mem"`, or `quorum_disk`, on every node.',
    pass: 'messages are acknowledged once a quorum has them',
  },
  bind: {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      '`bind` has no port, or port 0, by which each master opens another one; or is loopback while `hostname` is not. A warning: it is every address of the machine, or is not written, which is `tcp://0.0.0.0:61619`',
    todo: 'Write `bind="tcp://<address of this node>:61619"`.',
    pass: 'the replication port is bound to an address of its own',
  },
  'security-token': {
    results: ['fail'],
    meaning:
      '`securityToken` is missing, is empty or differs. Without one whoever reaches the replication port reads the store and other files; with different ones no slave attaches',
    todo: 'Write one long random `securityToken` on every node, and keep the file for its owner (`chmod 600`).',
    pass: 'the replication port wants a token',
  },
  'directory-shared': {
    results: ['fail'],
    meaning: 'two nodes of one machine have one `directory`: two processes on one store destroy it',
    todo: 'Give each node a `directory` of its own.',
    pass: 'no two nodes share a data directory',
  },
  'zookeeper-address': {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      '`zkAddress` differs between nodes, or is loopback while the nodes are on several machines. A warning: it names one server, whose end ends the service, or two, which tolerate none',
    todo: 'Write the same three or five servers on every node.',
    pass: 'every file names the same ZooKeeper servers, of which one may fail',
  },
  'zookeeper-path': {
    results: ['fail', 'warn', 'unknown'],
    meaning:
      '`zkPath` differs between nodes, which then do not see each other, or does not begin with `/`. A warning: it is not written, and so the one that every cluster has that does not write it (`/default`)',
    todo: 'Write the same `zkPath` on every node, and another for every cluster.',
    pass: 'a zkPath is written, the same in every file',
  },
  'zookeeper-password': {
    results: ['warn'],
    meaning:
      'no `zkPassword`. Whoever reaches ZooKeeper can elect a master of his own, which gets the token and the messages. A password alone does not close the znodes in stock ActiveMQ, which makes them for everybody; a firewall does',
    todo: 'Let only the brokers reach ZooKeeper, and write a `zkPassword`; mqha closes the znodes with it.',
    pass: 'the nodes log in at ZooKeeper',
  },
  'session-timeout': {
    results: ['warn', 'unknown'],
    meaning:
      '`zkSessionTimeout` is shorter than 4 s (2 s where it is not written): a pause of the JVM of that length takes the master out. A ZooKeeper with the stock tickTime of 2 s makes 4 s of it. Beyond 40 s it caps it',
    todo: 'Write `zkSessionTimeout="10s"`; a failover after a crash takes that long.',
    pass: 'the session timeout outlasts a pause',
  },
  'port-clash': {
    results: ['fail'],
    meaning: 'two ports of one node, or of two nodes on one machine, are the same',
    todo: 'Give one of them another port, or another address of the machine.',
    pass: 'no two ports clash',
  },
  'port-outgoing': {
    results: ['warn', 'unknown'],
    meaning:
      'a port lies in this machine’s range for outgoing connections (`net.ipv4.ip_local_port_range`): any connection can be given it, and the broker does not start then',
    todo: 'Reserve the ports, or choose some below the range.',
    pass: 'no port is one of those for outgoing connections',
  },
  'no-authentication': {
    results: ['fail'],
    meaning: 'no plug-in asks who connects: whoever reaches a port reads and removes every message',
    todo: 'Add `<simpleAuthenticationPlugin>` or `<jaasAuthenticationPlugin>` to `<plugins>`.',
    pass: 'the brokers ask who connects',
  },
  'anonymous-access': {
    results: ['fail'],
    meaning: '`anonymousAccessAllowed="true"`: a client without a name is let in',
    todo: 'Take `anonymousAccessAllowed` out.',
    pass: 'nobody is let in without a name',
  },
  'default-account': {
    results: ['fail'],
    meaning:
      'an account of the distribution with its password (admin/admin, user/user, system/manager, guest/password …), or one whose password is its name; in activemq.xml or in a file of accounts beside it',
    todo: 'Change the password, or take the account out.',
    pass: 'no account has a known password',
  },
  'console-open': {
    results: ['fail', 'warn'],
    meaning:
      'jetty.xml is imported and its pages are for everybody (`authenticate` is false). A warning: for whoever has the account, at every address of the machine, with Jolokia, whose stock policy lets that account, and pages of other sites in the browser of who has logged in, run code',
    todo: 'Take `<import resource="jetty.xml"/>` out, or bind it to 127.0.0.1, demand a login, and have jolokia-access.xml allow reads only.',
    pass: 'the console is not open to others',
  },
  'connector-limits': {
    results: ['warn'],
    meaning:
      'a connector without `maximumConnections` or `wireFormat.maxFrameSize`: connections or one frame can fill the heap',
    todo: 'Add `maximumConnections=1000&amp;wireFormat.maxFrameSize=104857600`, or less, to its uri.',
    pass: 'the connectors have limits',
  },
  'usage-limits': {
    results: ['warn'],
    meaning:
      'a limit of `<systemUsage>` is not written; the store may grow to 100 GB then, and temp to 50 GB',
    todo: 'Write memoryUsage, storeUsage and tempUsage, each as large as the machine can hold.',
    pass: 'memory, store and temp have limits',
  },
  'usage-disk': {
    results: ['fail', 'unknown'],
    meaning:
      'store and temp may grow to more than their disk has; the disk fills then before senders are held back. Unknown where the directory is on no disk of this machine, or goes by a placeholder',
    todo: 'Lower storeUsage and tempUsage, or take a larger disk.',
    pass: 'the disk holds what the limits allow',
  },
  'usage-percent': {
    results: ['warn'],
    meaning:
      '`percentLimit` of `<storeUsage>` or `<tempUsage>`: a share of the whole disk, also where others use that, and of each node on it, so that several nodes on one disk exceed it',
    todo: 'Write `limit` with a size.',
    pass: 'limits of disk are sizes',
  },
  'disk-errors': {
    results: ['warn'],
    meaning:
      'no I/O exception handler with `ignoreNoSpaceErrors="false"`. By the default a master whose disk is full stays elected and serves nobody',
    todo: 'Write `<ioExceptionHandler><defaultIOExceptionHandler ignoreNoSpaceErrors="false"/></ioExceptionHandler>`.',
    pass: 'a full disk ends the master',
  },
  'store-unchecked': {
    results: ['warn', 'unknown'],
    meaning:
      '`verifyChecksums` or `paranoidChecks` is off, which is the default: messages that the disk has changed are delivered, and LevelDB leaves out what it cannot read of the index',
    todo: 'Write `verifyChecksums="true" paranoidChecks="true"`.',
    pass: 'what is read from disk is checked',
  },
  'temp-store': {
    results: ['warn'],
    meaning:
      'no `<tempDataStore>`: the replicated store is the temp store as well, and the whole of its log counts against tempUsage',
    todo: 'Write a `<tempDataStore>` with a PListStoreImpl and a directory of its own.',
    pass: 'temp has a store of its own',
  },
  scheduler: {
    results: ['warn'],
    meaning:
      '`schedulerSupport="true"`: scheduled messages are in a store of the one node, are not replicated, and are not delivered after a failover',
    todo: 'Take `schedulerSupport` out where no message is sent with a delay.',
    pass: 'no message waits in a scheduler that is not replicated',
  },
  'failover-twice': {
    results: ['fail'],
    meaning:
      'a failover URL names one address twice, often in the place of another: a client never tries the broker that is missing',
    todo: 'Name each broker once.',
    pass: 'no failover URL names an address twice',
  },
  'failover-delay': {
    results: ['warn'],
    meaning:
      'a failover URL without `maxReconnectDelay`: pauses between the tries double up to 30 s, and a client finds the new master so much later',
    todo: 'Add `?maxReconnectDelay=1000` behind the bracket.',
    pass: 'clients try again soon',
  },
  version: {
    results: ['fail', 'warn'],
    meaning:
      'the store was deprecated in 5.14 and removed in 5.17, and 5.16.8 was the last of its line; what was found later stays open in it ([security.md](security.md)). A failure: the jars beside the file are older than 5.16.7 (5.15.16), in which whoever reaches a port runs code (CVE-2023-46604)',
    todo: 'Run 5.16.7 or 5.16.8 at least, keep the ports from strangers, and plan to leave the store.',
    pass: 'the release has no advisory that is open',
  },
} as const satisfies Readonly<Record<string, CheckEntry>>;
