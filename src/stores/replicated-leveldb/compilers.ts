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

/**
 * JVM options that keep the compilers from work of which only the start of a broker would have the use: jars,
 * XML and reflection are busy for two seconds and never again, and their code takes memory for good. What
 * messages pass through has the JVM's own thresholds. A method's thresholds are scaled by the flag and by its
 * own command together (`CompileThresholdScaling` in HotSpot's compiler_globals.hpp).
 */
export const COMPILER_OPTIONS: readonly string[] = [
  `-XX:CompileThresholdScaling=${LATER}`,
  // Or the JVM repeats each command on stdout.
  '-XX:CompileCommand=quiet',
  ...MESSAGE_PATH.map(
    (classes) => `-XX:CompileCommand=CompileThresholdScaling,${classes}::*,${1 / LATER}`,
  ),
];
