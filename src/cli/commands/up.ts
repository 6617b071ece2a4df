import type { StartResult } from '../../operations/start/start.js';
import { bringUp, dryRun } from '../../operations/up.js';
import type { DryRun } from '../../operations/scale/dry-run.js';
import { answer, colours } from '../output/io.js';
import { statusText } from '../output/status-table.js';
import { formatDuration } from '../../lib/time.js';
import { timeoutOf, withCluster, type CommandContext } from './context.js';

/** How long `up` waits: a first start on a slow machine, with a store to replay, takes its time. */
export const UP_TIMEOUT_MS = 180_000;

export interface UpFlags {
  readonly dryRun?: boolean;
  readonly timeout?: string;
  readonly supervisor: boolean;
}

/** `mqha up` */
export async function upCommand(context: CommandContext, flags: UpFlags): Promise<void> {
  const timeoutMs = timeoutOf(flags.timeout, UP_TIMEOUT_MS);
  const options = { timeoutMs, supervisor: flags.supervisor ? 'ensure' : 'end' } as const;
  if (flags.dryRun === true) {
    const plan = await withCluster(context, (cluster) => dryRun(cluster, options));
    answer(context.io, plan, planText);
    return;
  }
  const result = await withCluster(context, (cluster) => bringUp(cluster, options));
  answer(context.io, result, (value) => startText(context, value));
}

/** What a start answers, for people. */
export function startText(context: CommandContext, { readyMs, status }: StartResult): string {
  const { io } = context;
  const first =
    readyMs === 0 ? 'everything was running already' : `ready in ${formatDuration(readyMs)}`;
  return `${first}\n${statusText(status, colours(io.stdout, io.env))}`;
}

function planText({ running, start, steps }: DryRun): string {
  return [
    ...running.map(({ name, pid }) => `${name} runs already (pid ${pid})`),
    ...(start.length === 0 ? ['nothing to start'] : []),
    ...steps.flatMap(({ text, details }) => [text, ...details.map((detail) => `  ${detail}`)]),
  ].join('\n');
}
