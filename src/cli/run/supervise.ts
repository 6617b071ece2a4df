import { putRightSupervised } from '../../operations/put-right.js';
import { bringUp } from '../../operations/up.js';
import { isWanted, readDesiredState } from '../../state/desired-state-file.js';
import { wantedByRunning } from '../../state/desired-state.js';
import { supervise } from '../../supervisor/supervise.js';
import type { supervise as definition } from '../commands/supervise.js';
import type { InputOf } from '../definition.js';
import { START_TIMEOUT_MS } from '../timeouts.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha supervise` */
export async function run(
  context: CommandContext,
  input: InputOf<typeof definition>,
): Promise<void> {
  await withCluster(context, async (cluster) => {
    const { host } = cluster;
    const ended = new AbortController();
    const looking = supervise(cluster, () => {
      host.emit({ type: 'supervising', pid: process.pid });
    }).finally(() => {
      ended.abort();
    });
    // What a person stopped stays down when this is started again after a crash.
    const read = await readDesiredState(cluster.layout);
    const wanted = read.state === 'read' ? read.wanted : await wantedByRunning(cluster);
    const fresh = !cluster.config.nodes.some(({ name }) => isWanted(wanted, name));
    const starting =
      input.up === true && fresh
        ? bringUp(cluster, { timeoutMs: START_TIMEOUT_MS, supervisor: 'keep' })
        : putRightSupervised(cluster, START_TIMEOUT_MS, ended.signal);
    await Promise.all([looking, starting]);
  });
}
