import type { ProcessDirectories } from '../../config/layout.js';
import type { ClusterConfig } from '../../config/schema.js';
import type { LaunchPlan } from '../../agents/launch-plan.js';
import { markers } from '../../agents/marks.js';
import type { Runtime } from '../store.js';
import { jmxPort } from '../../config/broker/ports.js';
import { compilerOptions } from './compilers.js';
import { jmxOptions } from './jmx.js';
import { LAUNCHER } from '../launcher.js';
import { DUMP } from '../heap-dumps.js';
import { CLUSTER, OWN } from '../../certificates/files.js';
import { settingMarkers } from '../settings.js';

/**
 * The command of a broker. Paths are relative to the node's directory, its working directory, so
 * that no character in the cluster's path can upset Spring, log4j or the JVM's own option parsers.
 * @param options `mixed`: whether brokers may run that do not know the cluster's password at ZooKeeper
 */
export function brokerCommand(
  config: ClusterConfig,
  clusterId: string,
  name: string,
  directories: ProcessDirectories,
  runtime: Runtime,
  { mixed = false } = {},
): LaunchPlan {
  const node = config.nodes.find((one) => one.name === name);
  const jmx = node && jmxPort(config, node);
  return {
    name,
    command: runtime.java,
    argv: [
      ...markers(clusterId, name),
      ...settingMarkers(config, name),
      ...runtime.jvmOptions,
      `-Xmx${config.java.heapMb}m`,
      ...compilerOptions({ tls: config.tls !== undefined }),
      // A broker that is out of memory must end, so that another can be elected. It writes no heap dump unless it is to:
      // that takes seconds more, and leaves a whole heap with its messages, accounts and token on the disk.
      '-XX:+ExitOnOutOfMemoryError',
      ...(config.java.heapDump ? ['-XX:+HeapDumpOnOutOfMemoryError'] : []),
      `-XX:HeapDumpPath=log/${DUMP}`,
      '-Xlog:gc:file=log/gc.log:time,uptime:filecount=3,filesize=5m',
      // The pure-Java LevelDB and hawtdispatch reach into the JDK.
      '--add-opens=java.base/java.nio=ALL-UNNAMED',
      '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
      '--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED',
      // Without it a current client tries SASL first: a warning and an AuthFailed event at each start.
      '-Dzookeeper.sasl.client=false',
      ...(config.zookeeper.tls ? ZOOKEEPER_TLS : []),
      `-Dactivemq.home=${runtime.home}`,
      '-Dactivemq.base=.',
      '-Dactivemq.conf=conf',
      '-Dactivemq.data=data',
      '-Dmqha.log=log',
      // Read by dev.mqha.patches.quorum_acks.Acks.
      `-Dmqha.acks=${config.store.acks}`,
      ...(config.zookeeper.authentication === 'generated'
        ? // Read by dev.mqha.patches.closed_znodes.ZnodeAccess.
          [`-Dmqha.znodes=${mixed ? 'as-parent' : 'closed'}`]
        : []),
      // Read by dev.mqha.patches.replication_addresses.Peers.
      '-Dmqha.replication.peers=conf/replication-peers',
      ...(config.tls
        ? [
            // Read by dev.mqha.launch.Tls.
            '-Dmqha.tls=conf',
            // A client that begins handshakes anew, over and over, costs more than it pays.
            '-Djdk.tls.rejectClientInitiatedRenegotiation=true',
          ]
        : []),
      // The files of users are beside it, whatever the working directory is (PropertiesLoader.baseDir).
      '-Djava.security.auth.login.config=conf/login.config',
      '-Dlog4j.configuration=file:conf/log4j.properties',
      // Absolute: the JVM loads the native LevelDB, which is unpacked here, by no relative path.
      `-Djava.io.tmpdir=${directories.tmp}`,
      '-Djava.awt.headless=true',
      ...config.java.options,
      // The last word counts: a person's own must not open what asks for a password.
      ...(jmx === undefined ? [] : jmxOptions(jmx)),
      LAUNCHER,
      'data',
      'org.apache.activemq.console.command.ShellCommand',
      'start',
      // What we rendered was read back; to check it against its schema costs a third of the start.
      'xbean:file:conf/activemq.xml?validate=false',
    ],
    env: { CLASSPATH: runtime.classPath.join(':') },
    cwd: directories.base,
    logDirectory: directories.log,
  };
}

/** How ZooKeeper's client connects over TLS, and proves that it is of the cluster. */
const ZOOKEEPER_TLS = [
  '-Dzookeeper.client.secure=true',
  '-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
  `-Dzookeeper.ssl.keyStore.location=conf/${OWN}`,
  '-Dzookeeper.ssl.keyStore.type=PEM',
  `-Dzookeeper.ssl.trustStore.location=conf/${CLUSTER}`,
  '-Dzookeeper.ssl.trustStore.type=PEM',
  '-Dzookeeper.ssl.protocol=TLSv1.3',
  '-Dzookeeper.ssl.enabledProtocols=TLSv1.3',
];
