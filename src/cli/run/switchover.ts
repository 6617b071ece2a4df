import { resolveNodes } from '../../operations/nodes.js';
import { switchover } from '../../operations/switchover.js';
import { answer } from '../output/io.js';
import type { switchover as definition } from '../commands/switchover.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha switchover [--to <node>]` */
export async function run(
  context: CommandContext,
  input: InputOf<typeof definition>,
): Promise<void> {
  const result = await withCluster(context, (cluster) => {
    const to = input.to === undefined ? undefined : resolveNodes(cluster, [input.to], undefined)[0];
    return switchover(cluster, {
      timeoutMs: input.timeout,
      to,
      confirm: confirmWith(context, input.yes),
    });
  });
  answer(context.io, result, ({ from, to, state }) =>
    from === to
      ? `${to} is master already`
      : `${to} is master now, ${from} is its slave; the cluster is ${state}`,
  );
}
