import { existsSync, statSync } from 'node:fs';
import { endOfLast, type EndRecord } from '../stores/replicated-leveldb/end-record.js';
import { openCluster, type Cluster } from '../state/cluster.js';
import { diskRoom, isFull } from '../observe/disk.js';
import { decidingOf } from '../observe/quorum.js';
import { releaseZnodes } from '../state/sessions.js';
import { isWanted } from '../state/desired-state-file.js';
import { quorumOf } from '../config/checks.js';
import { membersOf } from '../stores/replicated-leveldb/election/election.js';
import { messageOf } from '../lib/errors.js';
import type { NewEntry } from '../state/journal/entries.js';
import { changesOfMaster } from '../state/journal/history.js';
import { Deadline, sleep } from '../lib/time.js';
import { processNames, ZOOKEEPER } from '../stores/replicated-leveldb/zookeeper/server.js';
import { ZooKeeperReader } from '../stores/replicated-leveldb/zookeeper/session.js';
import { Kills } from './kills.js';
import { Observer, type Glance } from './observer.js';
import { FailoverLog } from './failover-log.js';
import { Restarter } from './restarter.js';
import { Copies } from './copies.js';
import { Failures } from './failures.js';
import { FaultClock, faultsOf, type Fault, type FaultInput } from './rules.js';
import { roomOnShortDisks } from './short-disks.js';
import { faultInputOf } from './fault-input.js';
import { StateWriter } from './state-writer.js';
import {
  markHealthy,
  markUnhealthy,
  SupervisedProcesses,
  type SupervisedProcess,
} from './supervised-processes.js';
import { DesiredStateReader } from './desired-state-reader.js';

/** An entry of the supervisor's. */
type Untold = DistributiveOmit<NewEntry, 'source'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The pauses between two looks: nothing is wrong, something may be, nobody serves. */
const CALM_MS = 1000;
const ALERT_MS = 250;
const OUTAGE_MS = 50;

/** A dead broker is started again only when its successor serves: both need the machine's cores. */
const SUCCESSOR_MS = 3000;

const RELEASE_MS = 1500;

/**
 * Looks after the brokers and the managed ZooKeeper of one cluster on this host, until its signal is
 * aborted or the cluster is gone. The brokers do not depend on it: it takes over what runs, and what
 * runs stays when it ends. Call it with the supervisor's lock held.
 */
export class Supervisor {
  private cluster: Cluster;
  private readonly reader: ZooKeeperReader;
  private readonly lookout: Observer;
  private mastership = new FailoverLog();
  private readonly clock = new FaultClock();
  private readonly wantedReader = new DesiredStateReader();
  private readonly revival = new Restarter(this.wantedReader);
  private readonly wards: SupervisedProcesses;
  private readonly statement: StateWriter;
  private readonly failures = new Failures();
  private readonly copies = new Copies();
  private readonly kills: Kills;
  private wakeUp = new AbortController();
  private servedZnode: string | undefined;
  private elected: string | undefined;
  private lostAt: number | undefined;
  private zookeeperLostAt: number | undefined;
  private fileTime: number;
  private stumbledOver = '';

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.statement = new StateWriter(cluster.host.now());
    this.reader = new ZooKeeperReader(cluster.config.zookeeper.connect);
    this.lookout = new Observer(cluster, this.reader, () => {
      this.wake();
    });
    this.wards = new SupervisedProcesses(this.reader, async (ward, removed) => {
      await this.onProcessExit(ward, removed);
      this.wake();
    });
    this.kills = new Kills(this.wards, this.revival, this.failures);
    this.fileTime = this.timeOfFile();
  }

  /** @param onReady called after the first look */
  async run(onReady: (takenOver: readonly string[]) => Promise<void>): Promise<void> {
    const { signal } = this.cluster.host;
    const stop = () => {
      this.wake();
    };
    signal.addEventListener('abort', stop);
    let ready = false;
    await this.recall();
    while (!signal.aborted && existsSync(this.cluster.layout.file)) {
      this.wakeUp = new AbortController();
      const pause = await this.turn().catch((error: unknown) => this.stumble(error));
      if (!ready) await onReady(this.wards.all.map(({ name }) => name));
      ready = true;
      await sleep(pause, this.wakeUp.signal);
    }
    signal.removeEventListener('abort', stop);
    this.wards.close();
    this.reader.close();
  }

  /** What happened while no supervisor was there: `mqha up` starts one when it is done. */
  private async recall(): Promise<void> {
    const { config, registry, journal } = this.cluster;
    // A journal that cannot be read keeps nobody from looking after the brokers.
    const entries = await journal.read().catch(() => []);
    this.mastership = new FailoverLog(changesOfMaster(entries).at(-1));
    for (const { name } of config.nodes) {
      const pid = (await registry.find(name)) ? undefined : await registry.lastPid(name);
      const end = pid === undefined ? undefined : await this.endOf(name, pid);
      if (end) this.failures.note(name, end, undefined);
    }
  }

  /** A look that failed is told once, and tried again. */
  private async stumble(error: unknown): Promise<number> {
    const reason = messageOf(error);
    if (reason !== this.stumbledOver) await this.tell({ type: 'supervisor-problem', reason });
    this.stumbledOver = reason;
    return CALM_MS;
  }

  private wake(): void {
    this.wakeUp.abort();
  }

  /** One look, and what follows from it; returns the pause until the next. */
  private async turn(): Promise<number> {
    await this.reload();
    for (const name of this.revival.resetOnRequest(await this.wantedReader.read(this.cluster))) {
      this.failures.forgive(name);
      this.kills.forgive(name);
    }
    const glance = await this.lookout.look(this.mastership.last);
    await this.followProcesses(glance);
    await this.followZooKeeper(glance);
    this.followMaster(glance);
    if (!this.mastership.isServed) await this.kills.endMasterBehind(this.cluster, glance);
    await this.kills.endDoomed(this.cluster, this.mastership.isServed);
    const due = await this.findFaults(glance);
    for (const fault of due.faults) await this.kills.end(this.cluster, fault, glance);
    await this.release(glance);
    await this.revive(glance);
    await this.statement.write(this.cluster, {
      serving: this.mastership.isServed ? this.mastership.last : undefined,
      isWanted: (name) => this.isWanted(name),
      revival: this.revival.current,
      faults: due.present,
      dying: this.revival.dying(performance.now()),
    });
    const { isServed } = this.mastership;
    const anyWanted = this.cluster.config.nodes.some(({ name }) => this.isWanted(name));
    if (!isServed && anyWanted && this.mastership.last !== undefined) return OUTAGE_MS;
    return this.clock.isCalm && !this.revival.isBusy ? CALM_MS : ALERT_MS;
  }

  private isWanted(name: string): boolean {
    return isWanted(this.wantedReader.last, name);
  }

  private timeOfFile(): number {
    return statSync(this.cluster.layout.file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  /** mqha.yaml says what exists; while it cannot be read the last that could is valid. */
  private async reload(): Promise<void> {
    const time = this.timeOfFile();
    if (time === this.fileTime) return;
    this.fileTime = time;
    try {
      this.cluster = await openCluster(this.cluster.layout.directory, this.cluster.host);
      this.lookout.use(this.cluster);
    } catch (error) {
      await this.tell({ type: 'config-problem', reason: messageOf(error) });
    }
  }

  private async followProcesses(glance: Glance): Promise<void> {
    const { processes, election } = glance;
    const { came, gone } = await this.wards.follow(this.cluster, processes);
    for (const { name, usefulMs } of gone) {
      // What is there already was started by a command.
      if (processes.has(name) || !this.isWanted(name)) continue;
      const hopeless = this.failures.hopeless(name, this.cluster.config.nodes.length);
      await this.revival.plan(this.cluster, name, usefulMs, glance.began, hopeless);
    }
    for (const { name, info } of came) {
      await this.tell({ type: 'process-started', node: name, pid: info.pid });
    }
    for (const name of processes.keys()) this.revival.settle(name);
    if (glance.fresh && election) await this.wards.noteZnodes(this.cluster, election, processes);
  }

  /** Tells of the end of a process. */
  private async onProcessExit(
    { name, info, killed }: SupervisedProcess,
    removed: { readonly znode: string; readonly session: string } | undefined,
  ): Promise<void> {
    // A command says what it wants before it ends a process, maybe a moment ago.
    await this.wantedReader.read(this.cluster);
    const wanted = this.isWanted(name) ? 'up' : 'down';
    const end = await this.endOf(name, info.pid);
    for (const other of end ? this.failures.note(name, end, this.elected) : []) {
      this.kills.doom(other, `${other} and ${name} end for the same reason`);
    }
    if (end?.code === 'log-lost') this.missCopy(name);
    const full = wanted === 'up' ? await this.fullDiskOf(name) : undefined;
    const why = killed ?? end?.message ?? full;
    const reason = why ?? (wanted === 'up' ? `${name} died` : `${name} was stopped`);
    this.revival.note(name, reason);
    const lost = this.mastership.died(name, this.cluster.host.now().getTime(), reason);
    if (lost.length > 0) this.lostAt = performance.now();
    void this.tell({
      type: 'process-ended',
      node: name,
      pid: info.pid,
      wanted,
      ...(why === undefined ? {} : { how: why }),
      ...(end === undefined ? {} : { code: end.code }),
    });
    if (removed) {
      const { znode, session } = removed;
      void this.tell({ type: 'znode-removed', node: name, znode, session });
    }
    for (const entry of lost) void this.cluster.journal.append(entry);
  }

  private missCopy(name: string): void {
    const { replicas } = this.cluster.config;
    const nodes = this.copies.lost(name, replicas - quorumOf(replicas));
    if (!nodes) return;
    this.statement.copiesLost = { at: this.cluster.host.now().toISOString(), nodes };
    void this.tell({ type: 'copies-lost', nodes });
  }

  /** Why a broker ended itself; undefined where it did not. */
  private async endOf(name: string, pid: number): Promise<EndRecord | undefined> {
    if (name === ZOOKEEPER) return undefined;
    return endOfLast(this.cluster.layout.node(name).log, pid);
  }

  /** On a full disk a process cannot write why it ends. */
  private async fullDiskOf(name: string): Promise<string | undefined> {
    const { layout } = this.cluster;
    const { data } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
    const disk = await diskRoom(data);
    return disk && isFull(disk.freeBytes) ? 'the disk that holds its data is full' : undefined;
  }

  private tell(entry: Untold): Promise<void> {
    return this.cluster.journal.append({ source: 'supervisor', ...entry });
  }

  private async followZooKeeper({ election }: Glance): Promise<void> {
    const { config } = this.cluster;
    const away = election === undefined && this.isAnybodyWanted();
    if (away && this.zookeeperLostAt === undefined) {
      this.zookeeperLostAt = performance.now();
      await this.tell({
        type: 'zookeeper-lost',
        reason: `${config.zookeeper.connect} does not answer`,
      });
    } else if (election !== undefined && this.zookeeperLostAt !== undefined) {
      const outageMs = Math.round(performance.now() - this.zookeeperLostAt);
      this.zookeeperLostAt = undefined;
      await this.tell({ type: 'zookeeper-back', outageMs });
    }
  }

  private isAnybodyWanted(): boolean {
    return this.cluster.config.nodes.some(({ name }) => this.isWanted(name));
  }

  private followMaster({ election, serving, processes }: Glance): void {
    const { host, journal } = this.cluster;
    const elected = election?.master?.container ?? undefined;
    const last = this.mastership.last;
    const reason =
      election === undefined
        ? 'ZooKeeper is away'
        : last !== undefined && !this.isWanted(last)
          ? `${last} was stopped`
          : last !== undefined && !processes.has(last)
            ? `${last} ended`
            : elected === last
              ? `${last ?? 'the master'} does not answer`
              : `${last ?? 'the master'} was demoted`;
    const entries = this.mastership.update({ serving, elected, reason }, host.now().getTime());
    for (const entry of entries) void journal.append(entry);
    if (serving !== undefined && serving === elected) this.servedZnode = election?.master?.znode;
    this.elected = election?.master?.znode;
    if (this.mastership.isServed) {
      this.lostAt = undefined;
      this.failures.forget();
      this.revival.served();
    } else this.lostAt ??= performance.now();
  }

  private async findFaults(
    glance: Glance,
  ): Promise<{ readonly present: readonly Fault[]; readonly faults: readonly Fault[] }> {
    const { config } = this.cluster;
    const attachments = await this.wards.attachments();
    this.noteUse(glance, attachments);
    const sight = faultInputOf(config, glance, this.wards.brokers, attachments, this.servedZnode);
    const present = faultsOf(sight).filter(({ name }) => this.isWanted(name));
    return {
      present,
      faults: this.clock.update(present, performance.now(), config.supervisor),
    };
  }

  /** What has been of use may die more often before it is given up. */
  private noteUse(glance: Glance, attachments: FaultInput['attachments']): void {
    for (const ward of this.wards.brokers) {
      const isAttached = attachments.get(ward.name)?.state === 'attached';
      if (isAttached) this.copies.attached(ward.name);
      if (isAttached || ward.name === glance.serving) markHealthy(ward);
      else markUnhealthy(ward);
    }
    const zookeeper = this.wards.get(ZOOKEEPER);
    if (zookeeper && glance.election) markHealthy(zookeeper);
  }

  /** Znodes of the dead that could not be removed at once, or that died while nobody looked. */
  private async release({ election, processes }: Glance): Promise<void> {
    const left = this.cluster.config.nodes
      .map((node) => node.name)
      .filter((name) => !processes.has(name) && election && membersOf(election, name).length > 0);
    if (left.length === 0) return;
    const deadline = Deadline.in(RELEASE_MS);
    const removed = await releaseZnodes(this.cluster, this.reader, left, deadline).catch(() => []);
    for (const entry of removed) await this.tell({ type: 'znode-removed', ...entry });
  }

  private async revive(glance: Glance): Promise<void> {
    const { config } = this.cluster;
    const names = processNames(config, config.nodes);
    for (const name of names) {
      if (glance.processes.has(name) || this.wards.get(name)) continue;
      const hopeless = this.failures.hopeless(name, config.nodes.length);
      if (this.isWanted(name))
        await this.revival.plan(this.cluster, name, 0, glance.began, hopeless);
      else this.revival.settle(name);
    }
    this.revival.keepOnly(names);
    const living = [...glance.processes.keys()].filter((name) => name !== ZOOKEEPER).length;
    const quorum = quorumOf(decidingOf(config, glance.election, glance.processes).electing);
    const zookeeperLives = glance.election !== undefined;
    const succession =
      zookeeperLives &&
      living >= quorum &&
      this.lostAt !== undefined &&
      performance.now() - this.lostAt < SUCCESSOR_MS;
    if (succession) return;
    const settled = this.wards.brokers.every(({ usefulSince }) => usefulSince !== undefined);
    const room = roomOnShortDisks(living, quorum, settled);
    this.revival.begin(this.cluster, room, () => {
      this.wake();
    });
  }
}
