import type { CheckEntry } from './check-entry.js';

/** What `mqha doctor` looks for on the machine, and of the cluster in the directory. */
export const MACHINE_CODES = {
  java: {
    results: ['fail', 'warn'],
    meaning:
      'no Java that brokers run on was found: `java.home`, else `JAVA_HOME`, else the PATH. A warning: one that mqha is not tested with',
    todo: 'Install Java 17 or 25, or set JAVA_HOME to one.',
    pass: 'there is a Java for brokers',
  },
  distribution: {
    results: ['fail', 'warn'],
    meaning:
      'the cache lacks what brokers run on, and there is no Maven to fetch it with. A warning: the next `up` fetches it',
    todo: 'Install Maven 3.6.3 or newer, or `mqha install --from <dir>`.',
    pass: 'ActiveMQ and ZooKeeper are in the cache',
  },
  'open-files': {
    results: ['warn', 'unknown'],
    meaning:
      'a process may open fewer than 4096 files: the index of a store opens up to 1000, and each of 1000 connections is one more',
    todo: 'Raise it (`ulimit -Hn`, /etc/security/limits.conf, `LimitNOFILE=` of a systemd unit).',
    pass: 'a process may open as many files as a broker needs',
  },
  locale: {
    results: ['warn'],
    meaning:
      'the locale is not UTF-8, as under cron, and the path of the cluster has other characters than those of ASCII. mqha starts its JVMs with UTF-8; other programs, and a broker started by hand, do not find such a path',
    todo: 'Set `LC_ALL=C.UTF-8`, or move the cluster to a path of ASCII.',
    pass: 'paths are read as they are written',
  },
  'outgoing-ports': {
    results: ['warn', 'unknown'],
    meaning:
      'a port of the cluster (without one: of the default table) is one of those that the system gives to outgoing connections, any of which can hold it when a broker is to open it',
    todo: 'Reserve the ports, with the command of the hint, and in /etc/sysctl.d to last.',
    pass: 'no port is one of those for outgoing connections',
  },
  'cluster-file': {
    results: ['fail'],
    meaning:
      'mqha.yaml, or what mqha keeps of the cluster, cannot be used; the message has the problems',
    todo: 'Correct mqha.yaml.',
    pass: 'mqha.yaml is valid',
  },
  ports: {
    results: ['fail', 'unknown'],
    meaning:
      'a port of a node is held by a process that is none of the cluster, or by an outgoing connection. A slave opens its ports when it becomes the master, so this can fail a failover long after its start',
    todo: 'End that process, or change the port in mqha.yaml.',
    pass: 'the ports of the cluster are free, or its own',
  },
  rendered: {
    results: ['fail', 'warn'],
    meaning:
      'a rendered file was edited: nothing can be started, and a broker that dies stays down. A warning: one is missing or older than mqha.yaml, and the next `up` writes it',
    todo: '`mqha render --check` shows the difference. Put it into mqha.yaml; `mqha render --yes` writes the file again and keeps a copy.',
    pass: 'the rendered files are what mqha.yaml says',
  },
  'zookeeper-limits': {
    results: ['warn', 'unknown'],
    meaning:
      'an ensemble of your own raises or cuts the session timeout of the brokers (`tickTime`, `minSessionTimeout`, `maxSessionTimeout`), or lets too few connections of one address in (`maxClientCnxns`). Unknown where it does not answer the four-letter word `conf`',
    todo: 'Change it in zoo.cfg; `4lw.commands.whitelist=srvr,conf` lets it be looked at.',
    pass: 'ZooKeeper takes the session timeout as it is',
  },
  status: {
    results: ['unknown'],
    meaning:
      'passes where `mqha status` has no problem. Each of its problems is a line by its own code: an error fails, a warning warns ([codes.md](codes.md))',
    todo: 'See `mqha status`.',
    pass: 'mqha status has no problem',
  },
} as const satisfies Readonly<Record<string, CheckEntry>>;
