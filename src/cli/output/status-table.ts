import Table from 'cli-table3';
import type {
  ClusterStatus,
  NodeStatus,
  StatusProblem,
  SupervisorStatus,
} from '../../observe/status.js';
import type { Operation } from '../../state/unfinished.js';
import type { Colours } from './colours.js';
import { visible } from '../../lib/visible.js';

const PLAIN = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

/** A table without borders: it can be read, and cut with awk. Each cell is on its line, with control characters visible. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 3 },
  });
  table.push(...rows.map((row) => row.map(visible)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The status for people. */
export function statusText(status: ClusterStatus, colour: Colours): string {
  const { zookeeper } = status;
  const registered =
    zookeeper.numChildren === null
      ? zookeeper.managed && !zookeeper.reachable && status.state === 'stopped'
        ? 'stopped'
        : 'not reachable'
      : `numChildren = ${zookeeper.numChildren} (${status.replicas} replicas, quorum ${status.quorum})`;
  const state =
    status.state === 'serving'
      ? colour.green(status.state)
      : status.state === 'degraded' || status.state === 'stopped'
        ? colour.yellow(status.state)
        : colour.red(status.state);
  const lines = [
    `${colour.bold(status.cluster)} is ${state}; master ${status.master ?? '–'}, elector ${status.elector ?? '–'}, sync ${status.sync}`,
    `ZooKeeper ${zookeeper.connect}${zookeeper.path} ${registered}`,
    '',
    plainTable(
      [
        'NODE',
        'ROLE',
        'PROCESS',
        'PID',
        'MEMBER',
        'WEB',
        'MESSAGES',
        'REPLICATION',
        'CLIENTS',
        'ATTACHED',
      ],
      status.nodes.map((node) => row(node)),
    ),
    '',
    status.failoverUrl,
    supervisorText(status.supervisor),
    ...status.nodes.flatMap(keptText),
    ...status.operations.map(operationText),
  ];
  if (status.problems.length > 0) {
    lines.push('', ...status.problems.map((problem) => problemText(problem, colour)));
  }
  return lines.join('\n');
}

function supervisorText({ pid, processes }: SupervisorStatus): string {
  if (pid === null) return 'no supervisor';
  const said = processes.flatMap(({ name, wanted, does, fault, reason }) =>
    does !== 'nothing'
      ? [`${name} ${does}${reason === null ? '' : ` (${visible(reason.split('\n')[0] ?? '')})`}`]
      : fault !== null
        ? [`${name} may be ${fault}`]
        : wanted === 'down'
          ? [`${name} is to stay down`]
          : [],
  );
  return `supervisor pid ${pid}${said.length === 0 ? '' : `: ${said.join(', ')}`}`;
}

function keptText({ name, kept }: NodeStatus): string[] {
  return kept.map(
    ({ path, bytes, why }) =>
      `set aside of ${name}: ${path} (${Math.ceil(bytes / 1024 / 1024)} MiB; ${why})`,
  );
}

/** `unfinished drill, begun 2026-11-29T16:00:00.000Z by `mqha drill`: mq01 (pid 12) was suspended; `mqha up` undoes it`. */
function operationText({ kind, began, command, pid, steps, next }: Operation): string {
  const head = pid === null ? `unfinished ${kind}` : `${kind} in progress (pid ${pid})`;
  const by = command === null ? '' : ` by \`${command}\``;
  const begun = began === null ? '' : `, begun ${began}${by}`;
  const list = (done: boolean) =>
    steps.filter((step) => step.done === done).map(({ text }) => text);
  const [done, left] = [list(true), list(false)];
  const parts = [
    ...(done.length === 0
      ? []
      : [left.length === 0 ? done.join(', ') : `done: ${done.join(', ')}`]),
    ...(left.length === 0 ? [] : [`to do: ${left.join(', ')}`]),
    ...(next === null ? [] : [next]),
  ];
  return `${head}${begun}: ${parts.join('; ')}`;
}

function row(node: NodeStatus): string[] {
  return [
    node.name,
    node.role ?? '?',
    node.process,
    node.pid === null ? '–' : String(node.pid),
    node.member ?? '–',
    `${node.host}:${node.webPort}`,
    String(node.messagePort),
    `${node.replicationHost}:${node.replicationPort}`,
    node.accepting ? 'accepted' : '–',
    node.attached === null
      ? '–'
      : node.attached
        ? `yes${node.lagBytes === null ? '' : `, lag ${node.lagBytes} bytes`}`
        : 'not yet',
  ];
}

function problemText(problem: StatusProblem, colour: Colours): string {
  const severity =
    problem.severity === 'error'
      ? colour.red('error')
      : problem.severity === 'warning'
        ? colour.yellow('warning')
        : 'info';
  return `${severity}: ${problem.message}\n  ${problem.hint}`;
}
