import { coloursOf } from '../output/colours.js';
import { resolveNodes } from '../../operations/nodes.js';
import { stepText } from '../../operations/scale/carry-out.js';
import { putRight } from '../../operations/put-right.js';
import { planScale } from '../../operations/scale/dry-run.js';
import type { ScalePlan } from '../../operations/scale/proposal.js';
import { scaleCluster, type ScaleResult } from '../../operations/scale/scale.js';
import { tryLockOperation } from '../../state/operations-log.js';
import { MqhaError } from '../../lib/errors.js';
import { answer } from '../output/io.js';
import { statusText } from '../output/status-table.js';
import type { scale } from '../commands/scale.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

/** `mqha scale <n>` */
export async function run(
  context: CommandContext,
  { size, dryRun = false, timeout, yes, ...input }: InputOf<typeof scale>,
): Promise<void> {
  const answered = await withCluster(context, async (cluster) => {
    const remove = resolveNodes(cluster, input.remove ?? [], undefined);
    if (dryRun) return planScale(cluster, size, { remove });
    await putRight(cluster, timeout);
    const lock = await tryLockOperation(cluster, 'drill');
    if (!lock) {
      throw new MqhaError(
        'scale-refused',
        'a drill, or another change of the number of nodes, is in progress on this cluster',
        {
          hint: 'Wait until it has ended.',
        },
      );
    }
    try {
      const confirm = confirmWith(context, yes);
      return await scaleCluster(cluster, size, { timeoutMs: timeout, confirm, remove });
    } finally {
      await lock.release();
    }
  });
  answer(context.io, answered, (value) =>
    'steps' in value ? planText(value) : resultText(context, value),
  );
}

function planText(plan: ScalePlan): string {
  const { from, to, add, remove, steps, question, elsewhere } = plan;
  const hosts = new Map(elsewhere.map(({ name, host }) => [name, host]));
  const place = (name: string) =>
    hosts.size === 0 ? name : `${name} (on ${hosts.get(name) ?? 'this machine'})`;
  return [
    from === to ? `there are ${to} nodes already` : `from ${from} to ${to} nodes`,
    ...add.map(
      (node) =>
        `add ${node.name}: web ${node.host}:${node.webPort}, messages ${node.host}:${node.messagePort}, replication ${node.replicationHost}:${node.replicationPort}`,
    ),
    ...remove.map((name) => `remove ${name}, and keep what it has aside`),
    ...(hosts.size === 0
      ? []
      : [
          ...(plan.master === null
            ? [
                'no master is known now, so this is safe and not the shortest way; run it again while the cluster serves',
              ]
            : []),
          'by hand, since mqha reaches this machine only; docs/several-hosts.md says how:',
        ]),
    ...steps.map((step) => stepText(step, to, place)),
    ...(question === null || hosts.size > 0 ? [] : [`asks first: ${question}`]),
  ].join('\n');
}

function resultText({ io }: CommandContext, result: ScaleResult): string {
  const { from, to, added, removed, done, status } = result;
  const lines = [
    from === to
      ? `there are ${to} nodes already`
      : done
        ? `changed from ${from} to ${to} nodes`
        : `the change from ${from} to ${to} nodes ends with the next \`mqha up\``,
    ...(added.length === 0 ? [] : [`new: ${added.join(', ')}`]),
    ...removed.map(
      ({ name, kept }) =>
        `${name} has left${kept === null ? '' : `; what it had is kept in ${kept}`}`,
    ),
  ];
  return `${lines.join('\n')}\n${statusText(status, coloursOf(io.stdout))}`;
}
