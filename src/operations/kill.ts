import { tryOpen } from '../clients/amqp/try-open.js';
import { isAccepting } from '../clients/probe.js';
import { asStarted } from '../stores/settings.js';
import { messageEndpoint } from '../config/endpoints.js';
import type { NodeConfig } from '../config/schema.js';
import { membersOf, type Election } from '../stores/election.js';
import { MqhaError } from '../lib/errors.js';
import { Deadline, sleep } from '../lib/time.js';
import { accountOf } from '../state/account.js';
import { throwIfInterrupted, withLock, type Cluster } from '../state/cluster.js';
import { keepFoundIdentity } from '../state/found-identity.js';
import { haltChange } from '../state/halt.js';
import { quorumWithout } from '../observe/quorum.js';
import { want } from '../state/desired-state.js';
import type { ClusterState, ClusterStatus, Role } from '../observe/status.js';
import { confirmQuorumLoss, hasEnded, refuseElsewhere, type Confirm } from './stop.js';
import { statusOf } from '../observe/status-of.js';
import { forgetStopped } from './undo-drill.js';

/** The document of `mqha kill --json`. */
export interface KillResult {
  readonly killed: readonly { readonly name: string; readonly was: Role | null }[];
  /** Who took over; null where there was no failover. */
  readonly newMaster: string | null;
  /** From the signal to the first authenticated open on the new master's message port. */
  readonly failoverMs: number | null;
  readonly state: ClusterState;
}

const PAUSE_MS = 20;

/**
 * Kills nodes with SIGKILL and follows what the cluster does, until the killed have left ZooKeeper
 * and a master lets clients in, or quorum is gone.
 * @returns the outcome, with an error where the time ran out before it came
 * @throws MqhaError `declined`, `node-elsewhere`, `locked`, `interrupted`
 */
export async function killNodes(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  before: ClusterStatus,
  options: { readonly timeoutMs: number; readonly confirm: Confirm },
): Promise<{ readonly result: KillResult; readonly error: MqhaError | undefined }> {
  const { registry, here, host, layout } = cluster;
  refuseElsewhere(cluster, nodes);
  const names = nodes.map((node) => node.name);
  await confirmQuorumLoss(before, names, 'kill', options.confirm);
  const deadline = Deadline.in(options.timeoutMs);
  let began = performance.now();
  const killed = await withLock(layout, host, deadline, async () => {
    const targets = await Promise.all(
      names.map(async (name) => ({ name, process: await registry.find(name) })),
    );
    await haltChange(cluster);
    await keepFoundIdentity(cluster);
    await want(
      cluster,
      targets.flatMap(({ name, process }) => (process ? [name] : [])),
      'down',
    );
    began = performance.now();
    const done: KillResult['killed'][number][] = [];
    for (const { name, process } of targets) {
      if (!process || !(await here.signal(process, 'SIGKILL'))) continue;
      host.emit({ type: 'killed', name, pid: process.pid });
      await hasEnded(cluster, process, deadline);
      done.push({ name, was: before.nodes.find((node) => node.name === name)?.role ?? null });
    }
    await forgetStopped(
      cluster,
      done.map(({ name }) => name),
    );
    return done;
  });
  if (killed.length === 0) {
    const { state } = await statusOf(cluster);
    return { result: { killed, newMaster: null, failoverMs: null, state }, error: undefined };
  }
  const followed = await follow(
    cluster,
    killed.map(({ name }) => name),
    before.master,
    quorumWithout(before, names),
    began,
    deadline,
  );
  const { state } = await statusOf(cluster);
  const { newMaster, failoverMs } = followed;
  return {
    result: { killed, newMaster, failoverMs, state },
    error: followed.timedOut
      ? new MqhaError(
          'timeout',
          `no master lets clients in ${Math.round(options.timeoutMs / 1000)} s after the kill: the cluster is ${state}`,
          { hint: 'See `mqha status`; `mqha up` starts what is missing.' },
        )
      : undefined,
  };
}

interface Followed {
  readonly newMaster: string | null;
  readonly failoverMs: number | null;
  readonly timedOut: boolean;
}

const NO_FAILOVER: Followed = { newMaster: null, failoverMs: null, timedOut: false };

async function follow(
  cluster: Cluster,
  killed: readonly string[],
  masterBefore: string | null,
  quorum: number,
  began: number,
  deadline: Deadline,
): Promise<Followed> {
  const { config, host } = cluster;
  const nodeOf = (name: string | null | undefined) =>
    config.nodes.find((node) => node.name === name && !killed.includes(node.name));
  // A master that is left may be demoted with the elector, so an interruption is looked for, not assumed.
  const left = nodeOf(masterBefore);
  let interrupted = left === undefined;
  let opened: { node: NodeConfig; ms: number } | undefined;
  for (;;) {
    throwIfInterrupted(host, `killed: ${killed.join(', ')}`);
    const election = await readNow(cluster, deadline);
    if (election) {
      const gone = killed.every((name) => membersOf(election, name).length === 0);
      const { master } = election;
      const last = opened?.node ?? left;
      // A new elector says nothing at first, and the master that was there goes on meanwhile.
      const candidate = master ? nodeOf(master.container) : last;
      if (opened?.node !== candidate || !master) {
        const lets = candidate !== undefined && (await letsIn(cluster, candidate, deadline));
        const ms = Math.round(performance.now() - began);
        const stayed = lets && candidate === last;
        interrupted ||= !stayed;
        if (!stayed || !opened) opened = lets ? { node: candidate, ms } : undefined;
      }
      interrupted ||= opened === undefined;
      if (gone && master && opened) {
        return interrupted
          ? { newMaster: opened.node.name, failoverMs: opened.ms, timedOut: false }
          : NO_FAILOVER;
      }
      if (gone && election.members.length < quorum) return NO_FAILOVER;
    }
    if (deadline.passed) return { ...NO_FAILOVER, timedOut: true };
    await sleep(PAUSE_MS, host.signal);
  }
}

/** The election now; undefined while ZooKeeper does not answer, which the final status explains. */
async function readNow(
  { coordination }: Cluster,
  deadline: Deadline,
): Promise<Election | undefined> {
  try {
    return await coordination.snapshot(deadline.within(1500));
  } catch {
    return undefined;
  }
}

async function letsIn(cluster: Cluster, node: NodeConfig, deadline: Deadline): Promise<boolean> {
  const process = await cluster.registry.recorded(node.name);
  const endpoint = messageEndpoint(asStarted(node, process?.argv ?? []));
  if (!(await isAccepting(endpoint))) return false;
  const account = await accountOf(cluster, process?.argv ?? []);
  return (await tryOpen(endpoint, account, deadline.within(2000))).open;
}
