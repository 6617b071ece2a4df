import { outOfReach, withinReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import { throwIfInterrupted } from '../../state/cluster.js';
import { refuseEditedFiles } from '../start/dry-run.js';
import { refuseHeldPorts } from '../start/plan.js';
import { refuseUnprepared } from '../start/prepare.js';
import {
  isByHand,
  sameSizes,
  sizeDifference,
  sizeHint,
  sizesOf,
  type InForce,
} from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { statusOf } from '../../observe/status-of.js';
import { readConfigFile } from '../../config/read.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError, usageError } from '../../lib/errors.js';
import { canBind } from '../../agents/local/ports.js';
import { Deadline, sleep } from '../../lib/time.js';
import { viewOf } from './carry-out.js';
import { editNodes, newNodes } from './edit.js';
import { refuseByHand } from './guards.js';
import { allSteps, type ScaleStep } from './plan.js';
import { isWhole } from './whole.js';

const HEALTHY_MS = 5000;

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
  /** Nodes on other machines: with one of them the steps are for a person to do. */
  readonly elsewhere: readonly { readonly name: string; readonly host: string }[];
  /** Who was master when the steps were worked out. */
  readonly master: string | null;
}

/** A change of the number of nodes that nothing speaks against. */
export interface Proposal {
  readonly now: InForce;
  readonly plan: ScalePlan;
  readonly stopped: boolean;
}

/** Whether what is in force is what mqha.yaml says. */
export const isSettled = ({ config }: Pick<Cluster, 'config'>, now: InForce) =>
  sameSizes(sizesOf(config), now.sizes);

/**
 * Works a change out; everything that can be refused before something is changed is refused here.
 * @param now what is in force, without a change that has not ended
 * @param dry leaves the cache as it is, and proposes what only a person can do as well
 * @throws MqhaError `usage`, `node-elsewhere` (exit code 2); `size-changed`, `config-invalid`, `scale-refused`, `port-taken`; of
 *   refuseUnprepared()
 */
export async function propose(
  cluster: Cluster,
  to: number,
  remove: readonly NodeConfig[],
  now: InForce,
  dry: boolean,
): Promise<Proposal> {
  const { config } = cluster;
  if (!dry) refuseByHand(cluster, to);
  const others = outOfReach(cluster, config.nodes, 'processes');
  const inForce = Object.keys(now.sizes);
  const names = config.nodes.map(({ name }) => name);
  const edited = inForce.some((name) => !names.includes(name));
  const byHand = names.filter((name) => now.sizes[name] === undefined);
  if (edited || (byHand.length > 0 && names.length !== to)) {
    throw new MqhaError('size-changed', sizeDifference(config, now) ?? '', {
      hint: sizeHint(config, now, isByHand(cluster)),
    });
  }
  const leaving = leavingOf(names, to, remove);
  const add =
    byHand.length > 0 ? [] : await newNodes(config, Math.max(0, to - names.length), canBind);
  const running = await cluster.registry.findAll(inForce);
  // What runs elsewhere is not known here.
  const stopped = running.size === 0 && others.length === 0;
  if (add.length + leaving.length === 0 && isSettled(cluster, now)) {
    const nothing = { from: to, to, add: [], remove: [], steps: [], question: null };
    return { now, stopped, plan: { ...nothing, ...placesIn(cluster, null) } };
  }
  // What cannot be written in the end is not begun.
  editNodes(await readConfigFile(cluster.layout.file), cluster.layout.file, {
    add,
    remove: leaving,
  });
  await (dry ? refuseEditedFiles : refuseUnprepared)(cluster);
  const known = stopped || others.length > 0;
  const status = known ? await statusOf(cluster) : await healthy(cluster, now);
  const coming = [...config.nodes.filter(({ name }) => byHand.includes(name)), ...add];
  const grown: Cluster = { ...cluster, config: { ...config, nodes: [...config.nodes, ...add] } };
  await refuseHeldPorts(grown, withinReach(grown, coming, 'ports'));
  const change = { from: inForce.length, to, began: '', leaving, consented: false };
  const steps = stopped ? [] : allSteps(viewOf(grown, { ...now, change }, status));
  const question = questionOf(inForce.length, to, leaving, steps);
  const plan = { from: inForce.length, to, add: coming, remove: leaving, steps, question };
  return { now, stopped, plan: { ...plan, ...placesIn(grown, status.master) } };
}

/** What a plan says of machines. */
export function placesIn(
  cluster: Cluster,
  master: string | null,
): Pick<ScalePlan, 'elsewhere' | 'master'> {
  const others = outOfReach(cluster, cluster.config.nodes, 'launch');
  return { elsewhere: others.map(({ name, host }) => ({ name, host })), master };
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
