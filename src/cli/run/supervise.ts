import { openCluster, type Cluster } from '../../state/cluster.js';
import { up } from '../../operations/up.js';
import { isWanted, readDesiredState } from '../../state/desired-state-file.js';
import { wantedByRunning } from '../../state/desired-state.js';
import { finishScale } from '../../operations/scale/scale.js';
import { supervise } from '../../supervisor/supervise.js';
import type { supervise as definition } from '../commands/supervise.js';
import type { InputOf } from '../definition.js';
import { START_TIMEOUT_MS } from '../timeouts.js';
import { withCluster, type CommandContext } from './context.js';

/** Every broker, and a change of their number that has not ended. */
async function start(cluster: Cluster): Promise<void> {
  const changed = await finishScale(cluster, { timeoutMs: START_TIMEOUT_MS });
  const now = changed ? await openCluster(cluster.layout.directory, cluster.host) : cluster;
  await up(now, { timeoutMs: START_TIMEOUT_MS, supervisor: 'keep' });
}

/** `mqha supervise` */
export async function run(
  context: CommandContext,
  input: InputOf<typeof definition>,
): Promise<void> {
  await withCluster(context, async (cluster) => {
    const { host } = cluster;
    const looking = supervise(cluster, () => {
      host.emit({ type: 'supervising', pid: process.pid });
    });
    // What a person stopped stays down when this is started again after a crash.
    const read = await readDesiredState(cluster.layout);
    const wanted = read.state === 'read' ? read.wanted : await wantedByRunning(cluster);
    const fresh = !cluster.config.nodes.some(({ name }) => isWanted(wanted, name));
    const starting = input.up === true && fresh ? start(cluster) : undefined;
    await Promise.all([looking, starting]);
  });
}
