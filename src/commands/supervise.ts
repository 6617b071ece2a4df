import { up } from '../cluster/up.js';
import { isWanted, readWanted } from '../cluster/wanted.js';
import { supervise } from '../supervisor/supervise.js';
import { withCluster, type CommandContext } from './context.js';
import { UP_TIMEOUT_MS } from './up.js';

export interface SuperviseFlags {
  readonly up?: boolean;
}

/** `mqha supervise` */
export async function superviseCommand(
  context: CommandContext,
  flags: SuperviseFlags,
): Promise<void> {
  await withCluster(context, async (cluster) => {
    const { host } = cluster;
    const looking = supervise(cluster, () => {
      host.emit({ type: 'supervising', pid: process.pid });
    });
    // What a person stopped stays down when this is started again after a crash.
    const wanted = await readWanted(cluster.layout);
    const fresh = !cluster.config.nodes.some(({ name }) => isWanted(wanted, name));
    const starting =
      flags.up === true && fresh
        ? up(cluster, { timeoutMs: UP_TIMEOUT_MS, supervisor: 'keep' })
        : undefined;
    await Promise.all([looking, starting]);
  });
}
