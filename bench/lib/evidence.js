// What is kept of a cluster that did not serve again or lost a message, for whoever looks for the cause.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lastLines } from '../../dist/agents/local/log.js';

const PRINTED_LINES = 15;

const run = promisify(execFile);

/**
 * Prints the status, the journal and the end of each broker's log; keeps them whole, with thread
 * dumps of the living brokers and every log.
 * @param {import('./cluster.js').BenchCluster} cluster
 * @returns {Promise<string>} the directory where it is kept
 */
export async function keepEvidence(cluster) {
  const directory = await mkdtemp(join(tmpdir(), 'mqha-chaos-'));
  const status = await cluster.run('status', '--json');
  const events = await cluster.run('events');
  await writeFile(join(directory, 'status.json'), status.stdout + status.stderr);
  await writeFile(join(directory, 'events.txt'), events.stdout + events.stderr);
  console.log((await cluster.run('status')).stdout);
  console.log(
    events.stdout
      .split('\n')
      .slice(-2 * PRINTED_LINES)
      .join('\n'),
  );
  // A suspended JVM answers no jstack.
  await cluster.resumeAll();
  for (const name of await cluster.names()) {
    console.log(`the end of ${name}'s log:`);
    for (const line of await lastLines(cluster.log(name), PRINTED_LINES)) console.log(`  ${line}`);
    const pid = await cluster.pid(name);
    const dump = pid === undefined ? 'it does not run' : await threadDump(pid);
    await writeFile(join(directory, `${name}-threads.txt`), dump);
    await keep(join(cluster.directory, 'nodes', name, 'log'), join(directory, name));
  }
  await keep(join(cluster.directory, 'zookeeper', 'log'), join(directory, 'zookeeper'));
  console.log(`kept in ${directory}: status, journal, logs and a thread dump of each broker`);
  return directory;
}

/**
 * Keeps the brokers' stores, with the cluster stopped so that they are whole.
 * @param {import('./cluster.js').BenchCluster} cluster
 * @param {string} directory
 */
export async function keepStores(cluster, directory) {
  await cluster.run('down');
  for (const name of await cluster.names()) {
    await keep(join(cluster.directory, 'nodes', name, 'data'), join(directory, name, 'data'));
  }
  console.log(`the stores are in ${directory} as well`);
}

/** @param {number} pid */
async function threadDump(pid) {
  try {
    return (await run('jstack', ['-l', String(pid)], { timeout: 15_000 })).stdout;
  } catch (error) {
    return `no thread dump: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
async function keep(from, to) {
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true }).catch(() => undefined);
}
