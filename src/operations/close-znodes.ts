import { authenticatesAtZooKeeper } from '../stores/settings.js';
import { membersOf, type Election } from '../stores/election.js';
import type { Deadline } from '../lib/time.js';
import { outOfReach, seesProcesses } from '../state/agents.js';
import type { Cluster } from '../state/cluster.js';
import { supervisorPid } from '../state/supervisor-lock.js';
import { readSupervisorState } from '../state/supervisor-state.js';

/** Why the znodes of a cluster are open to everybody: empty where they are not. */
export interface KeptOpen {
  /** Nodes whose brokers do not know the password, or were not seen to. */
  readonly nodes: readonly string[];
  /** The supervisor is one of an earlier mqha, which does not know it. */
  readonly supervisor: boolean;
  /** What others have there, in an ensemble that is shared with them. */
  readonly foreign: readonly string[];
  /** Somebody else owns the znode of the cluster. */
  readonly owned: boolean;
}

const NOBODY: KeptOpen = { nodes: [], supervisor: false, foreign: [], owned: false };

/** Whether nobody keeps the znodes open. */
export function areClosed({ nodes, supervisor, foreign, owned }: KeptOpen): boolean {
  return nodes.length === 0 && !supervisor && foreign.length === 0 && !owned;
}

/**
 * Closes the cluster's znodes to everybody who does not know its password, once no broker needs them open that an
 * earlier mqha has started. With `zookeeper.authentication: none` it opens them, while none of its brokers runs.
 *
 * At a managed server it removes what a stranger has made among them before: nobody else has anything there. Whom it
 * removes is no living broker of ours: those of this machine are proven to know the password by then, and those of others
 * are waited for.
 * @returns who keeps them open
 * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
 */
export async function closeZnodes(cluster: Cluster, deadline: Deadline): Promise<KeptOpen> {
  const { config, coordination, registry, host } = cluster;
  const { managed, path, authentication } = config.zookeeper;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  if (authentication === 'none') {
    if (running.size === 0) await coordination.open(deadline);
    return NOBODY;
  }
  const kept = await keptOpen(cluster, deadline);
  const whole = areClosed(kept);
  const { closed, unproven } = await coordination.protect(whole, deadline);
  if (!whole) return kept;
  if (!closed) return { ...kept, owned: true };
  if (!managed || unproven.length === 0) return kept;
  const election = await coordination.snapshot(deadline);
  for (const znode of intruders(cluster, election, unproven, new Set(running.keys()))) {
    if (!(await coordination.release({ znode }, deadline))) continue;
    const container = election.members.find((member) => member.znode === znode)?.container;
    host.emit({
      type: 'warning',
      message: `removed the znode ${path}/${znode}${container == null ? '' : ` (container ${JSON.stringify(container)})`}: whoever made it did not know the password of this cluster`,
    });
  }
  return kept;
}

/**
 * Who needs the znodes open.
 * @throws MqhaError `zookeeper-unreachable`, `zookeeper-denied`
 */
async function keptOpen(cluster: Cluster, deadline: Deadline): Promise<KeptOpen> {
  const { config, coordination, registry } = cluster;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  const old = [...running]
    .filter(([, { argv }]) => !authenticatesAtZooKeeper(argv))
    .map(([name]) => name);
  const elsewhere = outOfReach(cluster, config.nodes, 'processes');
  const supervisor = await isOldSupervisor(cluster);
  if (config.zookeeper.managed && elsewhere.length === 0) {
    return { ...NOBODY, nodes: old, supervisor };
  }
  const { state, unproven } = await coordination.protection(deadline);
  if (state !== 'open') return { ...NOBODY, nodes: old, supervisor };
  const election = await coordination.snapshot(deadline);
  // While nobody is a member, nobody elsewhere would lose anything by being refused until it is started anew.
  const unseen = election.members.length === 0 ? [] : unprovenNodes(elsewhere, election, unproven);
  const foreign = config.zookeeper.managed ? [] : election.foreign;
  return { ...NOBODY, nodes: [...old, ...unseen], supervisor, foreign };
}

/** Those of these nodes that are no members, or members without the password. */
function unprovenNodes(
  nodes: readonly { readonly name: string }[],
  election: Election,
  unproven: readonly string[],
): string[] {
  return nodes
    .map(({ name }) => name)
    .filter((name) => {
      const members = membersOf(election, name);
      return members.length === 0 || members.some(({ znode }) => unproven.includes(znode));
    });
}

/** Of what was made without the password: what no broker of ours can have made that lives. */
function intruders(
  cluster: Cluster,
  election: Election,
  unproven: readonly string[],
  running: ReadonlySet<string>,
): string[] {
  const isHere = seesProcesses(cluster);
  return unproven.filter((znode) => {
    const member = election.members.find((one) => one.znode === znode);
    const node = cluster.config.nodes.find(({ name }) => name === member?.container);
    if (!node) return true;
    if (!isHere(node)) return false;
    // A broker without the patch of the store knows the password, and does not close its znode.
    const proven = membersOf(election, node.name).some((one) => !unproven.includes(one.znode));
    return !running.has(node.name) || proven;
  });
}

/** Whether a supervisor runs that an earlier mqha has started: closed znodes would be out of its sight. */
export async function isOldSupervisor(cluster: Cluster): Promise<boolean> {
  const pid = await supervisorPid(cluster);
  if (pid === undefined || pid === process.pid) return false;
  const state = await readSupervisorState(cluster.layout);
  return state?.pid === pid && state.authenticates !== true;
}
