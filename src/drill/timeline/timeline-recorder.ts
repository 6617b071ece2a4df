import { setTimeout as sleepFor } from 'node:timers/promises';
import { seesProcesses } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import type { ProcessInfo } from '../../agents/process.js';
import { ElectionWatch } from '../../observe/election-watch.js';
import {
  processReadings,
  unseen,
  withProcesses,
  type Observation,
} from '../../observe/observation.js';
import { ProcessLooks } from '../../observe/process-looks.js';
import { valueOf } from '../../observe/reading.js';
import { processNames } from '../../config/processes.js';
import { electionChanges, processChanges, type MasterSeen } from './marks.js';
import { explains, LogSince, messageIn } from './broker-log.js';
import type { LogLine, Mark, MarkKind } from '../result.js';

/** Processes are looked at this often: it costs two reads of /proc for each. */
const LOOK_MS = 25;
/** ZooKeeper tells of changes by itself; it is asked even so, since it may be away. */
const ASK_MS = 1000;
const ANSWER_MS = 1000;
/** More lines of a log explain less. */
const MAX_LINES = 200;

/** A mark with the time of day; see Mark. */
export type TimedMark = Mark;

/**
 * Watches a cluster during a round: when processes end and come, who is elected, and what the
 * brokers log. All times are Date.now().
 */
export class TimelineRecorder {
  readonly #cluster: Cluster;
  readonly #marks: TimedMark[] = [];
  readonly #logs = new Map<string, { readonly log: LogSince; readonly stderr: LogSince }>();
  readonly #began = new Date();
  readonly #end = new AbortController();
  #watching: Promise<unknown> = Promise.resolve();
  /** The latest readings. */
  #seen: Observation;
  #master: MasterSeen = { begun: false, master: undefined };

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#seen = unseen(cluster.config, seesProcesses(cluster), performance.now());
  }

  /** Watches from now on, until end(). */
  static async begin(cluster: Cluster): Promise<TimelineRecorder> {
    const recorder = new TimelineRecorder(cluster);
    for (const { name } of cluster.config.nodes) {
      const { log } = cluster.layout.node(name);
      recorder.#logs.set(name, {
        log: await LogSince.now(`${log}/activemq.log`),
        stderr: await LogSince.now(`${log}/stderr.log`),
      });
    }
    recorder.#watching = Promise.all([recorder.#watchProcesses(), recorder.#watchElection()]);
    return recorder;
  }

  /** Notes something that the drill has done or seen. */
  mark(kind: MarkKind, node: string | null, text: string, at = Date.now()): void {
    this.#marks.push({ at, kind, node, text });
  }

  /** When the faults came, in their order. */
  get faultTimes(): number[] {
    return this.#marks.filter(({ kind }) => kind === 'fault').map(({ at }) => at);
  }

  /** Stops watching. @returns everything seen, in the order of time */
  async end(): Promise<{ readonly marks: readonly TimedMark[]; readonly log: readonly LogLine[] }> {
    this.#end.abort();
    await this.#watching;
    await this.#readJournal();
    const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at;
    return { marks: this.#marks.sort(byTime), log: (await this.#readLogs()).sort(byTime) };
  }

  async #watchProcesses(): Promise<void> {
    const { config, registry } = this.#cluster;
    const looks = new ProcessLooks(Infinity);
    const names = processNames(config, config.nodes);
    while (!this.#end.signal.aborted) {
      const found = await looks.look(registry, names, knownIn(this.#seen));
      this.#take(withProcesses(this.#seen, found));
      await this.#pause(LOOK_MS);
    }
  }

  async #watchElection(): Promise<void> {
    const { coordination } = this.#cluster;
    const watch = new ElectionWatch(ASK_MS);
    while (!this.#end.signal.aborted) {
      if (watch.isDue) {
        const election = await watch.look(coordination, ANSWER_MS);
        // ZooKeeper may be away, by the drill itself.
        if ('value' in election) this.#take({ ...this.#seen, election });
      }
      await this.#pause(LOOK_MS / 5);
    }
  }

  /** Notes what has changed since the last look; its readings come one after the other. */
  #take(seen: Observation): void {
    const elections = electionChanges(this.#master, seen);
    const changes = [...processChanges(this.#seen, seen), ...elections.changes];
    for (const { kind, node, text } of changes) this.mark(kind, node, text);
    this.#seen = seen;
    this.#master = elections.seen;
  }

  /** What the supervisor did to living processes: nobody else tells that. */
  async #readJournal(): Promise<void> {
    const entries = await this.#cluster.journal.read({ since: this.#began }).catch(() => []);
    for (const entry of entries) {
      const at = Date.parse(entry.at);
      if (entry.type === 'process-killed') {
        const { node, code } = entry;
        this.mark('repair', node, `the supervisor killed ${node}: ${code}`, at);
      } else if (entry.type === 'gave-up') {
        this.mark('repair', entry.node, `the supervisor gave up on ${entry.node}`, at);
      }
    }
  }

  async #readLogs(): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    for (const [node, { log, stderr }] of this.#logs) {
      const last: string[] = [];
      for (const line of (await log.lines()).filter(explains)) {
        const text = messageIn(line);
        // A slave tries again every second, and says the same two things each time.
        if (last.slice(-2).includes(text)) continue;
        last.push(text);
        lines.push({ at: line.at, node, text });
      }
      const broken = (await stderr.text()).split('CollectionKey$Buffer.bean').length - 1;
      if (broken > 0) {
        const text = `stderr has ${broken} traces of a record that replay cannot read (CollectionKey$Buffer.bean)`;
        lines.push({ at: Date.now(), node, text });
      }
    }
    return lines.slice(0, MAX_LINES);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleepFor(milliseconds, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }
}

function knownIn(seen: Observation): Map<string, ProcessInfo> {
  return new Map(
    [...processReadings(seen)].flatMap(([name, reading]) => {
      const found = valueOf(reading);
      return found ? [[name, found] as const] : [];
    }),
  );
}
