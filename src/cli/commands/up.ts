import { openCluster } from '../../state/cluster.js';
import type { StartResult } from '../../operations/start/start.js';
import { up } from '../../operations/up.js';
import { puttingRight } from '../../drill/put-back.js';
import { stepText } from '../../operations/scale/carry-out.js';
import { dryRun, type DryRun } from '../../operations/scale/dry-run.js';
import { finishScale } from '../../operations/scale/scale.js';
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
  if (flags.dryRun === true) {
    answer(context.io, await withCluster(context, dryRun), planText);
    return;
  }
  const result = await withCluster(context, (cluster) =>
    puttingRight(cluster, async () => {
      const changed = await finishScale(cluster, { timeoutMs });
      const now = changed ? await openCluster(cluster.layout.directory, cluster.host) : cluster;
      return up(now, { timeoutMs, supervisor: flags.supervisor ? 'ensure' : 'end' });
    }),
  );
  answer(context.io, result, (value) => startText(context, value));
}

/** What a start answers, for people. */
export function startText(context: CommandContext, { readyMs, status }: StartResult): string {
  const { io } = context;
  const first =
    readyMs === 0 ? 'everything was running already' : `ready in ${formatDuration(readyMs)}`;
  return `${first}\n${statusText(status, colours(io.stdout, io.env))}`;
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
