import type { Fill, Usage } from '../../clients/management/usage.js';
import { sizeText } from '../../config/limits.js';
import type { ClusterConfig } from '../../config/schema.js';
import { settingsOf } from '../../stores/settings.js';
import { processOf, servingIn, type NodeObservation, type Observation } from '../observation.js';
import { problemsChecked } from '../problem-codes.js';
import { valueOf } from '../reading.js';
import type { StatusFacts } from './condition.js';
import { missingHint } from './missing.js';
import type { StatusProblem } from '../status.js';

/** From here on a broker holds senders back (Usage.isFull). */
const FULL = 100;
/** Worth a look before it is full. */
const HIGH = 90;

const MB = 1024 * 1024;

/** Problems that mean: senders get no answer, though the cluster serves. */
const STANDSTILL = problemsChecked('critical');

/** Problems that will be a standstill if nobody does anything. */
const NEAR: ReadonlySet<string> = new Set(['memory-high', 'store-high', 'temp-high']);

/** The problems because of which senders get no answer. */
export function standstills(problems: readonly StatusProblem[]): StatusProblem[] {
  return problems.filter(({ code }) => STANDSTILL.has(code));
}

/** The problems that will hold senders back when they grow. */
export function nearStandstills(problems: readonly StatusProblem[]): StatusProblem[] {
  return problems.filter(({ code }) => NEAR.has(code));
}

/** What is full, who stands still, and what disks cannot hold. */
export function fullnessProblems(
  config: ClusterConfig,
  seen: Observation,
  status: StatusFacts,
): StatusProblem[] {
  const usage = valueOf(seen.master)?.usage;
  return [
    ...(usage ? usageProblems(config, usage, status.master) : []),
    ...waitingForSlaves(seen, status),
    ...diskProblems(config, seen.nodes),
  ];
}

interface Limited {
  readonly what: 'memory' | 'store' | 'temp';
  readonly key: string;
  /** Who stands still when it is full. */
  readonly whose: string;
  readonly hint: string;
  readonly full: Pick<StatusProblem, 'severity' | 'code'>;
  readonly high: Pick<StatusProblem, 'severity' | 'code'>;
}

const LIMITED: readonly Limited[] = [
  {
    what: 'memory',
    key: 'limits.memory',
    whose: 'senders to topics',
    hint: 'Let consumers take what waits (`mqha queues` shows where), or raise java.heap (or limits.memory) in mqha.yaml and run `mqha restart`.',
    full: { severity: 'error', code: 'memory-full' },
    high: { severity: 'warning', code: 'memory-high' },
  },
  {
    what: 'store',
    key: 'limits.store',
    whose: 'senders of persistent messages',
    hint: `Let consumers take what waits (\`mqha queues\` shows where; a log file is freed some seconds after its last message was taken), or raise limits.store in mqha.yaml and run \`mqha restart\`.`,
    full: { severity: 'error', code: 'store-full' },
    high: { severity: 'warning', code: 'store-high' },
  },
  {
    what: 'temp',
    key: 'limits.temp',
    whose:
      'senders of messages that are not persistent, requests over temporary queues among them,',
    hint: 'Let consumers take what waits (`mqha queues` shows where), or raise limits.temp in mqha.yaml and run `mqha restart`.',
    full: { severity: 'error', code: 'temp-full' },
    high: { severity: 'warning', code: 'temp-high' },
  },
];

function usageProblems(
  config: ClusterConfig,
  usage: Usage,
  master: string | null,
): StatusProblem[] {
  const problems = LIMITED.flatMap((limited) => {
    const problem = fillProblem(config, limited, usage[limited.what], master);
    return problem ? [problem] : [];
  });
  if (usage.blocked.length === 0) return problems;
  const full = problems.filter(({ code }) => STANDSTILL.has(code));
  const where = usage.blocked.map(({ destination, senders }) => `${destination} (${senders})`);
  const count = usage.blocked.reduce((sum, { senders }) => sum + senders, 0);
  return [
    ...problems,
    {
      severity: 'error',
      code: 'senders-blocked',
      node: master,
      message: `${count === 1 ? '1 sender is' : `${count} senders are`} blocked on ${master ?? 'the master'}: ${some(where)}`,
      hint:
        full.length > 0
          ? 'They continue once there is room.'
          : 'A full destination blocks them: let consumers take what waits (`mqha queues`), and see `mqha logs` of that node.',
    },
  ];
}

function fillProblem(
  config: ClusterConfig,
  limited: Limited,
  { percent, limitBytes }: Fill,
  master: string | null,
): StatusProblem | undefined {
  if (percent < HIGH) return undefined;
  const { what, key, whose, hint } = limited;
  const full = percent >= FULL;
  const set = {
    memory: `${config.limits.memoryPercent}% of java.heap`,
    store: sizeText(config.limits.storeMb),
    temp: sizeText(config.limits.tempMb),
  }[what];
  const wanted = { memory: 0, store: config.limits.storeMb, temp: config.limits.tempMb }[what];
  const lowered = limitBytes < wanted * MB;
  const of = lowered
    ? `of the ${Math.floor(limitBytes / MB)} MB that its disk can hold (${key}: ${set})`
    : `of ${key} (${set})`;
  return {
    ...(full ? limited.full : limited.high),
    node: master,
    message: `the ${what === 'memory' ? 'memory for messages' : `${what === 'temp' ? 'temp ' : ''}store`} of ${master ?? 'the master'} is ${full ? 'full' : 'nearly full'}: ${percent}% ${of}; ${full ? '' : 'at 100% '}${whose} get no answer`,
    hint: lowered ? `Free some space on that disk. ${hint}` : hint,
  };
}

/**
 * A master acknowledges nothing while fewer slaves than that are attached (MasterLevelDBStore.wal_sync_to). Where its
 * console does not answer, those count that may be attached: who runs, and of whom no log says otherwise.
 */
function waitingForSlaves(seen: Observation, status: StatusFacts): StatusProblem[] {
  const needed = status.quorum - 1;
  const serving = servingIn(seen);
  if (serving === undefined || needed < 1 || !syncOf(seen, serving, status).startsWith('quorum'))
    return [];
  const slaves = valueOf(seen.master)?.replication.slaves;
  const others = seen.nodes.filter(({ node }) => node.name !== serving);
  // A slave that is stopped by a signal counts as attached until its connection ends, and answers nothing.
  const able = others.filter((node) => mayAnswer(seen, node));
  const attached = slaves
    ? slaves.filter(({ attached: is, nodeId }) => {
        const of = others.find((node) => valueOf(node.nodeId) === nodeId);
        return is && (of === undefined || able.includes(of));
      }).length
    : able.filter(({ attachment }) => (valueOf(attachment)?.state ?? 'attached') === 'attached')
        .length;
  if (attached >= needed) return [];
  const suspended = others.some((node) => processOf(node)?.suspended === true);
  return [
    {
      severity: 'error',
      code: 'senders-blocked',
      node: status.master,
      message: `${serving} acknowledges no persistent message: ${attached} of ${needed} slaves that must have it ${needed === 1 ? 'is' : 'are'} attached${suspended ? ' and not suspended' : ''}`,
      hint: missingHint(seen, status, 'or wait until they are attached'),
    },
  ];
}

/** The `sync` that a broker was started with. */
function syncOf(seen: Observation, name: string, { sync }: StatusFacts): string {
  const node = seen.nodes.find((one) => one.node.name === name);
  const found = node && processOf(node);
  return (found && settingsOf(found.argv).sync) ?? sync;
}

/** Whether a slave can have what the master sends it; of another host ZooKeeper says whether it is there. */
function mayAnswer({ election }: Observation, { node, local, ...read }: NodeObservation): boolean {
  const reading = read.process;
  if (local && 'value' in reading) return reading.value !== undefined && !reading.value.suspended;
  const members = valueOf(election)?.members;
  return members === undefined || members.some(({ container }) => container === node.name);
}

/** What the stores may grow to, against the disks under them. */
function diskProblems(config: ClusterConfig, nodes: readonly NodeObservation[]): StatusProblem[] {
  const { storeMb } = config.limits;
  const { logMb } = config.broker.store;
  return nodes.flatMap(({ node, disk: reading }): StatusProblem[] => {
    const disk = valueOf(reading);
    if (!disk) return [];
    const room = Math.floor((disk.freeBytes + disk.heldBytes) / MB);
    if (room >= storeMb) return [];
    const none = room < logMb;
    const less = none
      ? `less than one log file of ${logMb} MB: as master it would block all senders`
      : `less than limits.store (${sizeText(storeMb)})`;
    return [
      {
        severity: none ? 'error' : 'warning',
        code: 'disk-small',
        node: node.name,
        message: `the disk that holds the data of ${node.name} has room for a store of ${room} MB, ${less}`,
        hint: 'Free some space there, or lower limits.store in mqha.yaml and run `mqha restart`.',
      },
    ];
  });
}

/** The first few of a list. */
function some(items: readonly string[]): string {
  const few = items.slice(0, 5);
  const rest = items.length - few.length;
  return `${few.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}
