import type { Cluster } from '../../state/cluster.js';
import { refuseIfMoved } from '../../state/cluster.js';
import { previewStart, type StartPreview } from '../start/dry-run.js';
import {
  inForceOf,
  refuseSizeChange,
  type InForce,
  type SizeChange,
  type Sizes,
} from '../../state/sizes.js';
import type { ClusterStatus } from '../../observe/status.js';
import { statusOf } from '../../observe/status-of.js';
import type { NodeConfig } from '../../config/schema.js';
import { canBind } from '../../agents/local/ports.js';
import { stepText, viewOf } from './carry-out.js';
import { newNodes } from './edit.js';
import { refuseByHand, refuseCount, refuseEdited, refuseOther } from './guards.js';
import { after, allSteps, stepWhileStopped, type ScaleStep, type ScaleView } from './plan.js';
import { placesIn, propose, type ScalePlan } from './proposal.js';
import { pendingOf } from './scale.js';

/** What `up` would do now. */
export interface DryRun extends StartPreview {
  /** The change of the number of nodes that it would bring to its end, after the first start; null where there is none. */
  readonly scale: {
    readonly from: number;
    readonly to: number;
    readonly steps: readonly ScaleStep[];
  } | null;
}

/**
 * What scaleCluster() would do, or a person by hand where nodes are on other machines; changes nothing.
 * @throws MqhaError as scaleCluster() before it changes something, without `node-elsewhere`
 */
export async function planScale(
  cluster: Cluster,
  to: number,
  options: { readonly remove: readonly NodeConfig[] },
): Promise<ScalePlan> {
  refuseCount(to);
  const now = await inForceOf(cluster);
  if (!now.change) return (await propose(cluster, to, options.remove, now, true)).plan;
  refuseOther(now.change, to, options.remove);
  const { from, leaving } = now.change;
  const { view, grown } = await standOf(cluster, now, now.change);
  return {
    from,
    to,
    add: [],
    remove: leaving,
    steps: allSteps(view),
    question: null,
    ...placesIn(grown, view.master ?? null),
  };
}

/**
 * What a start of the whole cluster does, with a change of the number of nodes that it brings to its end; changes
 * nothing.
 * @throws MqhaError for everything that `up` would refuse before it starts a process
 */
export async function previewUp(cluster: Cluster): Promise<DryRun> {
  await refuseIfMoved(cluster);
  const now = await inForceOf(cluster);
  switch (await pendingOf(cluster, now)) {
    case 'nothing': {
      await refuseSizeChange(cluster);
      return { ...(await previewStart(cluster, cluster.config.nodes, now.sizes)), scale: null };
    }
    case 'begun': {
      const change = now.change ?? nothing;
      const { view, grown } = await standOf(cluster, now, change);
      return preview(grown, change, now.sizes, view);
    }
    case 'edited': {
      const to = cluster.config.nodes.length;
      refuseByHand(cluster, to);
      const { plan } = await propose(cluster, to, [], now, true);
      const change = { ...nothing, from: plan.from, to };
      const view = viewOf(cluster, { ...now, change }, nobody(await statusOf(cluster)));
      const step = stepWhileStopped(view);
      const begun = step ? after(view, step) : view;
      return preview(cluster, change, Object.fromEntries(begun.sizes), begun);
    }
  }
}

const nothing: SizeChange = { from: 0, to: 0, began: '', leaving: [], consented: false };

const nobody = (status: ClusterStatus): ClusterStatus => ({ ...status, master: null, nodes: [] });

async function preview(
  cluster: Cluster,
  { from, to }: SizeChange,
  sizes: Sizes,
  view: ScaleView,
): Promise<DryRun> {
  const first = cluster.config.nodes.filter(({ name }) => sizes[name] !== undefined);
  const start = await previewStart(cluster, first, sizes);
  const steps = allSteps(view);
  const details = steps.map((step) => stepText(step, to));
  const text = `then go on with the change from ${from} to ${to} nodes:`;
  const scale = {
    kind: 'scale',
    text,
    details: details.length === 0 ? ['with nothing left to do'] : details,
  };
  return { ...start, steps: [...start.steps, scale], scale: { from, to, steps } };
}

/** A change that has not ended, as it stands, with the nodes that it has not written into mqha.yaml yet. */
async function standOf(
  cluster: Cluster,
  now: InForce,
  change: SizeChange,
): Promise<{ readonly view: ScaleView; readonly grown: Cluster }> {
  const { config } = cluster;
  const missing = change.leaving.length > 0 ? 0 : Math.max(0, change.to - config.nodes.length);
  const nodes = [...config.nodes, ...(await newNodes(config, missing, canBind))];
  const grown = { ...cluster, config: { ...config, replicas: nodes.length, nodes } };
  refuseEdited(grown, now, change);
  return { grown, view: viewOf(grown, now, await statusOf(cluster)) };
}
