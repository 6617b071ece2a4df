import { openCluster, throwIfInterrupted, withLock, type Cluster } from '../cluster/context.js';
import { refuseHeldPorts } from '../cluster/plan.js';
import { refuseUnprepared } from '../cluster/prepare.js';
import {
  inForceOf,
  sameSizes,
  sizeDifference,
  sizeHint,
  sizesOf,
  writeInForce,
  type InForce,
  type SizeChange,
} from '../cluster/sizes.js';
import type { ClusterStatus } from '../cluster/status.js';
import { refuseElsewhere, statusOf, type Confirm } from '../cluster/stop.js';
import { readConfigFile } from '../config/read.js';
import type { NodeConfig } from '../config/schema.js';
import { MAX_NODES } from '../config/schema.js';
import { MqhaError, usageError } from '../errors.js';
import { canBind } from '../process/ports.js';
import { Deadline, sleep } from '../time.js';
import { carryOut, refuseEdited, viewOf, whileStopped, type Removed } from './carry-out.js';
import { editNodes, newNodes } from './edit.js';
import { allSteps, type ScaleStep } from './plan.js';
import { isWhole } from './whole.js';

const HEALTHY_MS = 5000;

/** The document of `mqha scale --json`. */
export interface ScaleResult {
  readonly from: number;
  readonly to: number;
  readonly added: readonly string[];
  /** Who has left, and where its directory lies now. */
  readonly removed: readonly Removed[];
  /** Whether this went on with a change that was begun before. */
  readonly continued: boolean;
  /** False where a stopped cluster takes over the rest with its next start. */
  readonly done: boolean;
  /** What clients need now. */
  readonly failoverUrl: string;
  readonly status: ClusterStatus;
}

/** The document of `mqha scale --dry-run --json`. */
export interface ScalePlan {
  readonly from: number;
  readonly to: number;
  readonly add: readonly NodeConfig[];
  readonly remove: readonly string[];
  /** Empty for a cluster that is stopped: then only files change, and its next start does the rest. */
  readonly steps: readonly ScaleStep[];
  /** What is asked first; null where nothing is. */
  readonly question: string | null;
}

export interface ScaleOptions {
  /** For each stop and each wait. */
  readonly timeoutMs: number;
  readonly confirm: Confirm;
  /** Who leaves; without it the last of the file do. */
  readonly remove: readonly NodeConfig[];
}

interface Prepared {
  readonly now: InForce;
  readonly plan: ScalePlan;
  readonly stopped: boolean;
}

/**
 * Changes the number of nodes, under load, in an order in which no election can miss what was acknowledged
 * (see plan.ts); goes on where an interrupted change ended. Doing it twice is no error.
 * @throws MqhaError `usage`, `unknown-node`, `node-elsewhere` (exit code 2); `scale-refused`, `scale-unfinished`, `size-changed`,
 *   `declined`, `port-taken` and those of refuseUnprepared() with nothing changed; those of carryOut(), with the change unfinished
 */
export async function scaleCluster(
  cluster: Cluster,
  to: number,
  options: ScaleOptions,
): Promise<ScaleResult> {
  const { layout, host, journal } = cluster;
  refuseCount(to);
  const before = await inForceOf(cluster);
  if (before.change) {
    refuseOther(before.change, to, options.remove);
    await journal.append({
      source: 'command',
      type: 'scale',
      from: before.change.from,
      to,
      phase: 'continued',
    });
    host.emit({
      type: 'scale-step',
      text: `going on with the change to ${to} nodes that was begun at ${before.change.began}`,
    });
    return resultOf(
      cluster,
      before,
      before.change,
      await carryOut(layout.directory, cluster, options),
      true,
    );
  }
  const { now, plan, stopped } = await prepare(cluster, to, options, before);
  if (plan.add.length + plan.remove.length + plan.steps.length === 0 && isSettled(cluster, now)) {
    const nothing = { from: to, to, began: '', leaving: [], consented: true };
    return resultOf(cluster, now, nothing, [], false);
  }
  if (plan.question !== null && !(await options.confirm(plan.question))) {
    throw new MqhaError('declined', `not done: the cluster keeps its ${plan.from} nodes`, {
      hint: 'Answer with --yes to change their number.',
    });
  }
  throwIfInterrupted(host, 'nothing was done yet');
  const change: SizeChange = {
    from: plan.from,
    to,
    began: host.now().toISOString(),
    leaving: plan.remove,
    consented: plan.steps.some(({ outage }) => outage),
  };
  await withLock(layout, host, Deadline.in(options.timeoutMs), async () => {
    await writeInForce(layout, { sizes: now.sizes, change });
  });
  await journal.append({ source: 'command', type: 'scale', from: plan.from, to, phase: 'begun' });
  if (plan.add.length > 0) {
    host.emit({
      type: 'warning',
      message: `clients reach the new nodes only with a new failover URL (\`mqha env\`): ${plan.add.map(({ host: name, messagePort }) => `tcp://${name}:${messagePort}`).join(', ')}`,
    });
  }
  const removed = stopped
    ? await whileStopped(layout.directory, cluster)
    : await carryOut(layout.directory, cluster, options);
  return resultOf(cluster, now, change, removed, false);
}

/**
 * What scaleCluster() would do; changes nothing.
 * @throws MqhaError as scaleCluster() before it changes something
 */
export async function planScale(
  cluster: Cluster,
  to: number,
  options: Pick<ScaleOptions, 'remove'>,
): Promise<ScalePlan> {
  refuseCount(to);
  const now = await inForceOf(cluster);
  if (!now.change) return (await prepare(cluster, to, options, now)).plan;
  refuseOther(now.change, to, options.remove);
  const { from, leaving } = now.change;
  const missing = leaving.length > 0 ? 0 : to - cluster.config.nodes.length;
  if (missing <= 0) refuseEdited(cluster, now, now.change);
  const steps = allSteps(viewOf(cluster, now, await statusOf(cluster)));
  return { from, to, add: [], remove: leaving, steps, question: null };
}

/**
 * Brings a change that has not ended to its end, before a start of the whole cluster; one that a person has made in
 * mqha.yaml while the cluster was stopped as well.
 * @returns whether there was one
 * @throws MqhaError of carryOut()
 */
export async function finishScale(
  cluster: Cluster,
  options: { readonly timeoutMs: number },
): Promise<boolean> {
  const now = await inForceOf(cluster);
  const confirm: Confirm = (question) =>
    Promise.reject(
      new MqhaError('needs-consent', `not done without an answer: ${question}`, {
        hint: `Answer with \`mqha scale ${now.change?.to ?? ''} --yes\`.`,
      }),
    );
  if (!now.change) {
    const { config } = cluster;
    const grows = Object.keys(now.sizes).every((name) => sizesOf(config)[name] !== undefined);
    const names = Object.keys(now.sizes);
    const stopped = (await cluster.registry.findAll(names)).size === 0;
    if (sameSizes(sizesOf(config), now.sizes) || !grows || !stopped) return false;
    await scaleCluster(cluster, config.nodes.length, { ...options, confirm, remove: [] });
    if (!(await inForceOf(cluster)).change) return true;
  }
  await carryOut(cluster.layout.directory, cluster, { ...options, confirm });
  return true;
}

function refuseCount(to: number): void {
  if (Number.isInteger(to) && to >= 1 && to <= MAX_NODES) return;
  throw usageError(
    'usage',
    `${to} nodes: a cluster has 1 to ${MAX_NODES}`,
    `Name a number from 1 to ${MAX_NODES}.`,
  );
}

function refuseOther(change: SizeChange, to: number, remove: readonly NodeConfig[]): void {
  const others = remove.map(({ name }) => name).filter((name) => !change.leaving.includes(name));
  if (change.to === to && others.length > 0) {
    throw new MqhaError(
      'scale-unfinished',
      `${others.join(', ')} cannot leave now: in the change that has not ended ${change.leaving.length === 0 ? 'nobody leaves' : `${change.leaving.join(', ')} leave`}`,
      { hint: `Run \`mqha scale ${change.to}\` first, which goes on where it ended.` },
    );
  }
  if (change.to === to) return;
  throw new MqhaError(
    'scale-unfinished',
    `the change from ${change.from} to ${change.to} nodes has not ended`,
    { hint: `Run \`mqha scale ${change.to}\` first, which goes on where it ended.` },
  );
}

const isSettled = ({ config }: Cluster, now: InForce) => sameSizes(sizesOf(config), now.sizes);

/** Everything that can be refused before something is changed. */
async function prepare(
  cluster: Cluster,
  to: number,
  options: Pick<ScaleOptions, 'remove'>,
  now: InForce,
): Promise<Prepared> {
  const { config } = cluster;
  refuseElsewhere(config.nodes);
  const inForce = Object.keys(now.sizes);
  const names = config.nodes.map(({ name }) => name);
  const edited = inForce.some((name) => !names.includes(name));
  const byHand = names.filter((name) => now.sizes[name] === undefined);
  if (edited || (byHand.length > 0 && names.length !== to)) {
    throw new MqhaError('size-changed', sizeDifference(config, now) ?? '', {
      hint: sizeHint(config, now),
    });
  }
  const leaving = leavingOf(names, to, options.remove);
  const add =
    byHand.length > 0 ? [] : await newNodes(config, Math.max(0, to - names.length), canBind);
  const stopped = (await cluster.registry.findAll(inForce)).size === 0;
  if (add.length + leaving.length === 0 && isSettled(cluster, now)) {
    return { now, stopped, plan: { from: to, to, add: [], remove: [], steps: [], question: null } };
  }
  // What cannot be written in the end is not begun.
  editNodes(await readConfigFile(cluster.layout.file), cluster.layout.file, {
    add,
    remove: leaving,
  });
  await refuseUnprepared(cluster);
  const status = stopped ? await statusOf(cluster) : await healthy(cluster, now);
  const coming = [...config.nodes.filter(({ name }) => byHand.includes(name)), ...add];
  const grown: Cluster = { ...cluster, config: { ...config, nodes: [...config.nodes, ...add] } };
  await refuseHeldPorts(grown, coming);
  const change = { from: inForce.length, to, began: '', leaving, consented: false };
  const steps = stopped ? [] : allSteps(viewOf(grown, { ...now, change }, status));
  const question = questionOf(inForce.length, to, leaving, steps);
  return {
    now,
    stopped,
    plan: { from: inForce.length, to, add: coming, remove: leaving, steps, question },
  };
}

/** Those that are named, and as many of the last as are too many. @throws MqhaError `usage` (exit code 2) */
function leavingOf(names: readonly string[], to: number, named: readonly NodeConfig[]): string[] {
  const count = Math.max(0, names.length - to);
  if (named.length > count) {
    throw usageError(
      'usage',
      `--remove names ${named.map(({ name }) => name).join(', ')}, and from ${names.length} to ${to} nodes ${count === 0 ? 'none leaves' : `${count} ${count === 1 ? 'leaves' : 'leave'}`}`,
      'Name as many as leave, or fewer: the last of mqha.yaml make up the number.',
    );
  }
  const chosen = new Set(named.map(({ name }) => name));
  for (const name of [...names].reverse()) if (chosen.size < count) chosen.add(name);
  return names.filter((name) => chosen.has(name));
}

function questionOf(
  from: number,
  to: number,
  leaving: readonly string[],
  steps: readonly ScaleStep[],
): string | null {
  const outage = steps.find((step) => step.outage);
  if (leaving.length === 0 && !outage) return null;
  const parts = [
    leaving.length === 0
      ? ''
      : `${leaving.join(', ')} ${leaving.length === 1 ? 'leaves' : 'leave'}, and what ${leaving.length === 1 ? 'it has' : 'they have'} is kept aside`,
    outage
      ? `${outage.restart.join(', ')} ${outage.restart.length === 1 ? 'is' : 'are'} restarted at once, and clients wait for that`
      : '',
  ];
  return `Change from ${from} to ${to} nodes? ${parts.filter((part) => part !== '').join('; ')}.`;
}

/** @throws MqhaError `scale-refused` where not every node serves or is attached; a busy machine gets a moment */
async function healthy(cluster: Cluster, now: InForce): Promise<ClusterStatus> {
  const deadline = Deadline.in(HEALTHY_MS);
  for (;;) {
    const status = await statusOf(cluster);
    if (isWhole(status, now.sizes)) return status;
    throwIfInterrupted(cluster.host, 'nothing was done yet');
    if (deadline.passed) {
      const problems = status.problems.map(({ message }) => `\n  - ${message}`).join('');
      throw new MqhaError(
        'scale-refused',
        `the number of nodes is not changed now: the cluster is ${status.state}${problems}`,
        {
          hint: 'Every node must serve or be attached first: `mqha up` starts what is missing. Or stop the cluster with `mqha down`.',
        },
      );
    }
    await sleep(300, cluster.host.signal);
  }
}

async function resultOf(
  cluster: Cluster,
  before: InForce,
  { from, to, leaving }: SizeChange,
  removed: readonly Removed[] | undefined,
  continued: boolean,
): Promise<ScaleResult> {
  const now = await openCluster(cluster.layout.directory, cluster.host);
  const status = await statusOf(now);
  const added = now.config.nodes
    .map(({ name }) => name)
    .filter((name) => before.sizes[name] === undefined && !leaving.includes(name));
  return {
    from,
    to,
    added,
    removed: removed ?? [],
    continued,
    done: removed !== undefined,
    failoverUrl: status.failoverUrl,
    status,
  };
}
