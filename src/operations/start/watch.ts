import { MqhaError } from '../../lib/errors.js';
import { markOf, sinceMark } from '../../agents/local/log.js';
import type { Launched } from '../../agents/launch-plan.js';
import type { Deadline } from '../../lib/time.js';
import { sleep } from '../../lib/time.js';
import { join } from 'node:path';
import { DATA_IN_USE } from '../../stores/launcher.js';
import { endOfLast, type EndRecord } from '../../stores/end-record.js';
import type { ProcessDirectories } from '../../config/layout.js';
import { throwIfInterrupted, type Cluster } from '../../state/cluster.js';
import type { NodePhase } from '../../state/progress.js';
import { toStatus } from '../../observe/to-status.js';
import { observe } from '../../observe/observe.js';
import { processesOf, type Observation } from '../../observe/observation.js';
import { valueOf } from '../../observe/reading.js';
import { noteSessions } from '../../state/sessions.js';
import type { ClusterStatus, NodeStatus } from '../../observe/status.js';

const PAUSE_MS = 100;
const QUOTED_LINES = 10;

/** Frames of a Java stack trace say little to whoever waits for a broker; the log has them. */
const STACK_FRAME = /^\s+(at |\.\.\. \d+ more)/;

/** Where the logs of a process ended before it was started, so that old lines are never quoted. */
export interface LogMarks {
  readonly directory: string;
  readonly marks: Readonly<Record<string, number>>;
}

const LOGS = ['stderr.log', 'stdout.log', 'activemq.log', 'zookeeper.log'];

export async function markLogs(directories: ProcessDirectories): Promise<LogMarks> {
  const entries = await Promise.all(
    LOGS.map(async (name) => [name, await markOf(join(directories.log, name))] as const),
  );
  return { directory: directories.log, marks: Object.fromEntries(entries) };
}

/** The last lines that a process wrote since its marks, of its own output and of its log. */
export async function quoteLogs(logs: LogMarks): Promise<string> {
  const parts = await Promise.all(
    LOGS.map(async (name) => {
      const text = (await sinceMark(join(logs.directory, name), logs.marks[name] ?? 0)).trimEnd();
      if (text === '') return '';
      const lines = text
        .split('\n')
        .filter((line) => !STACK_FRAME.test(line))
        .slice(-QUOTED_LINES);
      return [`${join(logs.directory, name)}:`, ...lines.map((line) => `  ${line}`)].join('\n');
    }),
  );
  return parts.filter((part) => part !== '').join('\n');
}

/** A process that was started and has not served yet. */
export interface Started {
  readonly name: string;
  readonly launched: Launched;
  readonly logs: LogMarks;
}

/** What a JVM exits with that SIGTERM ends in an orderly way: 128 and the signal's number. */
const TERMINATED = 143;

/** The error for a broker that has ended itself while it was starting. */
export class BrokerEnded extends MqhaError {
  readonly node: string;
  readonly record: EndRecord;

  /** @param left what runs, in words */
  constructor(node: string, record: EndRecord, left: string) {
    super('broker-died', `${node} ended while it was starting: ${record.message}`, {
      hint:
        record.code === 'store-damaged'
          ? `\`mqha up\` sets its store aside and lets it attach anew, where other copies are whole; ${left}.`
          : `See \`mqha logs ${node}\`; ${left}; \`mqha up\` starts what is missing.`,
    });
    this.node = node;
    this.record = record;
  }
}

/** @returns the error for a process that ended although it should run, with the end of its log */
export async function diedError(
  name: string,
  started: Started | undefined,
  left: string,
): Promise<MqhaError> {
  const ended = started && (await Promise.race([started.launched.exited, sleep(200)]));
  const how = !ended
    ? ''
    : ended.signal === null
      ? ` with exit code ${ended.code ?? '?'}`
      : ` by ${ended.signal}`;
  const record = started && (await endOfLast(started.logs.directory, started.launched.pid));
  if (record) return new BrokerEnded(name, record, left);
  const quote = started ? await quoteLogs(started.logs) : '';
  if (ended?.code === TERMINATED || ended?.signal === 'SIGTERM') {
    return new MqhaError('broker-died', `${name} got SIGTERM while it was starting`, {
      hint: `Another command or a person did that: \`mqha events\` has the commands; ${left}; \`mqha up\` starts what is missing.`,
    });
  }
  if (ended?.code === DATA_IN_USE) {
    return new MqhaError(
      'data-in-use',
      `the data directory of ${name} is held by another process\n${quote}`,
      {
        hint: `End the process that it names; ${left}.`,
      },
    );
  }
  return new MqhaError(
    'broker-died',
    `${name} ended${how} while it was starting${quote === '' ? '' : `; the end of its log:\n${quote}`}`,
    {
      hint: `See \`mqha logs ${name}\`; ${left}; \`mqha up\` starts what is missing.`,
    },
  );
}

/** What a failed start leaves behind, in words. */
export function leftRunning(names: readonly string[]): string {
  return names.length === 0 ? 'nothing was started' : `left running: ${names.join(', ')}`;
}

export interface WatchOptions {
  readonly deadline: Deadline;
  /** Processes started by this command: one that ends makes the watch fail at once. */
  readonly started: readonly Started[];
  /** The names of what runs and stays, for messages. */
  readonly running: readonly string[];
  /** Ends the watch when it returns true. */
  readonly until: (status: ClusterStatus) => boolean;
}

/**
 * Looks at the cluster again and again until it is as wanted, and tells each node's phase as it changes.
 * @throws MqhaError `broker-died`, `data-in-use`, `interrupted`, `timeout`
 */
export async function watchCluster(
  cluster: Cluster,
  options: WatchOptions,
): Promise<ClusterStatus> {
  const { host } = cluster;
  const phases = new Map<string, NodePhase>();
  for (;;) {
    throwIfInterrupted(host, leftRunning(options.running));
    const seen = await observe(cluster);
    await noteSessionsSeen(cluster, seen);
    const status = toStatus(cluster, seen);
    for (const node of status.nodes) {
      const phase = phaseOfNode(node);
      if (phase !== phases.get(node.name) && (phase !== 'stopped' || phases.has(node.name))) {
        host.emit({ type: 'node-phase', node: node.name, phase });
      }
      phases.set(node.name, phase);
    }
    if (options.until(status)) return status;
    for (const started of options.started) {
      const node = status.nodes.find((candidate) => candidate.name === started.name);
      if (node?.process === 'stopped' && !isRevived(status, started.name)) {
        const others = options.running.filter((name) => name !== started.name);
        throw await diedError(started.name, started, leftRunning(others));
      }
    }
    if (options.deadline.passed) throw timeoutError(status, options);
    await sleep(Math.min(PAUSE_MS, options.deadline.remaining), host.signal);
  }
}

/** Whether a supervisor is there that starts a broker again. */
function isRevived({ supervisor }: ClusterStatus, name: string): boolean {
  const stated = supervisor.processes.find((one) => one.name === name);
  return supervisor.running && stated?.wanted === 'up' && stated.does !== 'given-up';
}

async function noteSessionsSeen(cluster: Cluster, seen: Observation): Promise<void> {
  const election = valueOf(seen.election);
  if (election) await noteSessions(cluster, election, processesOf(seen));
}

function timeoutError(status: ClusterStatus, options: WatchOptions): MqhaError {
  const seconds = Math.round(options.deadline.milliseconds / 1000);
  const nodes = status.nodes.map((node) => `${node.name} ${phaseOfNode(node)}`).join(', ');
  const why = status.problems.map((problem) => `\n  - ${problem.message}`).join('');
  return new MqhaError(
    'timeout',
    `not ready after ${seconds} s: the cluster is ${status.state}; ${nodes}${why}`,
    {
      hint: `See \`mqha status\` and \`mqha logs\`; ${leftRunning(options.running)}. A longer wait: --timeout.`,
    },
  );
}

/** A node's phase as a person follows it. */
export function phaseOfNode(node: NodeStatus): NodePhase {
  if (node.process === 'stopped') return 'stopped';
  switch (node.role) {
    case 'master':
      return node.accepting ? 'serving' : 'waiting for slaves';
    case 'promoting':
      return 'promoting';
    case 'electing':
      return 'electing';
    case 'slave':
      return node.attached === true ? 'attached' : 'attaching';
    case 'none':
    case null:
      return 'launched';
  }
}
