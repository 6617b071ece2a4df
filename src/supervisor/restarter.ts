import type { Cluster } from '../state/cluster.js';
import { openCluster, withLock } from '../state/cluster.js';
import { diskRoom, isFull } from '../observe/disk.js';
import { launchNodes } from '../operations/start/launch.js';
import { prepareRuntime, type Prepared } from '../operations/start/prepare.js';
import { isWanted, type DesiredState } from '../state/desired-state-file.js';
import { messageOf, MqhaError } from '../lib/errors.js';
import { Deadline } from '../lib/time.js';
import { ZOOKEEPER } from '../stores/replicated-leveldb/zookeeper/server.js';
import { ZooKeeperReader } from '../stores/replicated-leveldb/zookeeper/session.js';
import { CrashBackoff, type Lately } from './crash-backoff.js';
import { withRoom } from './short-disks.js';
import type { DesiredStateReader } from './desired-state-reader.js';

/** A command that holds the lock is let finish; then it is tried again. */
const LOCK_MS = 100;
const START_MS = 40_000;
/** A node whose disk has no room is looked at again after this time. */
const ROOM_MS = 1000;

/** Errors of a start that only a person can end. */
const HOPELESS = new Set(['store-damaged', 'copies-lost']);

/** What is done about one process that is wanted and does not run. */
export type RestartState =
  | { readonly state: 'waiting'; readonly attempt: number; readonly at: number }
  | { readonly state: 'starting'; readonly attempt: number }
  /** Launched, and maybe not seen yet: a look that began before that proves nothing. */
  | { readonly state: 'launched'; readonly at: number }
  | { readonly state: 'given-up'; readonly deaths: number };

/** A process that keeps dying, and what of. */
export interface Dying extends Lately {
  readonly reason: string | undefined;
}

interface Attempt {
  readonly name: string;
  readonly attempt: number;
}

/** Starts again what died although it is wanted, with growing pauses, up to a limit. */
export class Restarter {
  private readonly wantedReader: DesiredStateReader;
  private readonly deaths = new Map<string, CrashBackoff>();
  /** Of the last death, or failed start. */
  private readonly reasons = new Map<string, string>();
  private readonly states = new Map<string, RestartState>();
  private readonly askedAt = new Map<string, string>();
  /** Given up since no other copy would do for theirs. */
  private readonly refused = new Set<string>();
  private prepared: Prepared | undefined;
  private running: Promise<void> | undefined;

  constructor(wantedReader: DesiredStateReader) {
    this.wantedReader = wantedReader;
  }

  /** What is being done, by name. */
  get current(): ReadonlyMap<string, RestartState> {
    return this.states;
  }

  /** Forgives what a person has asked for anew. @returns the names */
  resetOnRequest(wanted: DesiredState): string[] {
    const forgiven: string[] = [];
    for (const [name, { state, at }] of Object.entries(wanted.processes)) {
      if (this.askedAt.get(name) === at) continue;
      const first = !this.askedAt.has(name);
      this.askedAt.set(name, at);
      if (first || state === 'down') continue;
      this.deaths.get(name)?.forgive();
      this.states.delete(name);
      forgiven.push(name);
    }
    return forgiven;
  }

  /** Somebody serves, whose log will do. */
  served(): void {
    for (const name of this.refused) {
      if (this.states.get(name)?.state === 'given-up') this.states.delete(name);
    }
    this.refused.clear();
  }

  /** Notes why a process died. */
  note(name: string, reason: string): void {
    this.reasons.set(name, reason);
  }

  /** Those that have died often of late and are started again even so, by name. */
  dying(now: number): ReadonlyMap<string, Dying> {
    const found = new Map<string, Dying>();
    for (const [name, deaths] of this.deaths) {
      const lately = deaths.lately(now);
      if (!lately || this.states.get(name)?.state === 'given-up') continue;
      found.set(name, { ...lately, reason: this.reasons.get(name) });
    }
    return found;
  }

  /** Whether a process is being launched, or was and is not seen yet. */
  isStarting(name: string): boolean {
    const state = this.states.get(name)?.state;
    return state === 'starting' || state === 'launched';
  }

  /** A start that is planned is not made. */
  async abandon(cluster: Cluster, name: string, reason: string): Promise<void> {
    const known = this.states.get(name);
    if (known?.state === 'waiting') await this.giveUp(cluster, name, known.attempt, 0, reason);
  }

  private async giveUp(
    cluster: Cluster,
    node: string,
    deaths: number,
    withinMs: number,
    reason: string | undefined,
  ): Promise<void> {
    this.states.set(node, { state: 'given-up', deaths });
    await cluster.journal.append({
      source: 'supervisor',
      type: 'gave-up',
      node,
      deaths,
      withinMs: Math.round(withinMs),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Nothing has to be done about a process that runs, or is not wanted. */
  settle(name: string): void {
    this.states.delete(name);
  }

  /** Forgets the processes that mqha.yaml no longer names. */
  keepOnly(names: readonly string[]): void {
    for (const known of [this.states, this.deaths, this.reasons]) {
      for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
    }
  }

  /**
   * Plans the start of a process that is wanted and has died, unless that is planned.
   * @param ofUseMs how long it had been of use
   * @param lookedAt when the look began that did not find it
   * @param hopeless why it must not be tried again, where it must not
   */
  async plan(
    cluster: Cluster,
    name: string,
    ofUseMs: number,
    lookedAt: number,
    hopeless?: string,
  ): Promise<void> {
    const known = this.states.get(name);
    if (known && !(known.state === 'launched' && lookedAt > known.at)) return;
    let deaths = this.deaths.get(name);
    if (!deaths) this.deaths.set(name, (deaths = new CrashBackoff()));
    const now = performance.now();
    const verdict = deaths.count(now, ofUseMs, cluster.config.supervisor.restarts);
    if (verdict.action === 'give-up' || hopeless !== undefined) {
      const { deaths: count, withinMs } =
        verdict.action === 'give-up' ? verdict : { deaths: verdict.attempt, withinMs: 0 };
      return this.giveUp(cluster, name, count, withinMs, hopeless);
    }
    const { attempt, delayMs } = verdict;
    this.states.set(name, { state: 'waiting', attempt, at: now + delayMs });
    await cluster.journal.append({
      source: 'supervisor',
      type: 'restart-planned',
      node: name,
      attempt,
      delayMs,
    });
  }

  /** Whether something is to be started, or has just been. */
  get isBusy(): boolean {
    return [...this.states.values()].some(({ state }) => state !== 'given-up');
  }

  /**
   * Begins the starts that are due; returns at once.
   * @param room how many brokers may be launched although their disk is short of room
   * @param onDone called when they were launched or failed
   */
  begin(cluster: Cluster, room: number, onDone: () => void): void {
    if (this.running) return;
    const now = performance.now();
    const due = [...this.states].filter(([, s]) => s.state === 'waiting' && s.at <= now);
    if (due.length === 0) return;
    this.running = this.start(cluster, new Map(due), room).finally(() => {
      this.running = undefined;
      onDone();
    });
  }

  private async start(
    cluster: Cluster,
    due: ReadonlyMap<string, RestartState>,
    room: number,
  ): Promise<void> {
    const { layout, host } = cluster;
    const all = [...due]
      .map(([name, state]) => ({ name, attempt: 'attempt' in state ? state.attempt : 0 }))
      .sort((a, b) => Number(b.name === ZOOKEEPER) - Number(a.name === ZOOKEEPER));
    const attempts = await this.ready(cluster, all, room);
    if (attempts.length === 0) return;
    const reader = new ZooKeeperReader(cluster.config.zookeeper.connect);
    try {
      this.prepared ??= await prepareRuntime(host, { javaHome: cluster.config.java.home });
      const { prepared } = this;
      await withLock(layout, host, Deadline.in(LOCK_MS), async () => {
        const wanted = await this.wantedReader.read(cluster);
        // As it is with the lock held: mqha.yaml may have been changed a moment ago.
        const current = await openCluster(layout.directory, host);
        const asked = attempts.filter(({ name }) => isWanted(wanted, name));
        if (asked.length === 0) return;
        const launch = (some: readonly Attempt[]) => this.launch(current, prepared, reader, some);
        // Together, so that their stores are looked at together.
        const error = await launch(asked);
        if (error === undefined) return;
        // What keeps one from starting is no fault of the others, unless it is about all of them.
        const alone = asked.length > 1 && !isAbout(error, 'copies-lost');
        for (const attempt of asked) {
          const why = alone ? await launch([attempt]) : error;
          if (why !== undefined) await this.failed(cluster, attempt, why);
        }
      });
    } catch (error) {
      // A command is at work: it may do what was to be done here.
      if (error instanceof MqhaError && error.code === 'locked') return;
      for (const attempt of attempts) await this.failed(cluster, attempt, error);
    } finally {
      reader.close();
    }
  }

  /** Those that can start on their disks; the others wait, which is no failure. */
  private async ready(
    { layout }: Cluster,
    attempts: readonly Attempt[],
    room: number,
  ): Promise<Attempt[]> {
    const disks = new Map<string, number>();
    for (const { name } of attempts) {
      const { data } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
      const disk = await diskRoom(data);
      // ZooKeeper attaches to nobody, and takes little.
      if (disk && (name !== ZOOKEEPER || isFull(disk.freeBytes))) disks.set(name, disk.freeBytes);
    }
    const ready = withRoom(attempts, disks, room);
    for (const { name, attempt } of attempts.filter((one) => !ready.includes(one))) {
      this.states.set(name, { state: 'waiting', attempt, at: performance.now() + ROOM_MS });
    }
    return ready;
  }

  /** @returns why they could not be launched; undefined where they were */
  private async launch(
    cluster: Cluster,
    prepared: Prepared,
    reader: ZooKeeperReader,
    attempts: readonly Attempt[],
  ): Promise<unknown> {
    for (const { name, attempt } of attempts) this.states.set(name, { state: 'starting', attempt });
    const names = attempts.map(({ name }) => name);
    const nodes = cluster.config.nodes.filter(({ name }) => names.includes(name));
    try {
      const result = await launchNodes(cluster, nodes, prepared, reader, Deadline.in(START_MS));
      const { plan, started } = result;
      const launched = [ZOOKEEPER, ...[...plan.running, ...started].map(({ name }) => name)];
      const at = performance.now();
      // Who had to wait for the others' election is started when there is one.
      for (const { name, attempt } of attempts) {
        const state = launched.includes(name) ? 'launched' : 'waiting';
        this.states.set(name, { state, attempt, at });
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private async failed(
    cluster: Cluster,
    { name, attempt }: Attempt,
    error: unknown,
  ): Promise<void> {
    this.prepared = undefined; // Java or the cache may be what is wrong.
    this.note(name, messageOf(error));
    await cluster.journal.append({
      source: 'supervisor',
      type: 'restart-failed',
      node: name,
      attempt,
      reason: messageOf(error),
    });
    this.states.delete(name);
    if (await cluster.registry.find(name)) return;
    // Only a person can bring back what is gone.
    const hopeless =
      error instanceof MqhaError && HOPELESS.has(error.code) ? error.message : undefined;
    if (hopeless !== undefined) this.refused.add(name);
    await this.plan(cluster, name, 0, performance.now(), hopeless);
  }
}

function isAbout(error: unknown, code: string): boolean {
  return error instanceof MqhaError && error.code === code;
}
