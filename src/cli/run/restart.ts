import { coloursOf } from '../output/colours.js';
import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { statusOf } from '../../observe/status-of.js';
import { restartNodes } from '../../operations/restart.js';
import { answer } from '../output/io.js';
import { statusText } from '../output/status-table.js';
import type { restart } from '../commands/restart.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha restart [node…]` */
export async function run(
  context: CommandContext,
  { nodes: words, timeout, yes }: InputOf<typeof restart>,
): Promise<void> {
  const { io } = context;
  const result = await withCluster(context, async (cluster) => {
    const status = namesRole(words) ? await statusOf(cluster) : undefined;
    const nodes = words.length === 0 ? cluster.config.nodes : resolveNodes(cluster, words, status);
    return restartNodes(cluster, nodes, {
      timeoutMs: timeout,
      confirm: confirmWith(context, yes),
      rolling: words.length === 0,
    });
  });
  answer(io, result, ({ restarted, status }) =>
    [`restarted ${restarted.join(', ')}`, statusText(status, coloursOf(io.stdout))].join('\n'),
  );
}
