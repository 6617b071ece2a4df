import { formatDuration } from '../../lib/time.js';
import { resolveNodes } from '../../operations/nodes.js';
import { waitFor } from '../../operations/wait.js';
import type { wait } from '../commands/wait.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext } from './context.js';

/** `mqha wait --for <what>` */
export async function run(context: CommandContext, input: InputOf<typeof wait>): Promise<void> {
  const what = input.for;
  const result = await withCluster(context, (cluster) => {
    if (typeof what !== 'string') resolveNodes(cluster, [what.master], undefined);
    return waitFor(cluster, what, input.timeout);
  });
  answer(
    context.io,
    result,
    ({ for: text, state, master, ms }) =>
      `${text} after ${formatDuration(ms)}; the cluster is ${state}, master ${master ?? 'none'}`,
  );
}
