import { resolveNodes } from '../../operations/nodes.js';
import { switchover } from '../../operations/switchover.js';
import { answer } from '../output/io.js';
import {
  confirmWith,
  timeoutOf,
  withCluster,
  type CommandContext,
  type ConfirmFlags,
} from './context.js';
import { UP_TIMEOUT_MS } from './up.js';

export interface SwitchoverFlags extends ConfirmFlags {
  readonly to?: string;
}

/** `mqha switchover [--to <node>]` */
export async function switchoverCommand(
  context: CommandContext,
  flags: SwitchoverFlags,
): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, UP_TIMEOUT_MS);
  const result = await withCluster(context, (cluster) => {
    const to = flags.to === undefined ? undefined : resolveNodes(cluster, [flags.to], undefined)[0];
    return switchover(cluster, { timeoutMs, to, confirm: confirmWith(context, flags.yes) });
  });
  answer(context.io, result, ({ from, to, state }) =>
    from === to
      ? `${to} is master already`
      : `${to} is master now, ${from} is its slave; the cluster is ${state}`,
  );
}
