import { ZOOKEEPER } from '../../../config/processes.js';
import type { Runtime } from '../../store.js';
import { LAUNCHER } from '../../launcher.js';
import type { ProcessDirectories } from '../../../config/layout.js';
import type { LaunchPlan } from '../../../agents/launch-plan.js';
import { markers } from '../../../agents/marks.js';
import { certificateError, dial, openEvent, type Endpoint } from '../../../lib/dial.js';
import type { MqhaError } from '../../../lib/errors.js';
import type { Deadline } from '../../../lib/time.js';

/** The command of the managed ZooKeeper: one server from the pinned jars, in its own directory. */
export function zookeeperCommand(
  clusterId: string,
  directories: ProcessDirectories,
  runtime: Pick<Runtime, 'java' | 'classPath' | 'jvmOptions'>,
): LaunchPlan {
  return {
    name: ZOOKEEPER,
    command: runtime.java,
    argv: [
      ...markers(clusterId, ZOOKEEPER),
      ...runtime.jvmOptions,
      '-Xmx128m',
      // A few requests a second: threads of a collector and an optimizing compiler only cost here.
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      // It takes what a request announces before there is a session; 1 MB each, as by itself, would be its heap for a
      // hundred strangers. What brokers write is less than 1 kB.
      `-Djute.maxbuffer=${64 * 1024}`,
      '-Dmqha.log=log',
      '-Dlog4j.configuration=file:conf/log4j.properties',
      // JMX would open nothing useful and costs a start-up warning.
      '-Dzookeeper.jmx.log4j.disable=true',
      '-Djava.awt.headless=true',
      LAUNCHER,
      'data',
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      'conf/zoo.cfg',
    ],
    env: { CLASSPATH: runtime.classPath.join(':') },
    cwd: directories.base,
    logDirectory: directories.log,
  };
}

/**
 * Asks a ZooKeeper server `srvr`, one of the four-letter words that zoo.cfg allows. `ruok` would be answered
 * with `imok` by one that refuses sessions as well: before it has read its data, and after it has failed
 * (source: ZooKeeper 3.9, where StatCommand looks at isZKServerRunning() and RuokCommand does not).
 * @returns whether it said before the deadline that it serves
 * @throws MqhaError `certificates-missing`, `certificate-refused`: that is not known then
 */
export async function isServing(endpoint: Endpoint, deadline: Deadline): Promise<boolean> {
  return /^Mode: /m.test(await askWord(endpoint, 'srvr', deadline));
}

/** No answer to a four-letter word that is asked here is longer. */
const MAX_ANSWER = 64 * 1024;

/**
 * What a ZooKeeper server says to a four-letter word before the deadline; empty where it says nothing.
 * @throws MqhaError `certificates-missing`, `certificate-refused`
 */
export function askWord(
  endpoint: Endpoint,
  word: 'srvr' | 'conf',
  deadline: Deadline,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let fault: MqhaError | undefined;
    const socket = dial(endpoint);
    const timer = setTimeout(() => socket.destroy(), deadline.remaining);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on(openEvent(endpoint), () => socket.write(word));
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > MAX_ANSWER) socket.destroy();
    });
    socket.on('error', (error) => {
      fault = certificateError(endpoint, socket, error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      if (fault) reject(fault);
      else resolve(answer);
    });
  });
}
