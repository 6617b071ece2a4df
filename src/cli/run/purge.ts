import { checkQueueName } from '../../clients/queue-name.js';
import { counted } from '../../lib/counted.js';
import { purgeQueue, type PurgeResult } from '../../messages/purge.js';
import type { purge } from '../commands/purge.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha purge <queue>` */
export async function run(
  context: CommandContext,
  { queue, timeout, yes }: InputOf<typeof purge>,
): Promise<void> {
  checkQueueName(queue);
  const confirm = confirmWith(context, yes);
  const { result, error } = await withCluster(context, (cluster) =>
    purgeQueue(cluster, { queue, timeoutMs: timeout, confirm }),
  );
  answer(context.io, result, purgeText);
  if (error) throw error;
}

function purgeText({ queue, purged, left, consumers }: PurgeResult): string {
  const many = purged === 0 ? 'no message' : counted(purged, 'message');
  if (left === 0) return `purged ${many} from ${queue}, which is empty`;
  const held =
    consumers === 0 ? '' : `, ${counted(consumers, 'other consumer')} among whom they may be`;
  const rest = left === null ? 'what is left is not known' : `${left} left`;
  return `purged ${many} from ${queue}; ${rest}${held}`;
}
