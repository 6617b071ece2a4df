import { statusOf } from '../observe/status-of.js';
import type { ClusterStatus } from '../observe/status.js';
import { openCluster, type Cluster } from '../state/cluster.js';
import type { StepText } from './start/steps.js';
import { restartNodes, type RestartOptions } from './restart.js';
import type { StartResult } from './start/start.js';

/**
 * The nodes whose brokers run with other settings than mqha.yaml says, and that a restart gives them. Another number of
 * nodes is a matter of `mqha scale`.
 */
export function differingIn({ problems }: Pick<ClusterStatus, 'problems'>): string[] {
  const names = problems
    .filter(({ code, severity }) => code === 'restart-needed' && severity === 'warning')
    .flatMap(({ node }) => node ?? []);
  return [...new Set(names)];
}

/**
 * Restarts what runs with other settings than mqha.yaml says, one after the other, the master last.
 * @param started what a start has found
 * @throws MqhaError of restartNodes()
 */
export async function restartDiffering(
  { layout, host }: Cluster,
  started: StartResult,
  options: Pick<RestartOptions, 'timeoutMs' | 'confirm'>,
): Promise<StartResult> {
  const names = differingIn(started.status);
  if (names.length === 0) return started;
  const cluster = await openCluster(layout.directory, host);
  const nodes = cluster.config.nodes.filter(({ name }) => names.includes(name));
  const { status } = await restartNodes(cluster, nodes, { ...options, rolling: false });
  return { ...started, status };
}

/** What restartDiffering() would do now, in words. */
export async function restartSteps(cluster: Cluster): Promise<StepText[]> {
  return differingIn(await statusOf(cluster)).map((name) => ({
    kind: 'restart',
    text: `restart ${name}, which runs with other settings than mqha.yaml says`,
    details: [],
  }));
}
