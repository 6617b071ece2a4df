import { coloursOf } from '../output/colours.js';
import { resolve } from 'node:path';
import { drill } from '../../drill/drill.js';
import type { DrillOptions } from '../../drill/drill-context.js';
import { newSeed } from '../../drill/random.js';
import { writeRefusal } from '../../drill/report/refusal.js';
import { writeReport } from '../../drill/report/index.js';
import { DEFAULT_SCENARIO, DEFAULT_WORKLOAD } from '../../drill/defaults.js';
import { scenariosNamed } from '../../drill/scenarios/index.js';
import { exitCodeOf } from '../../drill/analysis/verdict.js';
import { workloadsNamed } from '../../drill/workloads/index.js';
import { MqhaError } from '../../lib/errors.js';
import { ensureDirectory } from '../../lib/files.js';
import { drillText } from '../output/drill-text.js';
import { answer } from '../output/io.js';
import { visible } from '../../lib/visible.js';
import type { drill as definition } from '../commands/drill.js';
import type { InputOf } from '../definition.js';
import { confirmWith, withCluster, type CommandContext } from './context.js';

type Input = InputOf<typeof definition>;

/** `mqha drill` */
export async function run(context: CommandContext, input: Input): Promise<number> {
  const options = optionsOf(input);
  const report = input.report === undefined ? undefined : resolve(context.cwd, input.report);
  // Before the drill: nothing of it is to be lost for a directory that cannot be written.
  if (report !== undefined) await ensureDirectory(report);
  const startedAt = new Date().toISOString();
  let result;
  try {
    result = await withCluster(context, (cluster) =>
      drill(cluster, options, confirmWith(context, input.yes)),
    );
  } catch (error) {
    // CI reads the files: without them a refusal would look like the run before.
    if (report !== undefined && error instanceof MqhaError) {
      tellWritten(context, await writeRefusal(error, startedAt, report));
    }
    throw error;
  }
  const { io } = context;
  // First, since nobody may be there to read stdout any more.
  const written = report === undefined ? [] : await writeReport(result, report);
  answer(io, result, (value) => drillText(value, coloursOf(io.stdout)));
  tellWritten(context, written);
  return result.interrupted && isTerminated(context.signal) ? TERMINATED : exitCodeOf(result);
}

/** What shells make of an end by SIGTERM. */
const TERMINATED = 143;

const isTerminated = ({ reason }: AbortSignal) =>
  reason instanceof DOMException && reason.message === 'SIGTERM';

function tellWritten({ io }: CommandContext, paths: readonly string[]): void {
  for (const path of paths) void io.stderr.print(`wrote ${visible(path)}\n`);
}

/** @throws MqhaError `usage` for names that are none */
function optionsOf({ scenario, workload, rate, ...input }: Input): DrillOptions {
  const { rounds, clients, duration, seed, supervisor, timeout } = input;
  return {
    scenarios: scenariosNamed(scenario ?? [DEFAULT_SCENARIO]).map(({ name }) => name),
    workloads: workloadsNamed(workload ?? [DEFAULT_WORKLOAD]).map(({ name }) => name),
    rounds,
    rate: rate === 0 ? undefined : rate,
    clients,
    durationMs: duration,
    seed: seed ?? newSeed(),
    supervisor,
    limitMs: timeout,
  };
}
