import { restartDiffering, restartSteps } from '../../operations/restart-differing.js';
import { bringUp, dryRun } from '../../operations/up.js';
import type { DryRun } from '../../operations/scale/dry-run.js';
import { answer } from '../output/io.js';
import type { up as definition } from '../commands/up.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';
import { startText } from './start-text.js';

/** `mqha up` */
export async function run(
  context: CommandContext,
  input: InputOf<typeof definition>,
): Promise<void> {
  const supervisor = input.supervisor ? 'ensure' : 'end';
  const options = { timeoutMs: input.timeout, supervisor } as const;
  if (input.dryRun === true) {
    const plan = await withCluster(context, async (cluster) => {
      const planned = await dryRun(cluster, options);
      return input.restart === true
        ? { ...planned, steps: [...planned.steps, ...(await restartSteps(cluster))] }
        : planned;
    });
    answer(context.io, plan, planText);
    return;
  }
  const result = await withCluster(context, async (cluster) => {
    const started = await bringUp(cluster, options);
    if (input.restart !== true) return started;
    const confirm = confirmWith(context, input.yes);
    return restartDiffering(cluster, started, { timeoutMs: input.timeout, confirm });
  });
  answer(context.io, result, (value) => startText(context, value));
}

function planText({ running, start, steps }: DryRun): string {
  return [
    ...running.map(({ name, pid }) => `${name} runs already (pid ${pid})`),
    ...(start.length === 0 ? ['nothing to start'] : []),
    ...steps.flatMap(({ text, details }) => [text, ...details.map((detail) => `  ${detail}`)]),
  ].join('\n');
}
