import type { Layout } from '../config/layout.js';
import { processNames } from '../config/processes.js';
import type { Cluster } from './cluster.js';
import { supervisorPid } from './supervisor-lock.js';
import { readSupervisorState } from './supervisor-state.js';
import {
  allWanted,
  NOTHING_WANTED,
  readDesiredState,
  writeDesiredState,
  type DesiredState,
  type WantedState,
} from './desired-state-file.js';

/**
 * What must be taken to be wanted where no file says it: what runs. What a person has stopped does not run, so
 * nothing of that is revived.
 */
export async function wantedByRunning(cluster: Cluster): Promise<DesiredState> {
  const { config, registry, host } = cluster;
  const running = await registry.findAll(processNames(config, config.nodes));
  return { processes: allWanted(running.keys(), host.now().toISOString()), supervisor: true };
}

/** What is wanted now; where the file is gone or damaged it is what runs, and what the supervisor remembers. */
export async function wantedNow(cluster: Cluster): Promise<DesiredState> {
  const read = await readDesiredState(cluster.layout);
  if (read.state === 'read') return read.wanted;
  const running = await wantedByRunning(cluster);
  const remembered = allWanted(await remembers(cluster), cluster.host.now().toISOString());
  return { ...running, processes: { ...remembered, ...running.processes } };
}

/** What a running supervisor wants up: one of these may have died a moment ago. */
async function remembers(cluster: Cluster): Promise<string[]> {
  const [pid, state] = await Promise.all([
    supervisorPid(cluster),
    readSupervisorState(cluster.layout),
  ]);
  if (pid === undefined || state?.pid !== pid) return [];
  return Object.entries(state.processes).flatMap(([name, { wanted }]) =>
    wanted === 'up' ? [name] : [],
  );
}

/**
 * Notes what should run from now on, before it is done: a supervisor then neither revives what is
 * being stopped nor leaves what is being started. Call it with the cluster's lock held.
 * @throws MqhaError `disk-full`, `no-permission`
 */
export async function want(
  cluster: Cluster,
  names: readonly string[],
  state: WantedState,
): Promise<void> {
  const { layout, host, journal } = cluster;
  if (names.length === 0) return;
  const before = await wantedNow(cluster);
  const at = host.now().toISOString();
  const now = Object.fromEntries(names.map((name) => [name, { state, at }]));
  await writeDesiredState(layout, { ...before, processes: { ...before.processes, ...now } });
  await journal.append({
    source: 'command',
    type: 'wanted',
    nodes: [...names],
    state,
    command: host.command,
  });
}

/** Notes whether a supervisor should run for the cluster. Call it with the lock held, after want(). */
export async function wantSupervisor(layout: Layout, supervisor: boolean): Promise<void> {
  const read = await readDesiredState(layout);
  const before = read.state === 'read' ? read.wanted : NOTHING_WANTED;
  if (before.supervisor !== supervisor) await writeDesiredState(layout, { ...before, supervisor });
}
