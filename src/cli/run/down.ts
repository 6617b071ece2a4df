import { downCluster } from '../../operations/stop.js';
import type { down } from '../commands/down.js';
import type { InputOf } from '../definition.js';
import { answer } from '../output/io.js';
import { withCluster, WITHOUT_ACCOUNT, type CommandContext } from './context.js';
import { stoppedText } from './stopped-text.js';

/** `mqha down` */
export async function run(
  context: CommandContext,
  { timeout }: InputOf<typeof down>,
): Promise<void> {
  const stopped = await withCluster(
    context,
    (cluster) => downCluster(cluster, timeout),
    WITHOUT_ACCOUNT,
  );
  answer(context.io, { stopped }, () => `${stoppedText(stopped)}; the data is kept`);
}
