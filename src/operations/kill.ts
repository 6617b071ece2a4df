import { tryOpen } from '../clients/amqp/try-open.js';
import { askPort } from '../clients/probe.js';
import { asStarted } from '../stores/settings.js';
import { messageEndpoint } from '../config/endpoints.js';
import type { NodeConfig } from '../config/schema.js';
import { MqhaError } from '../lib/errors.js';
import { Deadline, sleep } from '../lib/time.js';
import { accountOf } from '../state/account.js';
import { seesProcesses } from '../state/agents.js';
import { asServed, throwIfInterrupted, withLock, type Cluster } from '../state/cluster.js';
import { keepFoundIdentity } from '../state/found-identity.js';
import { haltChange } from '../state/halt.js';
import { readElectionNow } from '../observe/election-watch.js';
import { unseen, type Observation } from '../observe/observation.js';
import { quorumWithout } from '../observe/quorum.js';
import { read } from '../observe/reading.js';
import { want } from '../state/desired-state.js';
import { RecordsOfAStop } from '../state/unrecorded.js';
import type { ClusterState, ClusterStatus, Role } from '../observe/status.js';
import {
  beginFollowing,
  follow,
  NO_FAILOVER,
  toAsk,
  type Followed,
  type Kill,
  type Outcome,
} from './follow-kill.js';
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
  asked: Cluster,
  nodes: readonly NodeConfig[],
  before: ClusterStatus,
  options: { readonly timeoutMs: number; readonly confirm: Confirm },
): Promise<{ readonly result: KillResult; readonly error: MqhaError | undefined }> {
  const cluster = await asServed(asked);
  const { config, registry, here, host, layout } = cluster;
  refuseElsewhere(cluster, nodes);
  const names = nodes.map((node) => node.name);
  await confirmQuorumLoss(before, names, 'kill', options.confirm);
  const deadline = Deadline.in(options.timeoutMs);
  let began = performance.now();
  const killed = await withLock(layout, host, deadline, async () => {
    const targets = await Promise.all(
      names.map(async (name) => ({ name, process: await registry.find(name) })),
    );
    const records = new RecordsOfAStop(host);
    await records.note(() => haltChange(cluster));
    await keepFoundIdentity(cluster);
    const there = targets.flatMap(({ name, process: found }) => (found ? [name] : []));
    await records.note(() => want(cluster, there, 'down'));
    began = performance.now();
    const done: KillResult['killed'][number][] = [];
    for (const { name, process: found } of targets) {
      if (!found || !(await here.signal(found, 'SIGKILL'))) continue;
      host.emit({ type: 'killed', name, pid: found.pid });
      await hasEnded(cluster, found, deadline);
      done.push({ name, was: before.nodes.find((node) => node.name === name)?.role ?? null });
    }
    const gone = done.map(({ name }) => name);
    await records.note(() => forgetStopped(cluster, gone));
    await records.finish();
    return done;
  });
  if (killed.length === 0) {
    const { state } = await statusOf(cluster);
    return { result: { killed, newMaster: null, failoverMs: null, state }, error: undefined };
  }
  const gone = killed.map(({ name }) => name);
  const kill = {
    killed: gone,
    left: config.nodes.map(({ name }) => name).filter((name) => !gone.includes(name)),
    master: before.master,
    quorum: quorumWithout(before, names),
    began,
  };
  const followed = await followKill(cluster, kill, deadline);
  const { state } = await statusOf(cluster);
  const { newMaster, failoverMs } = followed;
  return {
    result: { killed, newMaster, failoverMs, state },
    error: followed.timedOut
      ? new MqhaError(
          'timeout',
          `no master accepts clients ${Math.round(options.timeoutMs / 1000)} s after the kill: the cluster is ${state}`,
          { hint: 'See `mqha status`; `mqha up` starts what is missing.' },
        )
      : undefined,
  };
}

/** Looks at the cluster until it is known what the kill has led to, or the time has run out. */
async function followKill(
  cluster: Cluster,
  kill: Kill,
  deadline: Deadline,
): Promise<Outcome & { readonly timedOut: boolean }> {
  const { host } = cluster;
  let known = beginFollowing(kill);
  for (;;) {
    throwIfInterrupted(host, `killed: ${kill.killed.join(', ')}`);
    const seen = await lookAfter(cluster, kill, known, deadline);
    const { outcome, known: next } = follow(kill, known, seen, performance.now());
    if (outcome) return { ...outcome, timedOut: false };
    known = next;
    if (deadline.passed) return { ...NO_FAILOVER, timedOut: true };
    await sleep(PAUSE_MS, host.signal);
  }
}

/** The election, and whether the one that matters lets clients in. */
async function lookAfter(
  cluster: Cluster,
  kill: Kill,
  known: Followed,
  deadline: Deadline,
): Promise<Observation> {
  const { config, coordination } = cluster;
  const nothing = unseen(config, seesProcesses(cluster), performance.now());
  // Where ZooKeeper does not answer, the final status explains it.
  const election = await readElectionNow(coordination, deadline.within(1500));
  const name = toAsk(kill, known, election);
  const nodes = nothing.nodes.map(async (unread) => {
    if (unread.node.name !== name) return unread;
    return { ...unread, accepting: await read(() => letsIn(cluster, unread.node, deadline)) };
  });
  return { ...nothing, election, nodes: await Promise.all(nodes) };
}

async function letsIn(cluster: Cluster, node: NodeConfig, deadline: Deadline): Promise<boolean> {
  const found = await cluster.registry.recorded(node.name);
  const endpoint = messageEndpoint(asStarted(node, found?.argv ?? []), cluster.tls);
  const answer = await askPort(endpoint);
  if (answer !== 'serving') return answer === 'full';
  const account = await accountOf(cluster, found?.argv ?? []);
  return (await tryOpen(endpoint, account, deadline.within(2000))).open;
}
