import { clientsOf, queueDepths, type QueueDepth } from '../../clients/management/destinations.js';
import { onceOpen } from '../../clients/management/opening.js';
import { outOfReach, placesOf } from '../../state/agents.js';
import { throwIfInterrupted, type Cluster } from '../../state/cluster.js';
import type { ClusterStatus } from '../../observe/status.js';
import type { Confirm } from '../../operations/stop.js';
import type { ClusterConfig } from '../../config/schema.js';
import { messageOf, MqhaError } from '../../lib/errors.js';
import { isDrillQueue } from '../workloads/payload.js';
import { DEAD_LETTERS } from '../analysis/drain.js';
import { consoleOf, isWhole } from '../drill-context.js';

const ASK_MS = 3000;

/** Who else uses a cluster, as its master says. */
export interface Usage {
  readonly clients: readonly string[];
  readonly queues: readonly QueueDepth[];
}

/** A refusal: nothing was done. It is no verdict on the cluster (exit code 3). */
export function refused(why: string, hint: string): MqhaError {
  return new MqhaError('drill-refused', `no drill: ${why}`, { hint });
}

/** @throws MqhaError `drill-refused` where processes of the cluster are out of reach */
export function refuseElsewhere(cluster: Cluster): void {
  const others = outOfReach(cluster, cluster.config.nodes, 'signal');
  if (others.length === 0) return;
  const why = `${placesOf(others)}, and only processes of this machine can be killed`;
  throw refused(why, 'Drill it there.');
}

/** Whether a cluster is as it should be before anything is done to it. */
export function isHealthy(status: ClusterStatus): boolean {
  return isWhole(status) && status.problems.every(({ severity }) => severity !== 'error');
}

/** @throws MqhaError `drill-refused` where the cluster is not whole, with what is wrong */
export function refuseUnhealthy(status: ClusterStatus): void {
  if (isHealthy(status)) return;
  const problems = status.problems.map(({ message }) => `\n  - ${message}`).join('');
  throw refused(
    `the cluster is ${status.state}${problems}`,
    'See `mqha status`; `mqha up` starts what is missing.',
  );
}

/**
 * Why a person should be asked before this cluster is drilled; nothing where it is mqha's own and
 * nobody else uses it.
 */
export function reasonsToAsk(config: ClusterConfig, usage: Usage): string[] {
  const { clients, queues } = usage;
  // Earlier drills may have left something among the dead letters.
  const others = queues.filter(
    ({ name, messages }) => messages > 0 && !isDrillQueue(name) && name !== DEAD_LETTERS,
  );
  const messages = others.reduce((sum, queue) => sum + queue.messages, 0);
  return [
    ...(config.zookeeper.managed
      ? []
      : [`its ZooKeeper (${config.zookeeper.connect}) is not mqha's`]),
    ...(clients.length === 0 ? [] : [`clients are connected (${some(clients)})`]),
    ...(messages === 0
      ? []
      : [
          `${messages === 1 ? 'a message is' : `${messages} messages are`} in queues (${some(others.map(({ name }) => name))})`,
        ]),
  ];
}

const SHOWN = 3;

function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Asks before a cluster is drilled that others use, or that mqha did not make.
 * @throws MqhaError `declined`, `needs-consent`, and `drill-refused` where the master does not say who uses it
 */
export async function consentToDrill(
  cluster: Cluster,
  status: ClusterStatus,
  confirm: Confirm,
): Promise<void> {
  const usage = await usageOf(cluster, status);
  const reasons = reasonsToAsk(cluster.config, usage);
  if (reasons.length === 0) return;
  const question = `A drill kills, suspends and restarts the processes of ${cluster.config.name}, and ${reasons.join('; ')}. Go on?`;
  if (await confirm(question)) return;
  throw new MqhaError('declined', 'not done: nothing was drilled', {
    hint: 'Drill a cluster that nobody uses, or answer with --yes.',
  });
}

/**
 * Asks the master who uses it, once its console is open.
 * @param limitMs how long that may take
 * @throws MqhaError `drill-refused` where it does not say, `interrupted`
 */
export async function usageOf(
  cluster: Cluster,
  status: ClusterStatus,
  limitMs?: number,
): Promise<Usage> {
  const { host } = cluster;
  const master = consoleOf(cluster, status);
  const ask = async () => {
    if (!master) throw new Error('there is none');
    const [clients, queues] = await Promise.all([
      clientsOf(master, ASK_MS),
      queueDepths(master, ASK_MS),
    ]);
    return { clients, queues };
  };
  try {
    return await onceOpen(ask, host.signal, limitMs);
  } catch (error) {
    throwIfInterrupted(host, 'nothing was done yet');
    throw refused(
      `the master does not say who uses it: ${messageOf(error)}`,
      'See the log of the master (`mqha logs`).',
    );
  }
}
