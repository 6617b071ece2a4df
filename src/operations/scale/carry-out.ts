import { openCluster, withLock, type Cluster } from '../../state/cluster.js';
import { refuseHalted, resumeChange } from '../../state/halt.js';
import { refuseNameChanged } from '../start/name-changed.js';
import { renderFiles } from '../start/prepare.js';
import { inForceOf, writeInForce, type InForce, type SizeChange } from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { type Confirm } from '../stop.js';
import { statusOf } from '../../observe/status-of.js';
import { want } from '../../state/desired-state.js';
import { readConfigFile } from '../../config/read.js';
import { writeConfigFile } from '../../config/write.js';
import { MqhaError } from '../../lib/errors.js';

import { canBind } from '../../agents/local/ports.js';
import { Deadline } from '../../lib/time.js';
import { keepNode, keepStale } from './aside.js';
import { editNodes, newNodes } from './edit.js';
import { refuseEdited } from './guards.js';
import { unlessHalted } from './halted.js';
import { aloneAtScale } from './lock.js';
import { nextStep, sizesAfter, stepWhileStopped, type ScaleStep, type ScaleView } from './plan.js';
import { settle } from './settle.js';

/** A node that has left, and where its directory lies now. */
export interface Removed {
  readonly name: string;
  readonly kept: string | null;
}

export interface CarryOutOptions {
  /** For each stop and each wait. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
}

const lockDeadline = () => Deadline.in(60_000);

/**
 * A step in words.
 * @param place what is said of a node beside its name, where it is not on this machine
 */
export function stepText(
  step: ScaleStep,
  to: number,
  place: (name: string) => string = (name) => name,
): string {
  const list = (names: readonly string[]) => names.map(place).join(', ');
  const parts = [
    step.remove.length === 0 ? '' : `stopping ${list(step.remove)} for good`,
    step.restart.length === 0 ? '' : `restarting ${list(step.restart)} with replicas ${to}`,
    step.start.length === 0 ? '' : `starting ${list(step.start)}, empty`,
  ];
  return `${parts.filter((part) => part !== '').join('; ')}${step.outage ? ' (clients wait meanwhile)' : ''}`;
}

/** What the next step follows from. */
export function viewOf(cluster: Cluster, now: InForce, status: ClusterStatus): ScaleView {
  const leaving = now.change?.leaving ?? [];
  const members = status.nodes
    .filter(({ member }) => member !== null)
    .sort((a, b) => ((a.member ?? '') < (b.member ?? '') ? -1 : 1));
  return {
    sizes: new Map(Object.entries(now.sizes)),
    master: status.master ?? undefined,
    order: members.map(({ name }) => name),
    to: now.change?.to ?? cluster.config.replicas,
    coming: cluster.config.nodes
      .map(({ name }) => name)
      .filter((name) => now.sizes[name] === undefined && !leaving.includes(name)),
    leaving,
  };
}

/**
 * Carries a change of the number of nodes to its end, from wherever it stands: what is in force is written
 * before anybody is stopped or started for it, so whoever goes on later finds what was meant.
 * @throws MqhaError of stopNodes() and startNodes(); `locked`, `name-changed`, `size-changed`, `declined`, `timeout`, `interrupted`; `scale-unfinished`
 *   where a person stops nodes meanwhile. The change is unfinished then.
 */
export function carryOut(
  directory: string,
  cluster: Cluster,
  options: CarryOutOptions,
): Promise<Removed[]> {
  return aloneAtScale(cluster, () => untilDone(directory, cluster, options));
}

/** As carryOut(), of a change that was begun before and that a person may have halted. */
export function goOn(
  directory: string,
  cluster: Cluster,
  options: CarryOutOptions,
): Promise<Removed[]> {
  return aloneAtScale(cluster, async () => {
    await withLock(cluster.layout, cluster.host, lockDeadline(), () => resumeChange(cluster));
    return untilDone(directory, cluster, options);
  });
}

function untilDone(
  directory: string,
  cluster: Cluster,
  options: CarryOutOptions,
): Promise<Removed[]> {
  return unlessHalted(cluster, (now) => stepByStep(directory, now, options));
}

async function stepByStep(
  directory: string,
  { host }: Cluster,
  options: CarryOutOptions,
): Promise<Removed[]> {
  for (;;) {
    const cluster = await openCluster(directory, host);
    const now = await inForceOf(cluster);
    const { change } = now;
    if (!change) return [];
    await refuseNameChanged(cluster);
    const grown = await withNodes(cluster, change);
    refuseEdited(grown, now, change);
    const status = await settle(grown, options);
    const current = await openCluster(directory, host);
    refuseEdited(current, now, change);
    const view = viewOf(current, now, status);
    const step = nextStep(view);
    if (!step) return finish(current, change);
    if (step.outage && !change.consented) await ask(options.confirm, change);
    host.emit({ type: 'scale-step', text: stepText(step, view.to) });
    await record(current, view, step, { ...change, consented: change.consented || step.outage });
  }
}

async function ask(confirm: Confirm, change: SizeChange): Promise<void> {
  if (await confirm('All brokers that are left must be restarted at once. Go on?')) return;
  throw new MqhaError('declined', `the change to ${change.to} nodes has not ended`, {
    hint: `\`mqha scale ${change.to}\` resumes it.`,
  });
}

/** Notes what is in force after a step, before it is done. */
async function record(
  cluster: Cluster,
  view: ScaleView,
  step: ScaleStep,
  change: SizeChange,
  refuse: () => Promise<void> = () => refuseHalted(cluster),
): Promise<void> {
  const { layout, host } = cluster;
  await withLock(layout, host, lockDeadline(), async () => {
    await refuse();
    for (const name of step.start) {
      if (await cluster.registry.find(name)) continue;
      const kept = await keepStale(cluster, name);
      if (kept !== undefined) {
        host.emit({
          type: 'warning',
          message: `${name} begins empty; what lay in its directory is kept in ${kept}`,
        });
      }
    }
    await writeInForce(layout, { sizes: Object.fromEntries(sizesAfter(view, step)), change });
  });
}

/** Adds the nodes that come to mqha.yaml, unless they are there. */
async function withNodes(cluster: Cluster, change: SizeChange): Promise<Cluster> {
  const { config, layout, host } = cluster;
  const missing = change.to - config.nodes.length;
  if (change.leaving.length > 0 || missing <= 0) return cluster;
  const add = await newNodes(config, missing, canBind);
  await withLock(layout, host, lockDeadline(), async () => {
    await refuseHalted(cluster);
    const source = await readConfigFile(layout.file);
    await writeConfigFile(layout.file, editNodes(source, layout.file, { add, remove: [] }));
  });
  return openCluster(layout.directory, host);
}

/** Takes those that have left out of mqha.yaml, keeps their directories, and forgets the change. */
async function finish(cluster: Cluster, change: SizeChange): Promise<Removed[]> {
  const { layout, host, journal } = cluster;
  const removed = await withLock(layout, host, lockDeadline(), async () => {
    await refuseHalted(cluster);
    const { sizes } = await inForceOf(cluster);
    const leaving = cluster.config.nodes.filter(({ name }) => change.leaving.includes(name));
    await want(
      cluster,
      leaving.map(({ name }) => name),
      'down',
    );
    if (leaving.length > 0) {
      const source = await readConfigFile(layout.file);
      const text = editNodes(source, layout.file, { add: [], remove: change.leaving });
      await writeConfigFile(layout.file, text);
    }
    const now = await openCluster(layout.directory, host);
    const kept: Removed[] = [];
    for (const name of change.leaving) {
      if (await now.registry.find(name)) continue;
      kept.push({ name, kept: (await keepNode(now, name)) ?? null });
    }
    await writeInForce(layout, { sizes });
    await renderFiles(now, false);
    return kept;
  });
  await journal.append({
    source: 'command',
    type: 'scale',
    from: change.from,
    to: change.to,
    phase: 'done',
  });
  return removed;
}

/**
 * Takes a stopped cluster as far as that misses nothing; the rest is done when it is started.
 * @returns what has left, where the change has ended; undefined where it ends with the next start
 */
export function whileStopped(directory: string, cluster: Cluster): Promise<Removed[] | undefined> {
  return aloneAtScale(cluster, () => atOnce(directory, cluster));
}

/** @throws MqhaError `scale-refused` where a cluster that was stopped is not any more */
async function refuseStarted({ registry }: Cluster, { sizes }: InForce): Promise<void> {
  const running = await registry.findAll(Object.keys(sizes));
  if (running.size === 0) return;
  throw new MqhaError(
    'scale-refused',
    `${[...running.keys()].join(', ')} was started meanwhile, and the number of nodes changes`,
    { hint: 'Run the command again; it goes on with what runs.' },
  );
}

async function atOnce(directory: string, { host }: Cluster): Promise<Removed[] | undefined> {
  const opened = await openCluster(directory, host);
  const now = await inForceOf(opened);
  if (!now.change) return [];
  const cluster = await withNodes(opened, now.change);
  refuseEdited(cluster, now, now.change);
  const nobody: ClusterStatus = { ...(await statusOf(cluster)), master: null, nodes: [] };
  const view = viewOf(cluster, now, nobody);
  const step = stepWhileStopped(view);
  if (step) await record(cluster, view, step, now.change, () => refuseStarted(cluster, now));
  const after = await inForceOf(cluster);
  const done =
    cluster.config.nodes.every(
      ({ name }) =>
        now.change?.leaving.includes(name) === true || after.sizes[name] === now.change?.to,
    ) && now.change.leaving.every((name) => after.sizes[name] === undefined);
  return done ? finish(cluster, now.change) : undefined;
}
