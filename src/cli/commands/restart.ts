import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { statusOf } from '../../observe/status-of.js';
import { restartNodes } from '../../operations/restart.js';
import { answer, colours } from '../output/io.js';
import { statusText } from '../output/status-table.js';
import {
  confirmWith,
  timeoutOf,
  withCluster,
  type CommandContext,
  type ConfirmFlags,
} from './context.js';
import { UP_TIMEOUT_MS } from './up.js';

/** `mqha restart [node…]` */
export async function restart(
  context: CommandContext,
  words: readonly string[],
  flags: ConfirmFlags,
): Promise<void> {
  const { io } = context;
  const timeoutMs = timeoutOf(flags.timeout, UP_TIMEOUT_MS);
  const result = await withCluster(context, async (cluster) => {
    const status = namesRole(words) ? await statusOf(cluster) : undefined;
    const nodes = words.length === 0 ? cluster.config.nodes : resolveNodes(cluster, words, status);
    return restartNodes(cluster, nodes, {
      timeoutMs,
      confirm: confirmWith(context, flags.yes),
      rolling: words.length === 0,
    });
  });
  answer(io, result, ({ restarted, status }) =>
    [`restarted ${restarted.join(', ')}`, statusText(status, colours(io.stdout, io.env))].join(
      '\n',
    ),
  );
}
