import { settingsOf } from '../broker/settings.js';
import { openCluster, withLock, type Cluster } from '../cluster/context.js';
import { judge } from '../cluster/judge.js';
import { observe } from '../cluster/observe.js';
import { renderFiles } from '../cluster/prepare.js';
import { inForceOf, writeInForce, type InForce, type SizeChange } from '../cluster/sizes.js';
import { startNodes } from '../cluster/start.js';
import type { ClusterStatus } from '../cluster/status.js';
import { statusOf, stopNodes, type Confirm } from '../cluster/stop.js';
import { want } from '../cluster/wanted.js';
import { readConfigFile } from '../config/read.js';
import { MqhaError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { canBind } from '../process/ports.js';
import { Deadline, sleep } from '../time.js';
import { ZooKeeperReader } from '../zookeeper/session.js';
import { keepNode, keepStale } from './aside.js';
import { editNodes, newNodes } from './edit.js';
import { aloneAtScale } from './lock.js';
import { nextStep, sizesAfter, stepWhileStopped, type ScaleStep, type ScaleView } from './plan.js';
import { caughtUp, whole } from './whole.js';

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

const SUCCESSOR_MS = 10_000;

/** A broker may die while it is started, and is started again; so often. */
const ATTEMPTS = 4;

const CONSENTED: Confirm = () => Promise.resolve(true);

const lockDeadline = () => Deadline.in(60_000);

/** A step in words. */
export function stepText(step: ScaleStep, to: number): string {
  const parts = [
    step.remove.length === 0 ? '' : `stopping ${step.remove.join(', ')} for good`,
    step.restart.length === 0 ? '' : `restarting ${step.restart.join(', ')} with replicas ${to}`,
    step.start.length === 0 ? '' : `starting ${step.start.join(', ')}, empty`,
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
 * @throws MqhaError of stopNodes() and startNodes(); `locked`, `size-changed`, `declined`, `timeout`, `interrupted`. The change
 *   is unfinished then.
 */
export function carryOut(
  directory: string,
  cluster: Cluster,
  options: CarryOutOptions,
): Promise<Removed[]> {
  return aloneAtScale(cluster, () => stepByStep(directory, cluster, options));
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
    const whole = await withNodes(cluster, change);
    refuseEdited(whole, now, change);
    const status = await settle(whole, options);
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

/**
 * Refuses to go on where a person has edited the nodes of mqha.yaml meanwhile: the steps would lead nowhere.
 * @throws MqhaError `size-changed`
 */
export function refuseEdited({ config }: Cluster, { sizes }: InForce, change: SizeChange): void {
  const names = config.nodes.map(({ name }) => name);
  const gone = Object.keys(sizes).filter((name) => !names.includes(name));
  const staying = names.filter((name) => !change.leaving.includes(name));
  if (gone.length === 0 && staying.length === change.to) return;
  const nodes = [...new Set([...Object.keys(sizes), ...change.leaving])].join(', ');
  throw new MqhaError(
    'size-changed',
    `the nodes of mqha.yaml were edited while their number changes from ${change.from} to ${change.to}`,
    {
      hint: `Put them back (in force are ${nodes}; ${change.to} stay in the end) and run \`mqha scale ${change.to}\`.`,
    },
  );
}

async function ask(confirm: Confirm, change: SizeChange): Promise<void> {
  if (await confirm('All brokers that are left must be restarted at once. Go on?')) return;
  throw new MqhaError('declined', `the change to ${change.to} nodes has not ended`, {
    hint: `\`mqha scale ${change.to}\` goes on with it.`,
  });
}

/** Notes what is in force after a step, before it is done. */
async function record(
  cluster: Cluster,
  view: ScaleView,
  step: ScaleStep,
  change: SizeChange,
): Promise<void> {
  const { layout, host } = cluster;
  await withLock(layout, host, lockDeadline(), async () => {
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
    const source = await readConfigFile(layout.file);
    await writeFileAtomic(layout.file, editNodes(source, layout.file, { add, remove: [] }));
  });
  return openCluster(layout.directory, host);
}

/**
 * Brings the processes in line with what is in force, and waits until every node has every message.
 * What runs with another size is restarted, what has left is stopped, what is missing is started.
 */
async function settle(cluster: Cluster, options: CarryOutOptions): Promise<ClusterStatus> {
  const { config, registry } = cluster;
  const reader = new ZooKeeperReader(config.zookeeper.connect);
  try {
    for (let attempt = 1; ; attempt++) {
      const now = await inForceOf(cluster);
      const { sizes, change } = now;
      const running = await registry.findAll(config.nodes.map(({ name }) => name));
      const away = config.nodes.filter(({ name }) => {
        const process = running.get(name);
        if (!process) return false;
        const has = settingsOf(process.argv).replicas ?? change?.from ?? config.replicas;
        return sizes[name] === undefined ? change?.leaving.includes(name) : has !== sizes[name];
      });
      if (away.length > 0) {
        const { master } = await statusOf(cluster);
        await stopNodes(cluster, away, { timeoutMs: options.timeoutMs, confirm: CONSENTED });
        const lost = away.some(({ name }) => name === master);
        if (lost && away.length < running.size) await successor(cluster, reader);
      }
      const down = config.nodes.filter(
        ({ name }) =>
          sizes[name] !== undefined &&
          (!running.has(name) || away.some((node) => node.name === name)),
      );
      try {
        if (down.length > 0) {
          await startNodes(cluster, down, { timeoutMs: options.timeoutMs, whole: false });
        }
        const deadline = Deadline.in(options.timeoutMs);
        if (await whole(cluster, reader, sizes, deadline)) {
          const status = await caughtUp(cluster, reader, sizes, deadline);
          if (status) return status;
        }
      } catch (error) {
        const died = error instanceof MqhaError && error.code === 'broker-died';
        if (!died || attempt >= ATTEMPTS) throw error;
      }
      if (attempt >= ATTEMPTS) {
        throw new MqhaError('timeout', 'a broker keeps dying while the number of nodes changes', {
          hint: `See \`mqha status\` and \`mqha logs\`; \`mqha scale ${change?.to ?? ''}\` goes on.`,
        });
      }
    }
  } finally {
    reader.close();
  }
}

/** Lets another take over before the machine's cores are needed for a start; where nobody does, the start is what helps. */
async function successor(cluster: Cluster, reader: ZooKeeperReader): Promise<void> {
  const deadline = Deadline.in(SUCCESSOR_MS);
  const needed = Math.max(...(await judgeNow(cluster, reader)).nodes.map((n) => n.replicas ?? 0));
  for (;;) {
    const status = await judgeNow(cluster, reader);
    if (status.nodes.some(({ accepting }) => accepting) || deadline.passed) return;
    const members = status.nodes.filter(({ member }) => member !== null).length;
    if (members < Math.floor(needed / 2) + 1) return;
    await sleep(50, cluster.host.signal);
  }
}

const judgeNow = async (cluster: Cluster, reader: ZooKeeperReader) =>
  judge(cluster, await observe(cluster, reader));

/** Takes those that have left out of mqha.yaml, keeps their directories, and forgets the change. */
export async function finish(cluster: Cluster, change: SizeChange): Promise<Removed[]> {
  const { layout, host, journal } = cluster;
  const removed = await withLock(layout, host, lockDeadline(), async () => {
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
      await writeFileAtomic(layout.file, text);
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

async function atOnce(directory: string, { host }: Cluster): Promise<Removed[] | undefined> {
  const opened = await openCluster(directory, host);
  const now = await inForceOf(opened);
  if (!now.change) return [];
  const cluster = await withNodes(opened, now.change);
  refuseEdited(cluster, now, now.change);
  const nobody: ClusterStatus = { ...(await statusOf(cluster)), master: null, nodes: [] };
  const view = viewOf(cluster, now, nobody);
  const step = stepWhileStopped(view);
  if (step) await record(cluster, view, step, now.change);
  const after = await inForceOf(cluster);
  const done =
    cluster.config.nodes.every(
      ({ name }) =>
        now.change?.leaving.includes(name) === true || after.sizes[name] === now.change?.to,
    ) && now.change.leaving.every((name) => after.sizes[name] === undefined);
  return done ? finish(cluster, now.change) : undefined;
}
