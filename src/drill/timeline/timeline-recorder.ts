import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Cluster } from '../../state/cluster.js';
import { type Election } from '../../stores/election.js';
import type { Member } from '../../stores/election.js';
import type { ProcessInfo } from '../../agents/process.js';
import { Deadline } from '../../lib/time.js';
import { processNames } from '../../config/processes.js';
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
  #seen = false;
  /** Who was elected last, while it may be master still. */
  #master: Member | undefined;
  #changed = true;
  /** One function: ZooKeeper's client takes each as a watch of its own. */
  readonly #onChange = () => {
    this.#changed = true;
  };

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
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
    const names = processNames(config, config.nodes);
    const known = new Map<string, ProcessInfo>(await registry.findAll(names));
    while (!this.#end.signal.aborted) {
      for (const name of names) {
        const before = known.get(name);
        if (before && (await registry.isAlive(before))) continue;
        if (before) {
          known.delete(name);
          this.mark('process-ended', name, `${name} (pid ${before.pid}) ended`);
        }
        const now = await registry.recorded(name);
        if (!now) continue;
        known.set(name, now);
        this.mark('repair', name, `${name} was started (pid ${now.pid})`);
      }
      await this.#pause(LOOK_MS);
    }
  }

  async #watchElection(): Promise<void> {
    const { coordination } = this.#cluster;
    let askedAt = -Infinity;
    while (!this.#end.signal.aborted) {
      if (this.#changed || performance.now() - askedAt > ASK_MS) {
        this.#changed = false;
        askedAt = performance.now();
        try {
          this.#compare(await coordination.snapshot(Deadline.in(ANSWER_MS), this.#onChange));
        } catch {
          // ZooKeeper is away, maybe by the drill itself.
        }
      }
      await this.#pause(LOOK_MS / 5);
    }
  }

  #compare(now: Election): void {
    const { master } = now;
    const before = this.#master;
    const first = !this.#seen;
    this.#seen = true;
    if (!master) {
      // A new elector has named nobody yet; the master that was there may go on.
      const left = now.members.find(({ znode }) => znode === before?.znode);
      if (!left?.address) this.#master = undefined;
      return;
    }
    this.#master = master;
    if (first) return;
    const name = master.container ?? master.znode;
    const elected = before?.znode !== master.znode;
    if (elected) this.mark('election', name, `${name} was elected`);
    if (master.address === null) return;
    if (elected || before.address !== master.address) {
      this.mark('promotion', name, `${name} has started its store as master`);
    }
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
        this.mark('repair', entry.node, `the supervisor gave ${entry.node} up`, at);
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
