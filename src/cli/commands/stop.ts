import { namesRole, resolveNodes } from '../../operations/nodes.js';
import { downCluster, stopNodes, type Stopped } from '../../operations/stop.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import {
  confirmWith,
  timeoutOf,
  withCluster,
  type CommandContext,
  type ConfirmFlags,
  type WaitFlags,
} from './context.js';

/** A broker that closes its store under load may take this long. */
export const STOP_TIMEOUT_MS = 120_000;

/** What ends processes needs no account, and goes on where that is damaged. */
const WITHOUT_ACCOUNT = { account: false };

/** `mqha stop <node…>` */
export async function stop(
  context: CommandContext,
  words: readonly string[],
  flags: ConfirmFlags,
): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, STOP_TIMEOUT_MS);
  const result = await withCluster(
    context,
    async (cluster) => {
      const status = namesRole(words) ? await statusOf(cluster) : undefined;
      const nodes = resolveNodes(cluster, words, status);
      return stopNodes(cluster, nodes, { timeoutMs, confirm: confirmWith(context, flags.yes) });
    },
    WITHOUT_ACCOUNT,
  );
  answer(
    context.io,
    { stopped: result.stopped, state: result.status.state },
    ({ stopped, state }) => `${stoppedText(stopped)}; the cluster is ${state}`,
  );
}

/** `mqha down` */
export async function down(context: CommandContext, flags: WaitFlags): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, STOP_TIMEOUT_MS);
  const stopped = await withCluster(
    context,
    (cluster) => downCluster(cluster, timeoutMs),
    WITHOUT_ACCOUNT,
  );
  answer(context.io, { stopped }, () => `${stoppedText(stopped)}; the data is kept`);
}

export function stoppedText(stopped: readonly Stopped[]): string {
  return stopped.length === 0
    ? 'nothing was running'
    : `stopped ${stopped.map(({ name }) => name).join(', ')}`;
}
