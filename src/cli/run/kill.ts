import { killNodes, type KillResult } from '../../operations/kill.js';
import { resolveNodes } from '../../operations/nodes.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import { formatDuration } from '../../lib/time.js';
import type { kill } from '../commands/kill.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha kill <node…>` */
export async function run(context: CommandContext, input: InputOf<typeof kill>): Promise<void> {
  let names: readonly string[] = [];
  const { result, error } = await withCluster(context, async (cluster) => {
    const before = await statusOf(cluster);
    const nodes = resolveNodes(cluster, input.nodes, before);
    names = nodes.map(({ name }) => name);
    return killNodes(cluster, nodes, before, {
      timeoutMs: input.timeout,
      confirm: confirmWith(context, input.yes),
    });
  });
  answer(context.io, result, (value) => killText(value, names));
  if (error) throw error;
}

/** @param names of all that were to be killed */
export function killText(
  { killed, newMaster, failoverMs, state }: KillResult,
  names: readonly string[],
): string {
  const idle = names.filter((name) => !killed.some((one) => one.name === name));
  const notRunning = `${idle.join(', ')} ${idle.length === 1 ? 'does' : 'do'} not run`;
  if (killed.length === 0) return `nothing was killed: ${notRunning}; the cluster is ${state}`;
  const who = killed
    .map(({ name, was }) => `${name}${was === null ? '' : ` (was ${was})`}`)
    .join(', ');
  const after =
    newMaster === null || failoverMs === null
      ? state === 'no-quorum'
        ? 'quorum is lost, no master serves'
        : 'no failover'
      : `${newMaster} is master and accepts clients after ${formatDuration(failoverMs)}`;
  const rest = idle.length === 0 ? '' : `; ${notRunning}`;
  return `killed ${who}${rest}; ${after}; the cluster is ${state}`;
}
