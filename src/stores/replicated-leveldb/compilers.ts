/** So many times later than by itself the JVM compiles what is not on the way of a message. */
const LATER = 10;

/** The way of a message through a broker, as the JVM matches classes (`*` at an end). */
const MESSAGE_PATH = [
  'org.apache.activemq.*',
  'org.fusesource.*',
  'org.apache.qpid.*',
  'dev.mqha.*',
  'scala.*',
  'java.io.*',
  'java.nio.*',
  'sun.nio.*',
  'java.util.concurrent.atomic.*',
  'java.util.concurrent.locks.*',
  'java.util.concurrent.Linked*',
  'java.util.concurrent.ThreadPool*',
];

/** What encrypts it. */
const TLS_PATH = [
  'sun.security.*',
  'com.sun.crypto.*',
  'java.security.*',
  'javax.crypto.*',
  'javax.net.ssl.*',
  'io.netty.*',
];

/**
 * JVM options that keep the compilers from work of which only the start of a broker would have the use: jars,
 * XML and reflection are busy for two seconds and never again, and their code takes memory for good. What
 * messages pass through has the JVM's own thresholds. A method's thresholds are scaled by the flag and by its
 * own command together (`CompileThresholdScaling` in HotSpot's compiler_globals.hpp).
 * @param tls whether what messages pass through is encrypted
 */
export function compilerOptions({ tls }: { readonly tls: boolean }): readonly string[] {
  return [
    `-XX:CompileThresholdScaling=${LATER}`,
    // Or the JVM repeats each command on stdout.
    '-XX:CompileCommand=quiet',
    ...[...MESSAGE_PATH, ...(tls ? TLS_PATH : [])].map(
      (classes) => `-XX:CompileCommand=CompileThresholdScaling,${classes}::*,${1 / LATER}`,
    ),
  ];
}
