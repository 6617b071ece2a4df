import { openCluster, type Cluster } from '../state/cluster.js';
import { forgetRestart } from '../state/restart-record.js';
import { forgetRenewalDone } from '../state/unfinished-renewal.js';
import { unfinishedOperations } from '../state/unfinished.js';
import { puttingRight, withOperations } from './put-right.js';
import { previewUp, type DryRun } from './scale/dry-run.js';
import { finishScale } from './scale/scale.js';
import { refuseNameChanged } from './start/name-changed.js';
import { startNodes, type StartResult } from './start/start.js';
import type { StepText } from './start/steps.js';

export interface UpOptions {
  readonly timeoutMs: number;
  /**
   * `ensure` leaves a supervisor where mqha.yaml does not say otherwise, `end` does without one, and
   * `keep` is for a supervisor that calls this itself.
   */
  readonly supervisor: 'ensure' | 'end' | 'keep';
}

const supervisorOf = ({ config }: Cluster, { supervisor }: Pick<UpOptions, 'supervisor'>) =>
  supervisor === 'ensure' && !config.supervisor.enabled ? 'end' : supervisor;

/** Starts what is not running, and returns when a client can send and every slave is attached. */
export async function up(cluster: Cluster, options: UpOptions): Promise<StartResult> {
  const { timeoutMs } = options;
  const wanted = supervisorOf(cluster, options);
  const result = await startNodes(cluster, cluster.config.nodes, {
    timeoutMs,
    whole: true,
    ...(wanted === 'keep' ? {} : { supervisor: wanted }),
  });
  // What it has started would count as restarted.
  if (result.started.length > 0) await forgetRestart(cluster.layout);
  return result;
}

/**
 * `mqha up`: undoes what a killed drill has left, brings a change of the number of nodes to its end,
 * and starts what does not run. dryRun() describes these steps.
 * @throws MqhaError `name-changed`; of finishScale() and up()
 */
export async function bringUp(cluster: Cluster, options: UpOptions): Promise<StartResult> {
  const result = await puttingRight(cluster, async () => {
    await refuseNameChanged(cluster);
    const changed = await finishScale(cluster, options);
    const now = changed ? await openCluster(cluster.layout.directory, cluster.host) : cluster;
    return up(now, options);
  });
  await forgetRenewalDone(cluster);
  return { ...result, status: await withOperations(cluster, result.status) };
}

/**
 * The steps that bringUp() executes, in their order; changes nothing.
 * @throws MqhaError for everything that bringUp() would refuse before it starts a process
 */
export async function dryRun(
  cluster: Cluster,
  options: Pick<UpOptions, 'supervisor'> = { supervisor: 'ensure' },
): Promise<DryRun> {
  const plan = await previewUp(cluster);
  const [undo, supervisor] = [await undoSteps(cluster), supervisorStep(cluster, options)];
  return { ...plan, steps: [...undo, ...plan.steps, ...supervisor] };
}

async function undoSteps(cluster: Cluster): Promise<StepText[]> {
  const operations = await unfinishedOperations(cluster);
  const left = operations.filter(({ kind, pid }) => kind === 'drill' && pid === null);
  return left.map(({ steps }) => ({
    kind: 'undo',
    text: 'undo what a killed drill has left:',
    details: steps.map(({ text }) => text),
  }));
}

function supervisorStep(cluster: Cluster, options: Pick<UpOptions, 'supervisor'>): StepText[] {
  const served = 'wait until a client can send and every slave is attached';
  const wait = { kind: 'wait', text: served, details: [] };
  switch (supervisorOf(cluster, options)) {
    case 'ensure':
      return [wait, { kind: 'supervisor', text: 'leave a supervisor', details: [] }];
    case 'end':
      return [wait, { kind: 'supervisor', text: 'do without a supervisor', details: [] }];
    case 'keep':
      return [wait];
  }
}
