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

/** The status for people, which fits 80 columns unless names and addresses are long. @param wide with every column */
export function statusText(status: ClusterStatus, colour: Colours, wide = false): string {
  const { zookeeper } = status;
  const registered =
    zookeeper.numChildren === null
      ? zookeeper.managed && !zookeeper.reachable && status.state === 'stopped'
        ? 'ZooKeeper is stopped'
        : 'ZooKeeper is not reachable'
      : `numChildren = ${zookeeper.numChildren} (${status.replicas} replicas, quorum ${status.quorum})`;
  const state =
    status.state === 'serving'
      ? colour.green(status.state)
      : status.state === 'degraded' || status.state === 'stopped'
        ? colour.yellow(status.state)
        : colour.red(status.state);
  const lines = [
    `${colour.bold(status.cluster)} is ${state}; master ${status.master ?? '–'}, elector ${status.elector ?? '–'}, sync ${status.sync}`,
    `in ${status.directory}`,
    `ZooKeeper ${zookeeper.connect}${zookeeper.path}`,
    registered,
    '',
    nodeTable(status.nodes, colour, wide),
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

/** A column: its head, its cell of a node, and how that is painted. */
interface Column {
  readonly head: string;
  readonly cell: (node: NodeStatus) => string;
  /** It is told with `-o wide` alone. */
  readonly wide?: true;
}

function nodeTable(nodes: readonly NodeStatus[], colour: Colours, wide: boolean): string {
  const hosts = new Set(nodes.map(({ host }) => host));
  const columns: readonly Column[] = [
    { head: 'NODE', cell: ({ name }) => name },
    { head: 'ROLE', cell: ({ role }) => role ?? '?' },
    { head: 'PROCESS', cell: (node) => node.process },
    { head: 'PID', cell: ({ pid }) => (pid === null ? '–' : String(pid)) },
    { head: 'MEMBER', cell: ({ member }) => member ?? '–', wide: true },
    { head: 'WEB', cell: ({ host, webPort }) => `${host}:${webPort}`, wide: true },
    {
      head: 'MESSAGES',
      cell: ({ host, messagePort: port }) => (hosts.size > 1 ? `${host}:${port}` : String(port)),
    },
    {
      head: 'REPLICATION',
      cell: ({ replicationHost, replicationPort }) => `${replicationHost}:${replicationPort}`,
      wide: true,
    },
    { head: 'CLIENTS', cell: ({ accepting }) => (accepting ? 'accepted' : '–') },
    { head: 'ATTACHED', cell: attachedText },
  ];
  const shown = columns.filter((column) => wide || column.wide !== true);
  const [head = '', ...lines] = plainTable(
    shown.map((column) => column.head),
    nodes.map((node) => shown.map(({ cell }) => cell(node))),
  ).split('\n');
  return [head, ...lines.map((line, index) => painted(line, nodes[index], colour))].join('\n');
}

/** A row with its role in colour: painted after the table is made, so that the paint takes no room in it. */
function painted(line: string, node: NodeStatus | undefined, colour: Colours): string {
  if (!node) return line;
  const role = node.role ?? '?';
  const at = visible(node.name).length;
  const [name, rest] = [line.slice(0, at), line.slice(at)];
  const paint = paintOf(node, colour);
  return paint ? `${name}${rest.replace(role, () => paint(role))}` : line;
}

function paintOf({ role }: NodeStatus, colour: Colours): ((text: string) => string) | undefined {
  switch (role) {
    case 'master':
      return colour.green;
    case 'electing':
    case 'promoting':
    case 'none':
      return colour.yellow;
    case 'slave':
    case null:
      return undefined;
  }
}

function attachedText({ attached, lagBytes }: NodeStatus): string {
  if (attached === null) return '–';
  if (!attached) return 'not yet';
  return `yes${lagBytes === null ? '' : `, lag ${lagBytes} bytes`}`;
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
