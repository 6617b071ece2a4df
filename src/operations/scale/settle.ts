import { settingsOf } from '../../stores/settings.js';
import { throwIfInterrupted, type Cluster } from '../../state/cluster.js';
import { refuseHalted } from '../../state/halt.js';
import { toStatus } from '../../observe/to-status.js';
import { observe } from '../../observe/observe.js';
import { inForceOf, type InForce } from '../../state/sizes.js';
import { startNodes } from '../start/start.js';
import type { ClusterStatus } from '../../observe/status.js';
import { stopNodes, type Confirm } from '../stop.js';
import { statusOf } from '../../observe/status-of.js';
import type { NodeConfig } from '../../config/schema.js';
import { MqhaError } from '../../lib/errors.js';
import type { ProcessInfo } from '../../agents/process.js';
import { Deadline, sleep } from '../../lib/time.js';
import { caughtUp, whole } from './whole.js';

const SUCCESSOR_MS = 10_000;

/** A broker may die while it is started, and is started again; so often. */
const ATTEMPTS = 4;

const CONSENTED: Confirm = () => Promise.resolve(true);

/**
 * Brings the processes in line with what is in force, and waits until every node has every message.
 * What runs with another size is restarted, what has left is stopped, what is missing is started.
 * @returns how it all was then
 * @throws MqhaError of stopNodes() and startNodes(); `timeout`, `interrupted`, `scale-unfinished`
 */
export async function settle(
  cluster: Cluster,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<ClusterStatus> {
  const { config, registry } = cluster;
  for (let attempt = 1; ; attempt++) {
    const now = await inForceOf(cluster);
    const { sizes, change } = now;
    const running = await registry.findAll(config.nodes.map(({ name }) => name));
    const away = outOfLine(cluster, now, running);
    if (away.length > 0) {
      const { master } = await statusOf(cluster);
      await stopNodes(cluster, away, { timeoutMs, confirm: CONSENTED, before: refuseHalted });
      const lost = away.some(({ name }) => name === master);
      if (lost && away.length < running.size) await successor(cluster);
    }
    const down = config.nodes.filter(
      (node) => sizes[node.name] !== undefined && (!running.has(node.name) || away.includes(node)),
    );
    try {
      if (down.length > 0) {
        await startNodes(cluster, down, { timeoutMs, whole: false, before: refuseHalted });
      }
      const deadline = Deadline.in(timeoutMs);
      if (await whole(cluster, sizes, deadline)) {
        const status = await caughtUp(cluster, sizes, deadline);
        if (status) return status;
      }
    } catch (error) {
      const died = error instanceof MqhaError && error.code === 'broker-died';
      if (!died || attempt >= ATTEMPTS) throw error;
    }
    if (attempt >= ATTEMPTS) {
      throw new MqhaError('timeout', 'a broker keeps dying while the number of nodes changes', {
        hint: `See \`mqha status\` and \`mqha logs\`; \`mqha scale ${change?.to ?? ''}\` goes on.`,
      });
    }
  }
}

/** Who runs with another size than is in force, or has left. */
function outOfLine(
  { config }: Cluster,
  { sizes, change }: InForce,
  running: ReadonlyMap<string, ProcessInfo>,
): NodeConfig[] {
  return config.nodes.filter(({ name }) => {
    const found = running.get(name);
    if (!found) return false;
    const has = settingsOf(found.argv).replicas ?? change?.from ?? config.replicas;
    return sizes[name] === undefined ? change?.leaving.includes(name) : has !== sizes[name];
  });
}

/** Lets another take over before the machine's cores are needed for a start; where nobody does, the start is what helps. */
async function successor(cluster: Cluster): Promise<void> {
  const deadline = Deadline.in(SUCCESSOR_MS);
  const needed = Math.max(...(await judgeNow(cluster)).nodes.map((n) => n.replicas ?? 0));
  for (;;) {
    throwIfInterrupted(cluster.host, 'the brokers run on as they are');
    const status = await judgeNow(cluster);
    if (status.nodes.some(({ accepting }) => accepting) || deadline.passed) return;
    const members = status.nodes.filter(({ member }) => member !== null).length;
    if (members < Math.floor(needed / 2) + 1) return;
    await sleep(50, cluster.host.signal);
  }
}

const judgeNow = async (cluster: Cluster) => toStatus(cluster, await observe(cluster));
