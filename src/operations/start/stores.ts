import { stat } from 'node:fs/promises';
import { endFile, readEndRecord, type EndRecord } from '../../stores/end-record.js';
import { unreadable, type StoreFiles } from '../../stores/store-files.js';
import { quorumOf } from '../../config/checks.js';
import type { ProcessDirectories } from '../../config/layout.js';
import type { NodeConfig } from '../../config/schema.js';
import { type Election } from '../../stores/election.js';
import { Deadline } from '../../lib/time.js';
import { ZOOKEEPER } from '../../config/processes.js';
import { agentOf, withinReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import { noteCopies, readCopies } from '../../state/copies.js';
import {
  canBeSpared,
  isLost,
  isWhole,
  refuseBehind,
  refuseDamaged,
  refuseLostCopies,
  refuseWithoutFurthest,
  withoutThisOne,
  type NodeStore,
} from './store-refusals.js';
import { freeBytes, isShort } from '../../observe/disk.js';
import { ensureProcessDirectories } from './prepare.js';

const ASK_MS = 1500;
const MB = 1024 * 1024;

/** What may have changed while the broker that found damage was ending. */
const ENDING_MS = 2000;

/** What is known of the stores of nodes that may start. Names are those of nodes. */
export interface SettledStores {
  /** Who must not take part in an election before the others have: they have nothing, or less, and two of them would be a quorum. */
  readonly later: ReadonlySet<string>;
  /** Whose copy is gone. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Looks at the stores of nodes that are to start, before the first process does. What a killed attach has left is put
 * back. A damaged store is set aside, so that its node attaches anew, where nothing can be lost by that: where a master
 * is there, whose log every slave takes; where a quorum of others is whole, since what was acknowledged is on one of
 * any quorum; or where the log of another one that is whole goes at least as far.
 *
 * @throws MqhaError `store-damaged` where no other copy will do; `copies-lost` where more copies are gone than a quorum
 *   bears; `store-empty`, `store-behind` where the node whose log goes furthest is not among those that start or run;
 *   `no-permission`, `no-directory` where a store cannot be read; `disk-full`
 */
export async function settleStores(
  cluster: Cluster,
  starting: readonly NodeConfig[],
): Promise<SettledStores> {
  const looked: NodeStore[] = [];
  for (const node of starting) {
    try {
      await tidy(cluster, node);
      looked.push({ node, ...(await lookBefore(cluster, node)), running: false });
    } catch (error) {
      throw withoutThisOne(error, node, starting);
    }
  }
  const copies = await readCopies(cluster.layout);
  const lost = new Set(
    looked.filter((store) => isLost(store, copies)).map(({ node }) => node.name),
  );
  await noteCopies(
    cluster.layout,
    looked.filter(isWhole).map(({ node }) => node.name),
  );
  const areAlike = looked.every(isWhole) && new Set(looked.map(({ look }) => look.end)).size <= 1;
  if (areAlike && looked.length === cluster.config.nodes.length) return { later: new Set(), lost };
  const election = await electionNow(cluster);
  const hasMaster = await livesMaster(cluster, starting, election);
  if (areAlike && hasMaster) return { later: new Set(), lost };
  const others = await lookAtOthers(cluster, starting, hasMaster || areAlike);
  const damaged = looked.filter(({ look }) => look.state === 'damaged');
  const whole = [...looked, ...others].filter(isWhole);
  const first = [...looked, ...others.filter(({ running }) => running)].filter(isWhole);
  if (!hasMaster) {
    refuseDamaged(damaged.filter((store) => !canBeSpared(cluster, store, whole, election)));
    refuseLostCopies(cluster, looked, whole, copies);
    refuseWithoutFurthest(looked, first, others);
    refuseBehind(cluster, looked, first, others);
  }
  const reached = Math.max(0, ...whole.map(({ look }) => look.end));
  for (const store of damaged) await setAside(cluster, store, reached);
  const waiting = hasMaster || first.length === 0 ? [] : later(cluster, looked, first);
  return { later: new Set(waiting), lost };
}

/**
 * Who must not take part in an election before the others have: who has nothing, and who is behind where those that are
 * could be a quorum by themselves. An election takes the longest log of whoever is there.
 */
function later(
  { config }: Cluster,
  looked: readonly NodeStore[],
  first: readonly NodeStore[],
): string[] {
  const furthest = Math.max(...first.map(({ look }) => look.end));
  const waiting = first.some(({ running, look }) => running && look.end === furthest);
  const behind = looked.filter((store) => !isWhole(store) || store.look.end < furthest);
  const all = !waiting && behind.length >= quorumOf(config.replicas);
  return behind.filter((store) => all || !isWhole(store)).map(({ node }) => node.name);
}

async function tidy({ layout, host, config, store }: Cluster, node: NodeConfig): Promise<void> {
  const directories = layout.node(node.name);
  await ensureProcessDirectories(directories);
  const free = await freeBytes(directories.data);
  // Of an attach that was broken off no copy is kept: the next one needs what it takes.
  const hasRoom = free === undefined || !isShort(free);
  const outcome = await store.files.putRight(directories.data, host.now(), hasRoom);
  if (outcome.action === 'restored') {
    host.emit({ type: 'stash-restored', node: node.name, kept: outcome.kept });
  }
  // Its broker may have kept some as well.
  await store.files.limitKept(directories.data, config.limits.storeMb * MB, hasRoom);
}

/** Whether a master is there that is none of these, and no znode that a dead one has left. */
async function livesMaster(
  cluster: Cluster,
  starting: readonly NodeConfig[],
  election: Election | undefined,
): Promise<boolean> {
  const { config, registry } = cluster;
  const master = election?.master;
  if (typeof master?.address !== 'string') return false;
  if (starting.some(({ name }) => name === master.container)) return false;
  const node = config.nodes.find(({ name }) => name === master.container);
  if (!node || !agentOf(cluster, node).can.has('processes')) return true;
  return (await registry.find(node.name)) !== undefined;
}

/** Has a broker cut off what lies behind damage in its log (dev.mqha.patches.damaged_store.Recovery); a person gives it, see docs/stores.md. */
const CUT = '-Dmqha.store.cut=true';

/** What the look finds, and what the last broker has found that a look does not. */
async function lookBefore(
  { layout, config, store }: Cluster,
  node: NodeConfig,
): Promise<Pick<NodeStore, 'look' | 'foundInside'>> {
  const directories = layout.node(node.name);
  const look = await store.files.look(directories.data);
  // The broker looks itself, and ends where there is more to it than what can be cut off.
  if (config.java.options.includes(CUT)) {
    const state = look.state === 'damaged' ? 'whole' : look.state;
    return { look: { ...look, state, damage: [] }, foundInside: false };
  }
  const found = await damageFound(store.files, directories);
  if (look.state !== 'whole' || !found) return { look, foundInside: false };
  return { look: { ...look, state: 'damaged', damage: [found.message] }, foundInside: true };
}

/**
 * That the last broker of a node has ended since its store is damaged; undefined where it has not, or where the
 * store was changed since then, as by a person who put it right.
 */
async function damageFound(
  files: Pick<StoreFiles, 'directory'>,
  directories: ProcessDirectories,
): Promise<EndRecord | undefined> {
  const record = await readEndRecord(directories.log);
  if (record?.code !== 'store-damaged') return undefined;
  const store = await stat(files.directory(directories.data)).catch(() => undefined);
  return store && store.mtimeMs <= Date.parse(record.at) + ENDING_MS ? record : undefined;
}

async function electionNow({
  config,
  registry,
  coordination,
}: Cluster): Promise<Election | undefined> {
  // Nobody answers then, and a start would wait for that.
  if (config.zookeeper.managed && !(await registry.find(ZOOKEEPER))) return undefined;
  try {
    return await coordination.snapshot(Deadline.in(ASK_MS));
  } catch {
    return undefined; // Without it there is no master.
  }
}

/**
 * What the other nodes of this machine have.
 * @param spared whether their stores do not matter; one that cannot be read may go furthest
 */
async function lookAtOthers(
  cluster: Cluster,
  starting: readonly NodeConfig[],
  spared: boolean,
): Promise<NodeStore[]> {
  const { config, layout, registry, store } = cluster;
  const names = starting.map(({ name }) => name);
  const others = withinReach(cluster, config.nodes, 'files').filter(
    ({ name }) => !names.includes(name),
  );
  const processes = await registry.findAll(others.map((node) => node.name));
  return Promise.all(
    others.map(async (node) => {
      const running = processes.has(node.name);
      try {
        const seen = running
          ? {
              look: await store.files.lookAtRunning(layout.node(node.name).data),
              foundInside: false,
            }
          : await lookBefore(cluster, node);
        return { node, ...seen, running };
      } catch (error) {
        if (!spared) throw error;
        return { node, look: unreadable([]), foundInside: false, running: false };
      }
    }),
  );
}

/** @param reached how far the longest log of the others goes that are whole, in bytes */
async function setAside(
  cluster: Cluster,
  { node, look }: NodeStore,
  reached: number,
): Promise<void> {
  const {
    layout,
    host,
    journal,
    config,
    store: { files },
  } = cluster;
  const { data, log } = layout.node(node.name);
  // What no quorum ever had ends so as well; where the others were cut it is what is missing.
  const further =
    look.end > reached
      ? `; its log goes ${look.end - reached} bytes further than those of the others`
      : '';
  const why = `damaged: ${look.damage.join('; ')}${further}`;
  const kept = await files.setAside(data, host.now(), why, endFile(log));
  await files.limitKept(data, config.limits.storeMb * MB);
  host.emit({ type: 'store-set-aside', node: node.name, kept, why });
  if (further !== '') {
    host.emit({
      type: 'warning',
      message: `the store of ${node.name} that was set aside goes ${look.end - reached} bytes further than those of the others: compare with what your senders had acknowledged before you remove ${kept}`,
    });
  }
  await journal.append({ source: 'command', type: 'store-set-aside', node: node.name, kept, why });
}
