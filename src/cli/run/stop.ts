import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { stopNodes } from '../../operations/stop.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import type { stop } from '../commands/stop.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, WITHOUT_ACCOUNT, type CommandContext } from './context.js';
import { stoppedText } from './stopped-text.js';

/** `mqha stop <node…>` */
export async function run(
  context: CommandContext,
  { nodes: words, timeout, yes }: InputOf<typeof stop>,
): Promise<void> {
  const result = await withCluster(
    context,
    async (cluster) => {
      const status = namesRole(words) ? await statusOf(cluster) : undefined;
      const nodes = resolveNodes(cluster, words, status);
      return stopNodes(cluster, nodes, {
        timeoutMs: timeout,
        confirm: confirmWith(context, yes),
      });
    },
    WITHOUT_ACCOUNT,
  );
  answer(
    context.io,
    { stopped: result.stopped, state: result.status.state },
    ({ stopped, state }) => `${stoppedText(stopped)}; the cluster is ${state}`,
  );
}
