import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { startAsked } from '../../operations/put-right.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import { timeoutOf, withCluster, type CommandContext, type WaitFlags } from './context.js';
import { startText, UP_TIMEOUT_MS } from './up.js';

/** `mqha start <node…>` */
export async function start(
  context: CommandContext,
  words: readonly string[],
  flags: WaitFlags,
): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, UP_TIMEOUT_MS);
  const result = await withCluster(context, async (cluster) => {
    const status = namesRole(words) ? await statusOf(cluster) : undefined;
    const nodes = resolveNodes(cluster, words, status);
    return startAsked(cluster, nodes, timeoutMs);
  });
  answer(context.io, result, (value) => startText(context, value));
}
