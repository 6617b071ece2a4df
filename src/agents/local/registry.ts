import { join } from 'node:path';
import * as z from 'zod/mini';
import { MqhaError, systemCode } from '../../lib/errors.js';
import { ensureDirectory, SECRET_DIRECTORY } from '../../lib/files.js';
import { defineStateFile } from '../../lib/state-file.js';
import { markers } from '../marks.js';
import { isSame, type ProcessId, type ProcessInfo } from '../process.js';
import { trustedUsers } from './owner.js';
import { type ProcessTable } from './table.js';

/** What is kept of a process that was launched. */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly launchedAt: string;
  /** How long its log was when it was launched, in bytes. */
  readonly logMark?: number | undefined;
  /** The ZooKeeper sessions that were seen to be this process's while it was proven alive. */
  readonly sessions?: readonly string[] | undefined;
}

/** A damaged record is no record: the search through argv decides. */
const PROCESS = defineStateFile<ProcessRecord>({
  name: 'processes/<name>.json',
  schema: z.looseObject({
    pid: z.number(),
    startTime: z.string(),
    bootId: z.string(),
    launchedAt: z.string(),
    logMark: z.optional(z.number()),
    sessions: z.optional(z.array(z.string())),
  }),
  damage: { policy: 'ignore' },
});

/**
 * Which processes of a cluster run. A recorded pid is believed only while boot, start time, the user and the
 * markers in its argv agree; without a record all processes are searched, so that one launched by
 * an mqha that died before it could write the record is found as well.
 */
export class ProcessRegistry {
  readonly #stateDirectory: string;
  readonly #clusterId: string;
  readonly #table: ProcessTable;
  readonly #trusted: ReadonlySet<number> | undefined;

  constructor(stateDirectory: string, clusterId: string, table: ProcessTable) {
    this.#stateDirectory = stateDirectory;
    this.#clusterId = clusterId;
    this.#table = table;
    this.#trusted = trustedUsers(stateDirectory);
  }

  /** The living process of a node (or `zookeeper`), proven to be ours; undefined where there is none. */
  async find(name: string): Promise<ProcessInfo | undefined> {
    return (await this.findAll([name])).get(name);
  }

  /** As find(), of several at once: what runs of them, in their order. All processes are read once at most. */
  async findAll(names: readonly string[]): Promise<Map<string, ProcessInfo>> {
    let list: Promise<ProcessInfo[]> | undefined;
    const found = await Promise.all(
      names.map(async (name) => {
        const recorded = await this.recorded(name);
        if (recorded) return [name, recorded] as const;
        list ??= this.all();
        return [name, (await list).find((info) => this.#isOurs(info, name))] as const;
      }),
    );
    return new Map(found.flatMap(([name, info]) => (info ? [[name, info]] : [])));
  }

  /** As find(), but believes the record alone: a look that costs nothing, and may miss an orphan. */
  async recorded(name: string): Promise<ProcessInfo | undefined> {
    const record = await this.#record(name);
    if (record?.bootId !== (await this.#table.bootId())) return undefined;
    const info = await this.#table.get(record.pid);
    return info?.startTime === record.startTime && this.#isOurs(info, name) ? info : undefined;
  }

  /** Every living process of this cluster, by whatever name, in the order of their pids. */
  async all(): Promise<ProcessInfo[]> {
    const [cluster = ''] = markers(this.#clusterId, '');
    return (await this.#table.list(cluster)).filter((info) => this.#isTrusted(info));
  }

  /** Whether this very process (same pid, same start) still lives. */
  async isAlive(info: ProcessId): Promise<boolean> {
    return (await this.look(info)) !== undefined;
  }

  /** This very process as it is now; undefined where it has ended. */
  async look(info: ProcessId): Promise<ProcessInfo | undefined> {
    const now = await this.#table.get(info.pid);
    return now?.startTime === info.startTime ? now : undefined;
  }

  /**
   * Looks a launched process up and writes its record.
   * @param logMark how long its log was just before, in bytes
   */
  async remember(name: string, pid: number, logMark?: number): Promise<ProcessInfo | undefined> {
    const info = await this.#table.get(pid);
    if (info === undefined) return undefined;
    const record: ProcessRecord = {
      pid,
      startTime: info.startTime,
      bootId: await this.#table.bootId(),
      launchedAt: new Date().toISOString(),
      ...(logMark === undefined ? {} : { logMark }),
    };
    await ensureDirectory(join(this.#stateDirectory, 'processes'), SECRET_DIRECTORY);
    await this.#file(name).write(record);
    return info;
  }

  /** The pid of the process of a node that was launched last, whether it lives or not. */
  async lastPid(name: string): Promise<number | undefined> {
    return (await this.#record(name))?.pid;
  }

  /** When the living process of a node was launched; undefined where that was not recorded. */
  async launchedAt(name: string): Promise<Date | undefined> {
    const record = await this.#record(name);
    const found = await this.find(name);
    if (record === undefined || found?.pid !== record.pid) return undefined;
    return found.startTime === record.startTime ? new Date(record.launchedAt) : undefined;
  }

  /** How long the log of this process was when it was launched, in bytes; undefined where that was not recorded. */
  async logMark(name: string, id: ProcessId): Promise<number | undefined> {
    const record = await this.#record(name);
    return isSame(record, id) ? record?.logMark : undefined;
  }

  /**
   * Notes that a session belongs to a living process. Nothing is noted for one that has ended
   * meanwhile, or of which there is no record.
   */
  async noteSession(name: string, info: ProcessInfo, session: string): Promise<void> {
    const record = await this.#record(name);
    if (record?.pid !== info.pid || record.startTime !== info.startTime) return;
    if (record.sessions?.includes(session) === true || !(await this.isAlive(info))) return;
    const sessions = [...(record.sessions ?? []), session];
    await this.#file(name).write({ ...record, sessions });
  }

  /** The noted sessions of a recorded process that is proven dead; none while it may be alive. */
  async deadSessions(name: string): Promise<readonly string[]> {
    const record = await this.#record(name);
    if (record?.sessions === undefined) return [];
    if (record.bootId === (await this.#table.bootId())) {
      const info = await this.#table.get(record.pid);
      if (info?.startTime === record.startTime) return [];
    }
    return record.sessions;
  }

  /**
   * Sends a signal, after proving once more that the pid is still this process.
   * @returns false where the process is gone
   * @throws MqhaError `no-permission`
   */
  async signal(info: ProcessId, signal: NodeJS.Signals): Promise<boolean> {
    if (!(await this.isAlive(info))) return false;
    try {
      process.kill(info.pid, signal);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ESRCH') return false;
      if (systemCode(error) !== 'EPERM') throw error;
      throw new MqhaError('no-permission', `no permission to end or suspend process ${info.pid}`, {
        hint: `It runs as another user (see \`ps -o user= -p ${info.pid}\`): run the command as that one.`,
        cause: error,
      });
    }
  }

  /** The marks are in every broker's argv, which all may read and write into their own. */
  #isTrusted({ user }: ProcessInfo): boolean {
    return user === undefined || this.#trusted?.has(user) !== false;
  }

  #isOurs(info: ProcessInfo, name: string): boolean {
    if (!this.#isTrusted(info)) return false;
    return markers(this.#clusterId, name).every((marker) => info.argv.includes(marker));
  }

  #file(name: string) {
    return PROCESS.in(this.#stateDirectory, `processes/${name}.json`);
  }

  #record(name: string): Promise<ProcessRecord | undefined> {
    return this.#file(name).load();
  }
}
