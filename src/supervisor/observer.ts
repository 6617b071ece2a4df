import { isAccepting } from '../clients/probe.js';
import { messageEndpoint } from '../config/endpoints.js';
import { asStarted } from '../stores/settings.js';
import { withinReach } from '../state/agents.js';
import type { Cluster } from '../state/cluster.js';
import { membersOf, type Election } from '../stores/election.js';
import { noteSessions } from '../state/sessions.js';
import type { AttachmentReading, Look, OwnZnode } from './core/look.js';
import { isSame, type ProcessId, type ProcessInfo } from '../agents/process.js';
import type { SupervisedProcess } from './core/state.js';
import { Deadline } from '../lib/time.js';
import { processNames, ZOOKEEPER } from '../config/processes.js';

/** Orphans that no record names are looked for this often. */
const SEARCH_MS = 5000;

/** An election that no watch has reported a change of is read again after this time even so. */
const TRUST_MS = 10_000;

/** A master that answers is asked again after this time: each question costs it a connection. */
const ANSWER_MS = 3000;

const ZOOKEEPER_MS = 1500;
const ACCEPT_MS = 500;

/** Looks at a cluster again and again, for as little as it can. */
export class Observer {
  private cluster: Cluster;
  private readonly onChange: () => void;
  private known = new Map<string, ProcessInfo>();
  private local: ReadonlySet<string> = new Set();
  private searchedAt = -Infinity;
  private election: Election | undefined;
  private readAt = -Infinity;
  private changed = true;
  /** The process that answered last, while nothing has changed since. */
  private answered:
    { readonly name: string; readonly pid: number; readonly at: number } | undefined;

  /** @param onChange called when ZooKeeper reports a change */
  constructor(cluster: Cluster, onChange: () => void) {
    this.cluster = cluster;
    this.onChange = () => {
      this.changed = true;
      onChange();
    };
  }

  /** Goes on with a cluster whose file has changed. */
  use(cluster: Cluster): void {
    this.cluster = cluster;
    this.changed = true;
  }

  /**
   * @param last who served last, to be asked while nobody is known to be elected
   * @param held the processes that are looked after
   * @param attachments how far each of them has attached
   */
  async look(
    last: string | undefined,
    held: ReadonlyMap<string, SupervisedProcess>,
    attachments: Promise<ReadonlyMap<string, AttachmentReading>>,
  ): Promise<Look> {
    const began = performance.now();
    const processes = await this.findProcesses();
    const ended = await this.endedOf(held, processes);
    const { fresh } = await this.readElection(processes);
    if (fresh || this.election === undefined) this.answered = undefined;
    const elected = this.election?.master?.container ?? undefined;
    const znodes =
      fresh && this.election ? await this.ownZnodes(this.election, processes) : undefined;
    return {
      began,
      local: this.local,
      processes,
      ended,
      election: this.election,
      znodes,
      serving: await this.whoServes([elected, last], processes),
      attachments: await attachments,
      zookeeperSilent: await this.isZooKeeperSilent(processes),
    };
  }

  /** Which of those that were there are proven dead; one that mqha.yaml no longer names lives on. */
  private async endedOf(
    held: ReadonlyMap<string, SupervisedProcess>,
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<Look['ended']> {
    const ended: Look['ended'][number][] = [];
    for (const [name, { info }] of held) {
      if (isSame(processes.get(name), info)) continue;
      const { pid, startTime } = info;
      if (!(await this.cluster.registry.isAlive(info))) ended.push({ name, pid, startTime });
    }
    return ended;
  }

  /** Whose znode is whose, from an election that was read after the processes. */
  private async ownZnodes(
    election: Election,
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<NonNullable<Look['znodes']>> {
    // What cannot be noted is left to expire; whatever else was seen counts.
    await noteSessions(this.cluster, election, processes).catch(() => undefined);
    const own = new Map<string, OwnZnode & ProcessId>();
    for (const [name, info] of processes) {
      const [member, ...others] = membersOf(election, name);
      if (!member || others.length > 0 || !(await this.cluster.registry.isAlive(info))) continue;
      const { znode, session } = member;
      own.set(name, { znode, session, pid: info.pid, startTime: info.startTime });
    }
    return own;
  }

  private async findProcesses(): Promise<Map<string, ProcessInfo>> {
    const { config, registry } = this.cluster;
    const local = withinReach(this.cluster, config.nodes, 'processes');
    this.local = new Set(local.map(({ name }) => name));
    const names = processNames(config, local);
    const search = performance.now() - this.searchedAt > SEARCH_MS;
    if (search) this.searchedAt = performance.now();
    const found = await Promise.all(
      names.map(async (name) => {
        const known = this.known.get(name);
        const same = known && (await registry.look(known));
        const process = same ?? (await (search ? registry.find(name) : registry.recorded(name)));
        return [name, process] as const;
      }),
    );
    this.known = new Map(found.flatMap(([name, process]) => (process ? [[name, process]] : [])));
    return this.known;
  }

  private async readElection(
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<{ fresh: boolean }> {
    const { config, coordination } = this.cluster;
    if (config.zookeeper.managed && !processes.has(ZOOKEEPER)) {
      this.election = undefined;
      return { fresh: false };
    }
    const trusted = !this.changed && performance.now() - this.readAt < TRUST_MS;
    if (trusted && this.election) return { fresh: false };
    this.changed = false;
    try {
      this.election = await coordination.snapshot(Deadline.in(ZOOKEEPER_MS), this.onChange);
      this.readAt = performance.now();
      return { fresh: true };
    } catch {
      this.election = undefined;
      return { fresh: false };
    }
  }

  /** @param names the elected one first */
  private async whoServes(
    names: readonly (string | undefined)[],
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<string | undefined> {
    if (this.answersStill(names[0], processes)) return names[0];
    const candidates = this.cluster.config.nodes
      .filter((node) => names.includes(node.name))
      .map((node) => asStarted(node, processes.get(node.name)?.argv ?? []));
    const answers = await Promise.all(
      candidates.map((node) => isAccepting(messageEndpoint(node), ACCEPT_MS)),
    );
    const accepting = candidates.filter((_, index) => answers[index]).map((node) => node.name);
    // An old master may answer for a moment beside the new one.
    const serving = accepting.find((name) => name === names[0]) ?? accepting[0];
    const pid = serving === undefined ? undefined : processes.get(serving)?.pid;
    this.answered =
      serving === undefined || pid === undefined
        ? undefined
        : { name: serving, pid, at: performance.now() };
    return serving;
  }

  /** Whether the elected one answered a moment ago and is the same running process. */
  private answersStill(
    elected: string | undefined,
    processes: ReadonlyMap<string, ProcessInfo>,
  ): boolean {
    const { answered } = this;
    if (answered === undefined || answered.name !== elected) return false;
    const process = processes.get(answered.name);
    return (
      process?.pid === answered.pid &&
      !process.suspended &&
      performance.now() - answered.at < ANSWER_MS
    );
  }

  private async isZooKeeperSilent(processes: ReadonlyMap<string, ProcessInfo>): Promise<boolean> {
    if (this.election !== undefined || !processes.has(ZOOKEEPER)) return false;
    const { store, config } = this.cluster;
    return !(await store.isCoordinatorServing(config, Deadline.in(ACCEPT_MS)));
  }
}
