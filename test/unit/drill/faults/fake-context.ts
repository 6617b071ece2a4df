import type { ProcessId, ProcessInfo } from '../../../../src/agents/process.js';
import type { FaultContext } from '../../../../src/drill/faults/fault.js';
import type { Undone } from '../../../../src/state/drill-record.js';

const SIGNALS: Readonly<Record<string, string>> = { SIGKILL: 'kill', SIGSTOP: 'suspend' };

/** A cluster of names. Everything that is done to it is written into `log`, in the order of its being done. */
export class FakeCluster {
  readonly log: string[] = [];
  readonly alive = new Map<string, ProcessInfo>();
  readonly supervised: boolean;
  undone: Undone = { suspended: [], killed: [], aside: [], supervisor: false };
  /** Processes that do not heed a signal. */
  readonly deaf = new Set<string>();
  /** What the undo log says when it is to be written. */
  full: Error | undefined;
  readonly abort = new AbortController();
  #pid = 100;

  constructor(names: readonly string[], supervised = false) {
    this.supervised = supervised;
    for (const name of names) this.launch(name);
  }

  launch(name: string): void {
    const pid = (this.#pid += 1);
    this.alive.set(name, { pid, startTime: `s${pid}`, argv: [], suspended: false });
  }

  #nameOf({ pid, startTime }: ProcessId): string | undefined {
    return [...this.alive].find(
      ([, info]) => info.pid === pid && info.startTime === startTime,
    )?.[0];
  }

  #look(info: ProcessId): ProcessInfo | undefined {
    const name = this.#nameOf(info);
    return name === undefined ? undefined : this.alive.get(name);
  }

  #signal(info: ProcessId, signal: NodeJS.Signals): boolean {
    const name = this.#nameOf(info);
    if (name === undefined) return false;
    this.log.push(`${SIGNALS[signal] ?? signal} ${name}`);
    if (this.deaf.has(name)) return true;
    if (signal === 'SIGKILL') this.alive.delete(name);
    else this.#set(name, true);
    return true;
  }

  #set(name: string, suspended: boolean): void {
    const info = this.alive.get(name);
    if (info) this.alive.set(name, { ...info, suspended });
  }

  #say(what: string): Promise<void> {
    this.log.push(what);
    return Promise.resolve();
  }

  /** @param quorum how many must be there to serve */
  context(quorum = 2): FaultContext {
    const nodes = [...this.alive.keys()];
    const launchMissing = (names: readonly string[]) => {
      for (const name of names) if (!this.alive.has(name)) this.launch(name);
    };
    return {
      processes: {
        find: (name) => Promise.resolve(this.alive.get(name)),
        recorded: (name) => Promise.resolve(this.alive.get(name)),
        look: (info) => Promise.resolve(this.#look(info)),
        isAlive: (info) => Promise.resolve(this.#look(info) !== undefined),
        signal: (info, signal) => Promise.resolve(this.#signal(info, signal)),
      },
      undoLog: {
        add: async (more) => {
          if (this.full) throw this.full;
          await this.#say(`note ${Object.keys(more).join(' ')}`);
          this.undone = { ...this.undone, ...more };
        },
      },
      timeline: {
        mark: (kind, node, text) => {
          this.log.push(`mark ${kind} ${node ?? 'cluster'}: ${text.replace(/ \(pid \d+\)/, '')}`);
        },
      },
      operations: {
        start: async (names) => {
          await this.#say(`start ${names?.join(' ') ?? 'all'}`);
          launchMissing(names ?? nodes);
        },
        stop: async (names) => {
          await this.#say(`stop ${names.join(' ')}`);
          for (const name of names) this.alive.delete(name);
        },
        restart: async (names) => {
          await this.#say(`restart ${names.join(' ')}`);
          for (const name of names) this.launch(name);
        },
        switchover: () => this.#say('switchover'),
        keepDown: (names) => this.#say(`keep down ${names.join(' ')}`),
        emptyStore: (name) => this.#say(`empty ${name}`),
        deleteQueues: (names) => this.#say(`delete ${names.join(' ')}`),
        resume: async () => {
          const resumed = this.undone.suspended.filter(({ name, pid }) => {
            return this.alive.get(name)?.pid === pid;
          });
          for (const { name } of resumed) {
            await this.#say(`resume ${name}`);
            this.#set(name, false);
          }
          return resumed.map(({ name }) => name);
        },
      },
      supervised: this.supervised,
      canServeWithout: (names) => nodes.length - names.length >= quorum,
      served: () => this.#say('served'),
      signal: this.abort.signal,
    };
  }
}
