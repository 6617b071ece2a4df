// What is kept of a cluster that did not serve again or lost a message, for whoever looks for the cause.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lastLines } from '../../src/agents/local/log.js';
import type { BenchCluster } from './cluster.js';

const PRINTED_LINES = 15;

const run = promisify(execFile);

/**
 * Prints the status, the journal and the end of each broker's log; keeps them whole, with thread
 * dumps of the living brokers and every log.
 * @returns the directory where it is kept
 */
export async function keepEvidence(cluster: BenchCluster): Promise<string> {
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
    const found = await cluster.find(name);
    const dump = found ? await threadDump(found.pid) : 'it does not run';
    await writeFile(join(directory, `${name}-threads.txt`), dump);
    await keep(dirname(cluster.log(name)), join(directory, name));
  }
  await keep(join(cluster.directory, 'zookeeper', 'log'), join(directory, 'zookeeper'));
  console.log(`kept in ${directory}: status, journal, logs and a thread dump of each broker`);
  return directory;
}

/** Keeps the brokers' stores, with the cluster stopped so that they are whole. */
export async function keepStores(cluster: BenchCluster, directory: string): Promise<void> {
  await cluster.run('down');
  for (const name of await cluster.names()) {
    await keep(join(cluster.directory, 'nodes', name, 'data'), join(directory, name, 'data'));
  }
  console.log(`the stores are in ${directory} as well`);
}

async function threadDump(pid: number): Promise<string> {
  try {
    return (await run('jstack', ['-l', String(pid)], { timeout: 15_000 })).stdout;
  } catch (error) {
    return `no thread dump: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function keep(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true }).catch(() => undefined);
}
