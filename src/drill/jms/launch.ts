import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { neededEnvironment } from '../../agents/local/environment.js';
import { certificatePaths } from '../../certificates/files.js';
import { failoverUrl } from '../../clients/client-settings.js';
import type { Cluster } from '../../state/cluster.js';
import { prepareRuntime } from '../../operations/start/prepare.js';

const MAIN = 'dev.mqha.drill.DrillClient';

/** A client of a cluster that follows its master. A suspended one is given up after five seconds. */
const FOLLOWING = [
  'randomize=false',
  'initialReconnectDelay=10',
  'maxReconnectDelay=200',
  'nested.connectionTimeout=3000',
  'nested.wireFormat.maxInactivityDuration=5000',
  'nested.wireFormat.maxInactivityDurationInitalDelay=3000',
].join('&');

/** The process of the JMS clients: commands in, events out. */
export type JmsProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts the program of the JMS clients with the distribution's own jars. It has no account yet.
 * @throws MqhaError of prepareRuntime()
 */
export async function launchJms({ config, host, layout }: Cluster): Promise<JmsProcess> {
  const { java, distribution } = await prepareRuntime(host, { javaHome: config.java.home });
  return spawn(
    java.path,
    [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      // It has little to do, and the brokers need the machine's cores.
      '-XX:TieredStopAtLevel=1',
      '-Djava.awt.headless=true',
      MAIN,
    ],
    {
      env: { ...neededEnvironment(host.env), CLASSPATH: distribution.classPath().join(':') },
      cwd: layout.state,
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C is for mqha alone, which ends its clients when their work is done.
      detached: true,
    },
  );
}

/** The first command: where the brokers are, and who the client is. Never in argv. */
export function openCommand({ config, account, layout }: Cluster, limitMs: number) {
  const { mqha, clusterAuthority } = certificatePaths(layout);
  // As mqha itself, which brokers let in whether clients need certificates or not.
  const tls = config.tls ? { ...mqha, authority: clusterAuthority.certificate } : null;
  return {
    op: 'open',
    url: `${failoverUrl(config)}?${FOLLOWING}`,
    username: account?.username ?? null,
    password: account?.password ?? null,
    tls,
    limitMs,
  };
}
