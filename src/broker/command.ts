import type { ProcessDirectories } from '../config/layout.js';
import type { ClusterConfig } from '../config/schema.js';
import type { LaunchPlan } from '../process/launch.js';
import { markers } from '../process/registry.js';

/** What a broker is launched with, beside its own configuration. */
export interface Runtime {
  /** The java executable. */
  readonly java: string;
  /** The unpacked distribution (ACTIVEMQ_HOME). */
  readonly home: string;
  readonly classPath: readonly string[];
  /** JVM options that map, or record, the data of its classes. */
  readonly classData: readonly string[];
}

/** Takes the lock on a data directory and then calls another main. */
export const LAUNCHER = 'dev.mqha.launch.Launcher';

/**
 * The JVM's compilers take half of the CPU time that a start needs, for code that runs some hundred times
 * and never again. They come later: C1 at three times the JVM's own thresholds, C2 at nine times (the
 * scaling multiplies those of tier 4 as well). What stays hot is compiled as well as ever.
 */
export const LATER_COMPILERS = [
  '-XX:CompileThresholdScaling=3',
  '-XX:Tier4InvocationThreshold=15000',
  '-XX:Tier4MinInvocationThreshold=1800',
  '-XX:Tier4CompileThreshold=45000',
  '-XX:Tier4BackEdgeThreshold=120000',
];

/** Its exit code where another process holds the data directory. */
export const DATA_IN_USE = 75;

/**
 * The command of a broker. Paths are relative to the node's directory, its working directory, so
 * that no character in the cluster's path can upset Spring, log4j or the JVM's own option parsers.
 */
export function brokerCommand(
  config: ClusterConfig,
  clusterId: string,
  name: string,
  directories: ProcessDirectories,
  runtime: Runtime,
): LaunchPlan {
  return {
    name,
    command: runtime.java,
    argv: [
      ...markers(clusterId, name),
      ...runtime.classData,
      `-Xmx${config.java.heapMb}m`,
      ...LATER_COMPILERS,
      // A broker that is out of memory must end, so that another can be elected.
      '-XX:+ExitOnOutOfMemoryError',
      '-XX:+HeapDumpOnOutOfMemoryError',
      '-XX:HeapDumpPath=log',
      '-Xlog:gc:file=log/gc.log:time,uptime:filecount=3,filesize=5m',
      // The pure-Java LevelDB and hawtdispatch reach into the JDK.
      '--add-opens=java.base/java.nio=ALL-UNNAMED',
      '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
      '--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED',
      // Without it a current client tries SASL first: a warning and an AuthFailed event at each start.
      '-Dzookeeper.sasl.client=false',
      `-Dactivemq.home=${runtime.home}`,
      '-Dactivemq.base=.',
      '-Dactivemq.conf=conf',
      '-Dactivemq.data=data',
      '-Dmqha.log=log',
      '-Dlog4j.configuration=file:conf/log4j.properties',
      // Absolute: the JVM loads the native LevelDB, which is unpacked here, by no relative path.
      `-Djava.io.tmpdir=${directories.tmp}`,
      '-Djava.awt.headless=true',
      ...config.java.options,
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
