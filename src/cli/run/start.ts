import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { startAsked } from '../../operations/put-right.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import type { start } from '../commands/start.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';
import { startText } from './start-text.js';

/** `mqha start <node…>` */
export async function run(
  context: CommandContext,
  { nodes: words, timeout }: InputOf<typeof start>,
): Promise<void> {
  const result = await withCluster(context, async (cluster) => {
    const status = namesRole(words) ? await statusOf(cluster) : undefined;
    const nodes = resolveNodes(cluster, words, status);
    return startAsked(cluster, nodes, timeout);
  });
  answer(context.io, result, (value) => startText(context, value));
}
