// ZooKeeper's own command line client, as its zkCli.sh runs it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEPENDENCY_PLUGIN } from '../../src/distribution/maven.js';

const run = promisify(execFile);

/** The one jar that it needs beside those of the server. */
const COMMONS_CLI = 'commons-cli:commons-cli:1.5.0';

/**
 * Its class path.
 * @param zookeeperClassPath of the server
 * @param directory where the jar goes
 */
export async function zkCliClassPath(
  zookeeperClassPath: string,
  directory: string,
): Promise<string> {
  const options = [`-Dartifact=${COMMONS_CLI}`, `-DoutputDirectory=${directory}`];
  await run('mvn', ['-B', '-q', `${DEPENDENCY_PLUGIN}:copy`, ...options]);
  return `${zookeeperClassPath}:${join(directory, '*')}`;
}

/**
 * The arguments of java that ask one thing of a server: as whom it counts the client. Every znode of the cluster is closed to
 * whoever does not say a password, which this client takes as a command of its shell alone.
 */
export function zkCliAsk(classPath: string, server: string): string[] {
  const main = 'org.apache.zookeeper.ZooKeeperMain';
  return ['-cp', classPath, main, '-server', server, 'whoami'];
}
