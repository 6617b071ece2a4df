// ZooKeeper's own command line client, as its zkCli.sh runs it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEPENDENCY_PLUGIN } from '../../dist/distribution/maven.js';

const run = promisify(execFile);

/** The one jar that it needs beside those of the server. */
const COMMONS_CLI = 'commons-cli:commons-cli:1.5.0';

/**
 * @param {string} zookeeperClassPath of the server
 * @param {string} directory where the jar goes
 * @returns {Promise<string>} its class path
 */
export async function zkCliClassPath(zookeeperClassPath, directory) {
  const options = [`-Dartifact=${COMMONS_CLI}`, `-DoutputDirectory=${directory}`];
  await run('mvn', ['-B', '-q', `${DEPENDENCY_PLUGIN}:copy`, ...options]);
  return `${zookeeperClassPath}:${join(directory, '*')}`;
}

/**
 * @param {string} classPath
 * @param {string} server
 * @param {string} path
 * @returns {string[]} the arguments of java that print a znode
 */
export function zkCliGet(classPath, server, path) {
  const main = 'org.apache.zookeeper.ZooKeeperMain';
  return ['-cp', classPath, main, '-server', server, 'get', path];
}
