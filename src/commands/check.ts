import { UNSETTLED } from '../cluster/size-problems.js';
import type { ClusterState, ClusterStatus } from '../cluster/status.js';
import { statusOf } from '../cluster/stop.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext, type ExitCode } from './context.js';

/** Exit codes as monitors read them: ok, warning, critical, unknown. */
const EXIT_CODES: Readonly<Record<ClusterState, number>> = {
  serving: 0,
  degraded: 1,
  stopped: 2,
  'no-quorum': 2,
  electing: 2,
  promoting: 2,
  unknown: 3,
};

const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

/** `mqha check` */
export async function check(context: CommandContext): Promise<ExitCode> {
  const status = await withCluster(context, statusOf);
  const unsettled = status.problems.some(({ code }) => UNSETTLED.has(code));
  const exitCode = Math.max(EXIT_CODES[status.state], unsettled ? 1 : 0);
  const line = checkLine(status, exitCode);
  answer(context.io, { exitCode, state: status.state, master: status.master, line }, () => line);
  return exitCode;
}

function checkLine(status: ClusterStatus, exitCode: number): string {
  const { numChildren } = status.zookeeper;
  const attached = status.nodes.filter((node) => node.attached === true).length;
  const [worst] = [...status.problems].sort(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  return [
    `${WORDS[exitCode] ?? 'UNKNOWN'}: ${status.cluster} is ${status.state}`,
    `master ${status.master ?? 'none'}`,
    `members ${numChildren ?? '?'}/${status.replicas}`,
    `attached ${attached}/${status.replicas - 1}`,
    ...(worst ? [worst.message.split('\n')[0]] : []),
  ].join('; ');
}
