import { destroyCluster } from '../../operations/destroy.js';
import { answer } from '../output/io.js';
import type { destroy } from '../commands/destroy.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';
import { counted } from '../../lib/counted.js';

/** `mqha destroy` */
export async function run(
  context: CommandContext,
  { timeout, yes, keepZnodes = false }: InputOf<typeof destroy>,
): Promise<void> {
  const result = await withCluster(context, (cluster) =>
    destroyCluster(cluster, {
      timeoutMs: timeout,
      confirm: confirmWith(context, yes),
      keepZnodes,
    }),
  );
  answer(
    context.io,
    result,
    ({ removed }) =>
      `the cluster is removed (${counted(removed.length, 'file or directory', 'files and directories')})`,
  );
}
