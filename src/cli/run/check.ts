import { nearStandstills, standstills } from '../../observe/conditions/fullness.js';
import { problemsChecked } from '../../observe/problem-codes.js';
import type { ClusterState, ClusterStatus } from '../../observe/status.js';
import { statusOf } from '../../observe/status-of.js';
import { answer } from '../output/io.js';
import { withCluster, type CommandContext } from './context.js';

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

/** Codes of warnings with which a cluster that serves is not well. */
const UNSETTLED = problemsChecked('warning');

const WARNING = 1;
const CRITICAL = 2;

const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

/** `mqha check` */
export async function run(context: CommandContext): Promise<number> {
  const status = await withCluster(context, statusOf);
  const exitCode = exitCodeOf(status);
  const line = checkLine(status, exitCode);
  answer(context.io, { exitCode, state: status.state, master: status.master, line }, () => line);
  return exitCode;
}

/** A cluster that serves while senders get no answer is of no use to them. */
function exitCodeOf({ state, problems }: ClusterStatus): number {
  const code = EXIT_CODES[state];
  if (code >= CRITICAL) return code;
  if (standstills(problems).length > 0) return CRITICAL;
  const unsettled = problems.some(
    ({ severity, code: of }) => severity === 'error' || UNSETTLED.has(of),
  );
  return unsettled || nearStandstills(problems).length > 0 ? Math.max(code, WARNING) : code;
}

function checkLine(status: ClusterStatus, exitCode: number): string {
  const { numChildren } = status.zookeeper;
  const attached = status.nodes.filter((node) => node.attached === true).length;
  // Why senders are blocked comes first, then other errors.
  const [worst] = [
    ...standstills(status.problems),
    ...status.problems.filter(({ severity }) => severity === 'error'),
    ...nearStandstills(status.problems),
    ...status.problems.filter(({ code }) => UNSETTLED.has(code)),
    ...status.problems,
  ];
  return [
    `${WORDS[exitCode] ?? 'UNKNOWN'}: ${status.cluster} is ${status.state}`,
    `master ${status.master ?? 'none'}`,
    `members ${numChildren ?? '?'}/${status.replicas}`,
    `attached ${attached}/${status.replicas - 1}`,
    ...(worst ? [worst.message.split('\n')[0]] : []),
  ].join('; ');
}
