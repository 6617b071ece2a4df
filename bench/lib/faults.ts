// What goes wrong in a cluster, each fault done to real processes by signals alone: never through
// `mqha kill`, which would tell the supervisor that it is meant.
import { setTimeout as sleep } from 'node:timers/promises';
import { sinceMark } from '../../src/agents/local/log.js';
import type { ProcessInfo } from '../../src/agents/process.js';
import { pick, shuffled, type Random } from '../../src/drill/random.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { eventually } from '../../test/support/cluster.js';
import type { Load } from '../../test/support/load.js';
import { lineIn, logMark } from '../../test/support/watched.js';
import type { BenchCluster } from './cluster.js';

const RESTART_MS = 60_000;
/** How long service is watched after the supervisor was killed. */
const ALONE_MS = 5000;
/** A gap that the load of the machine alone can cause. */
const DISTURBED_MS = 1500;

/** What a fault is done to: a cluster that serves. */
export interface Scene {
  readonly cluster: BenchCluster;
  readonly status: ClusterStatus;
  readonly load: Load;
  readonly random: Random;
}

export interface Done {
  /** Whom it met, for the line that is printed. */
  readonly what: string;
  /** The pids, by name, in whose place others must be. */
  readonly replaced: Readonly<Record<string, number>>;
  /** What should not have been, seen while the fault was done. */
  readonly problem?: string;
}

export interface Fault {
  readonly name: string;
  readonly inject: (scene: Scene) => Promise<Done>;
}

/** Chooses a node, by its name. */
type Choose = (scene: Scene) => string;

const master: Choose = ({ status }) => known(status.master);
const elector: Choose = ({ status }) => known(status.elector);
const slave: Choose = ({ status, random }) =>
  pick(
    status.nodes.filter((node) => node.role === 'slave').map((node) => node.name),
    random,
  );

export const FAULTS: readonly Fault[] = [
  { name: 'kill -9 master', inject: (scene) => kill(scene, [master(scene)]) },
  { name: 'kill -9 slave', inject: (scene) => kill(scene, [slave(scene)]) },
  { name: 'kill -9 elector', inject: (scene) => kill(scene, [elector(scene)]) },
  { name: 'kill -9 two at once', inject: (scene) => kill(scene, two(scene)) },
  { name: 'kill -9 ZooKeeper', inject: (scene) => kill(scene, ['zookeeper']) },
  { name: 'kill -9 supervisor', inject: killSupervisor },
  { name: 'kill -9 while attaching', inject: killWhileAttaching },
  { name: 'SIGSTOP master', inject: (scene) => suspend(scene, master(scene)) },
  { name: 'SIGSTOP slave', inject: (scene) => suspend(scene, slave(scene)) },
  { name: 'SIGSTOP elector', inject: (scene) => suspend(scene, elector(scene)) },
  { name: 'SIGSTOP master, resumed', inject: (scene) => pause(scene, master(scene)) },
];

function two({ status, random }: Scene): string[] {
  const names = status.nodes.map((node) => node.name);
  return shuffled(names, random).slice(0, 2);
}

async function kill({ cluster, status }: Scene, names: readonly string[]): Promise<Done> {
  const found = await Promise.all(names.map((name) => running(cluster, name)));
  // All are known before the first dies, so that two at once are two at once.
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
  return { what: described(status, names), replaced: pidsOf(names, found) };
}

/** Suspended and never resumed: somebody has to end it. */
async function suspend({ cluster, status }: Scene, name: string): Promise<Done> {
  const found = await running(cluster, name);
  process.kill(found.pid, 'SIGSTOP');
  return { what: described(status, [name]), replaced: pidsOf([name], [found]) };
}

/** A long pause of a living broker. */
async function pause({ cluster, status, random }: Scene, name: string): Promise<Done> {
  const milliseconds = 1000 + Math.round(random() * 3000);
  await suspendFor(cluster, name, milliseconds);
  const what = `${described(status, [name])} for ${(milliseconds / 1000).toFixed(1)} s`;
  return { what, replaced: {} };
}

/** Suspends a node's process and resumes it, if it is still the same one. */
export async function suspendFor(
  cluster: BenchCluster,
  name: string,
  milliseconds: number,
): Promise<void> {
  const { registry } = await cluster.open();
  const found = await running(cluster, name);
  process.kill(found.pid, 'SIGSTOP');
  await sleep(milliseconds);
  await registry.signal(found, 'SIGCONT');
}

/** Nobody restarts a supervisor. Its death alone must disturb nobody; `mqha up` brings it back. */
async function killSupervisor({ cluster, status, load }: Scene): Promise<Done> {
  const { pid } = status.supervisor;
  if (pid === null) throw new Error('no supervisor runs');
  const killedAt = Date.now();
  process.kill(pid, 'SIGKILL');
  await sleep(ALONE_MS);
  const gap = load.longestGap(killedAt);
  const { state } = await cluster.status();
  await cluster.up();
  const after = (await cluster.status()).supervisor;
  const problems = [
    ...(gap > DISTURBED_MS ? [`nothing was acknowledged for ${gap} ms without it`] : []),
    ...(state === 'serving' ? [] : [`${state} without it`]),
    ...(after.running && after.pid !== pid ? [] : ['`mqha up` brought no supervisor back']),
  ];
  const problem = problems.length === 0 ? {} : { problem: problems.join('; ') };
  return { what: 'supervisor', replaced: {}, ...problem };
}

/** A slave that dies while it downloads the master's log has a half-done store beside its good one. */
async function killWhileAttaching(scene: Scene): Promise<Done> {
  const { cluster, status } = scene;
  const name = slave(scene);
  const first = await running(cluster, name);
  process.kill(first.pid, 'SIGKILL');
  const mark = await logMark(cluster, name);
  const second = await eventually(
    () => cluster.find(name),
    (found) => found !== undefined && found.pid !== first.pid,
    RESTART_MS,
  ).catch(() => undefined);
  if (!second) return { what: name, replaced: {}, problem: 'it was not started again' };
  try {
    await lineIn(cluster, name, 'Attaching to master', mark);
  } catch {
    return { what: name, replaced: {}, problem: 'it did not attach' };
  }
  process.kill(second.pid, 'SIGKILL');
  const attached = (await sinceMark(cluster.log(name), mark)).includes('| Attached |');
  const late = attached ? ', which had just attached' : '';
  return { what: `${described(status, [name])}${late}`, replaced: { [name]: second.pid } };
}

/** @param name a node, or zookeeper */
async function running(cluster: BenchCluster, name: string): Promise<ProcessInfo> {
  const found = await cluster.find(name);
  if (!found) throw new Error(`${name} does not run`);
  return found;
}

function pidsOf(names: readonly string[], found: readonly ProcessInfo[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, found[index]?.pid ?? 0]));
}

/** The names with what they were, since the elector may be the master as well. */
function described(status: ClusterStatus, names: readonly string[]): string {
  return names
    .map((name) => {
      const roles = [
        ...(name === status.master ? ['master'] : []),
        ...(name === status.elector ? ['elector'] : []),
      ];
      return roles.length === 0 ? name : `${name} (${roles.join(' and ')})`;
    })
    .join(' and ');
}

function known(name: string | null): string {
  if (name === null) throw new Error('the cluster serves, and nobody is elected');
  return name;
}
