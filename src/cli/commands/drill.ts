import { resolve } from 'node:path';
import { parseDuration } from '../../config/units.js';
import { drill } from '../../drill/drill.js';
import type { DrillOptions } from '../../drill/drill-context.js';
import { newSeed } from '../../drill/random.js';
import { writeReport } from '../../drill/report/index.js';
import { DEFAULT_SCENARIO, scenariosNamed } from '../../drill/scenarios/index.js';
import { DEFAULT_WORKLOAD } from '../../drill/title.js';
import { exitCodeOf } from '../../drill/analysis/verdict.js';
import { workloadsNamed } from '../../drill/workloads/index.js';
import { usageError } from '../../lib/errors.js';
import { ensureDirectory } from '../../lib/files.js';
import { drillText } from '../output/drill-text.js';
import { answer, colours } from '../output/io.js';
import {
  confirmWith,
  timeoutOf,
  withCluster,
  type CommandContext,
  type ConfirmFlags,
  type ExitCode,
} from './context.js';

/** How long the cluster may take to be whole again. */
const LIMIT_MS = 120_000;
const DEFAULT_DURATION = '10s';

export interface DrillFlags extends ConfirmFlags {
  readonly scenario?: readonly string[];
  readonly workload?: readonly string[];
  readonly rounds: number;
  readonly rate: number;
  readonly clients: number;
  readonly duration?: string;
  readonly seed?: number;
  readonly supervisor?: string;
  readonly report?: string;
}

/** `mqha drill` */
export async function drillCommand(context: CommandContext, flags: DrillFlags): Promise<ExitCode> {
  const options = optionsOf(flags);
  const report = flags.report === undefined ? undefined : resolve(context.cwd, flags.report);
  // Before the drill: nothing of it is to be lost for a directory that cannot be written.
  if (report !== undefined) await ensureDirectory(report);
  const result = await withCluster(context, (cluster) =>
    drill(cluster, options, confirmWith(context, flags.yes)),
  );
  const { io } = context;
  answer(io, result, (value) => drillText(value, colours(io.stdout, io.env)));
  if (report !== undefined) {
    for (const path of await writeReport(result, report)) io.stderr.write(`wrote ${path}\n`);
  }
  return exitCodeOf(result);
}

/** @throws MqhaError `usage` (exit code 2) */
function optionsOf(flags: DrillFlags): DrillOptions {
  const { rounds, rate, clients, duration = DEFAULT_DURATION, seed } = flags;
  const durationMs = parseDuration(duration);
  if (durationMs === undefined || durationMs < 1000 || durationMs > 3_600_000) {
    throw usageError(
      'usage',
      `--duration ${duration} is no duration from 1s to 1h`,
      'Write it like 10s.',
    );
  }
  inRange('--rounds', rounds, 1, 1000);
  inRange('--clients', clients, 1, 100);
  inRange('--rate', rate, 0, 100_000);
  return {
    scenarios: scenariosNamed(flags.scenario ?? [DEFAULT_SCENARIO]).map(({ name }) => name),
    workloads: workloadsNamed(flags.workload ?? [DEFAULT_WORKLOAD]).map(({ name }) => name),
    rounds,
    rate: rate === 0 ? undefined : rate,
    clients,
    durationMs,
    seed: seed ?? newSeed(),
    supervisor: supervisorOf(flags.supervisor),
    limitMs: timeoutOf(flags.timeout, LIMIT_MS),
  };
}

function inRange(option: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw usageError(
    'usage',
    `${option} ${value} is out of range`,
    `It is a number from ${least} to ${most}.`,
  );
}

function supervisorOf(text: string | undefined): DrillOptions['supervisor'] {
  if (text === undefined || text === 'with' || text === 'without' || text === 'both') return text;
  throw usageError('usage', `--supervisor ${text} is not known`, 'It is with, without or both.');
}
