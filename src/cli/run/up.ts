import { openCluster } from '../../state/cluster.js';
import { up } from '../../operations/up.js';
import { puttingRight } from '../../drill/put-back.js';
import { stepText } from '../../operations/scale/carry-out.js';
import { dryRun, type DryRun } from '../../operations/scale/dry-run.js';
import { finishScale } from '../../operations/scale/scale.js';
import { answer } from '../output/io.js';
import type { up as definition } from '../commands/up.js';
import type { InputOf } from '../definition.js';
import { withCluster, type CommandContext } from './context.js';
import { startText } from './start-text.js';

/** `mqha up` */
export async function run(
  context: CommandContext,
  input: InputOf<typeof definition>,
): Promise<void> {
  const timeoutMs = input.timeout;
  if (input.dryRun === true) {
    answer(context.io, await withCluster(context, dryRun), planText);
    return;
  }
  const result = await withCluster(context, (cluster) =>
    puttingRight(cluster, async () => {
      const changed = await finishScale(cluster, { timeoutMs });
      const now = changed ? await openCluster(cluster.layout.directory, cluster.host) : cluster;
      return up(now, { timeoutMs, supervisor: input.supervisor ? 'ensure' : 'end' });
    }),
  );
  answer(context.io, result, (value) => startText(context, value));
}

function scaleText({ scale }: DryRun): string[] {
  if (!scale) return [];
  const { from, to, steps } = scale;
  const left = steps.length === 0 ? ['with nothing left to do'] : [];
  return [
    `then go on with the change from ${from} to ${to} nodes:`,
    ...[...left, ...steps.map((step) => stepText(step, to))].map((text) => `  ${text}`),
  ];
}

function planText(plan: DryRun): string {
  return [
    ...plan.running.map(({ name, pid }) => `${name} runs already (pid ${pid})`),
    ...(plan.install ? ['install ActiveMQ and ZooKeeper into the cache'] : []),
    ...plan.render.map((path) => `render ${path}`),
    ...plan.start.flatMap((start) => [
      `start ${start.name} in ${start.cwd}`,
      `  ${[start.command, ...start.argv].join(' ')}`,
      ...Object.entries(start.env).map(([key, value]) => `  ${key}=${value}`),
    ]),
    ...(plan.start.length === 0 ? ['nothing to start'] : []),
    ...scaleText(plan),
  ].join('\n');
}
