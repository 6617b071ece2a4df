import { destroyCluster } from '../../operations/destroy.js';
import { answer } from '../output/io.js';
import { confirmWith, timeoutOf, withCluster, type CommandContext } from './context.js';
import { STOP_TIMEOUT_MS } from './stop.js';

export interface DestroyFlags {
  readonly timeout?: string;
  readonly yes?: boolean;
  readonly keepZnodes?: boolean;
}

/** `mqha destroy` */
export async function destroy(context: CommandContext, flags: DestroyFlags): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, STOP_TIMEOUT_MS);
  const result = await withCluster(context, (cluster) =>
    destroyCluster(cluster, {
      timeoutMs,
      confirm: confirmWith(context, flags.yes),
      keepZnodes: flags.keepZnodes === true,
    }),
  );
  answer(
    context.io,
    result,
    ({ removed }) => `the cluster is gone (${removed.length} things removed)`,
  );
}
