import { AttachmentLog } from '../stores/replicated-leveldb/attachment.js';
import type { Cluster } from '../state/cluster.js';
import { noteSessions } from '../state/sessions.js';
import { membersOf, type Election } from '../stores/replicated-leveldb/election/election.js';
import { watchExit, type ExitWatch } from '../agents/local/exit-watch.js';
import type { ProcessInfo } from '../agents/local/table.js';
import { Deadline, sleep } from '../lib/time.js';
import { ZOOKEEPER } from '../stores/replicated-leveldb/zookeeper/server.js';
import type { ZooKeeperReader } from '../stores/replicated-leveldb/zookeeper/session.js';
import type { FaultInput } from './rules.js';

const RELEASE_MS = 1500;

/** A znode that is known to be a living process's. */
interface OwnZnode {
  readonly znode: string;
  readonly session: string;
}

/** A process that is looked after. */
export interface SupervisedProcess {
  readonly name: string;
  readonly info: ProcessInfo;
  readonly attachment: AttachmentLog;
  /** It has been a member since it was started. */
  registered: boolean;
  /** Since when it serves or is attached. */
  usefulSince: number | undefined;
  /** The longest that it has been of use without a break. */
  usefulMs: number;
  /** Why it was killed by the supervisor. */
  killed: string | undefined;
}

/** Notes that a process is of use now. */
export function markHealthy(ward: SupervisedProcess): void {
  ward.usefulSince ??= performance.now();
}

/** Notes that a process is of no use any more. */
export function markUnhealthy(ward: SupervisedProcess): void {
  if (ward.usefulSince === undefined) return;
  ward.usefulMs = Math.max(ward.usefulMs, performance.now() - ward.usefulSince);
  ward.usefulSince = undefined;
}

interface Held {
  readonly ward: SupervisedProcess;
  readonly line: ExitWatch;
  znode: OwnZnode | undefined;
  ended: boolean;
}

/**
 * The processes that are looked after. The end of one is known at once; it is taken out of the
 * election then, before anything else is done or told.
 */
export class SupervisedProcesses {
  private readonly held = new Map<string, Held>();
  /** What comes after the first look was launched just now. */
  private settled = false;
  private readonly reader: ZooKeeperReader;
  private readonly onEnd: (ward: SupervisedProcess, removed: OwnZnode | undefined) => Promise<void>;

  /** @param onEnd called once for each process that has ended, with the znode that was removed for it */
  constructor(
    reader: ZooKeeperReader,
    onEnd: (ward: SupervisedProcess, removed: OwnZnode | undefined) => Promise<void>,
  ) {
    this.reader = reader;
    this.onEnd = onEnd;
  }

  get all(): SupervisedProcess[] {
    return [...this.held.values()].map(({ ward }) => ward);
  }

  get(name: string): SupervisedProcess | undefined {
    return this.held.get(name)?.ward;
  }

  get brokers(): SupervisedProcess[] {
    return this.all.filter(({ name }) => name !== ZOOKEEPER);
  }

  /** How far each broker has attached, by its log. */
  async attachments(): Promise<FaultInput['attachments']> {
    const looks = this.brokers.map(async ({ name, attachment }) => {
      return [name, await attachment.look()] as const;
    });
    return new Map(await Promise.all(looks));
  }

  /**
   * Brings the wards in line with what was seen.
   * @returns who came, and who is gone; a process that took another's place is both
   */
  async follow(
    cluster: Cluster,
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<{ readonly came: SupervisedProcess[]; readonly gone: SupervisedProcess[] }> {
    const gone: SupervisedProcess[] = [];
    for (const [name, held] of this.held) {
      const { info } = held.ward;
      const now = processes.get(name);
      if (now?.pid === info.pid && now.startTime === info.startTime) continue;
      held.line.close();
      this.held.delete(name);
      // One that mqha.yaml no longer names lives on, and is nobody's to look after.
      if (await cluster.registry.isAlive(info)) continue;
      await this.end(cluster, held);
      gone.push(held.ward);
    }
    const came: SupervisedProcess[] = [];
    for (const [name, info] of processes) {
      if (!this.held.has(name)) came.push(this.hold(cluster, name, info));
    }
    this.settled = true;
    return { came, gone };
  }

  private hold(cluster: Cluster, name: string, info: ProcessInfo): SupervisedProcess {
    const { layout } = cluster;
    const { base, log } = name === ZOOKEEPER ? layout.zookeeper : layout.node(name);
    const ward: SupervisedProcess = {
      name,
      info,
      attachment: new AttachmentLog(log, this.settled),
      registered: false,
      usefulSince: undefined,
      usefulMs: 0,
      killed: undefined,
    };
    const line = watchExit(base, () => {
      // What fails here is done again by the next look.
      this.lineEnded(cluster, name, ward).catch(() => undefined);
    });
    this.held.set(name, { ward, line, znode: undefined, ended: false });
    return ward;
  }

  /** Notes whose znode is whose, from an election that was read after the processes. */
  async noteZnodes(
    cluster: Cluster,
    election: Election,
    processes: ReadonlyMap<string, ProcessInfo>,
  ): Promise<void> {
    await noteSessions(cluster, election, processes);
    for (const held of this.held.values()) {
      const [member, ...others] = membersOf(election, held.ward.name);
      if (!member) {
        held.znode = undefined;
        continue;
      }
      held.ward.registered = true;
      if (others.length === 0 && (await cluster.registry.isAlive(held.ward.info))) {
        held.znode = member;
      }
    }
  }

  /** The shortest way from a broker's death to the election of another. */
  private async lineEnded(cluster: Cluster, name: string, ward: SupervisedProcess): Promise<void> {
    const held = this.held.get(name);
    if (held?.ward !== ward) return;
    const deadline = Deadline.in(RELEASE_MS);
    // The kernel closes the line a moment before the process is gone.
    while (await cluster.registry.isAlive(ward.info)) {
      if (deadline.passed) return;
      await sleep(1);
    }
    await this.end(cluster, held);
  }

  /** Of a process that is proven dead. */
  private async end(cluster: Cluster, held: Held): Promise<void> {
    if (held.ended) return;
    held.ended = true;
    const { ward, znode } = held;
    markUnhealthy(ward);
    const removed =
      znode !== undefined &&
      (await this.reader
        .remove(`${cluster.config.zookeeper.path}/${znode.znode}`, Deadline.in(RELEASE_MS))
        .catch(() => false));
    await this.onEnd(ward, removed ? znode : undefined);
  }

  close(): void {
    for (const { line } of this.held.values()) line.close();
  }
}
