import type { NewEntry } from '../../state/journal/entries.js';
import type { MasterChange } from '../../state/journal/history.js';

/** Who serves now, and why nobody does, as far as it can be told. */
export interface MasterReading {
  /** The node whose message port answers. */
  readonly serving: string | undefined;
  /** Whom the elector names; undefined where nobody is named or ZooKeeper is away. */
  readonly elected: string | undefined;
  /** What would explain that the last master serves no more. */
  readonly reason: string;
}

/** What is known of the masters. */
interface Known {
  readonly serving?: string;
  readonly elected?: string | undefined;
  /** Since when nobody serves; absent while somebody does, or before anybody did. */
  readonly lostAt?: number | undefined;
  /** Since when the master has not answered; a process that dies closes its port a moment before. */
  readonly silentAt?: number | undefined;
  /** Its process has ended, and why is not told yet. */
  readonly untold?: boolean;
  readonly reason: string;
  /** Whether anybody has served. */
  readonly begun: boolean;
}

/** Turns looks at a cluster into the log of its masters. Times are milliseconds of one steady clock. */
export class FailoverLog {
  readonly #recorded: MasterChange | undefined;
  #known: Known = { reason: 'start', begun: false };

  /** @param recorded the last change of master in the journal; undefined where it has none */
  constructor(recorded?: MasterChange) {
    this.#recorded = recorded;
  }

  /** The same, to go on from without a change of this one. */
  clone(): FailoverLog {
    const copy = new FailoverLog(this.#recorded);
    copy.#known = this.#known;
    return copy;
  }

  /** Takes a look. @returns what to write */
  update({ serving, elected, reason }: MasterReading, now: number): NewEntry[] {
    const entries = serving === undefined ? [] : this.#flush();
    if (elected !== this.#known.elected && elected !== undefined && this.#known.begun) {
      entries.push({ source: 'supervisor', type: 'master-elected', master: elected });
    }
    // A new elector names nobody at first, and may name whom the last one did.
    if (elected !== undefined || serving === undefined) this.#set({ elected });
    if (serving !== undefined) return [...entries, ...this.#served(serving, now)];
    const { begun, lostAt, silentAt } = this.#known;
    if (!begun || lostAt !== undefined) return entries;
    if (silentAt === undefined) {
      this.#set({ silentAt: now });
      return entries;
    }
    this.#lose(silentAt, reason);
    return [...entries, this.#lost(reason)];
  }

  /**
   * The process of a node has ended; an outage begins now where it was the master that served. Why is told by explain().
   * @returns whether one begins
   */
  died(name: string, now: number): boolean {
    const { serving, lostAt, silentAt } = this.#known;
    if (name !== serving || lostAt !== undefined) return false;
    this.#lose(silentAt ?? now, `${name} ended`);
    this.#set({ untold: true });
    return true;
  }

  /** Tells why the master that has died did so. @returns what to write, where that is not told yet */
  explain(name: string, reason: string): NewEntry[] {
    const { serving, untold } = this.#known;
    if (untold !== true || name !== serving) return [];
    this.#set({ reason });
    return this.#flush();
  }

  /** Who serves, or served last. */
  get last(): string | undefined {
    return this.#known.serving;
  }

  /** Whether somebody serves. */
  get isServed(): boolean {
    const { serving, lostAt, silentAt } = this.#known;
    return serving !== undefined && lostAt === undefined && silentAt === undefined;
  }

  #set(changed: Partial<Known>): void {
    this.#known = { ...this.#known, ...changed };
  }

  #lose(lostAt: number, reason: string): void {
    this.#set({ silentAt: undefined, lostAt, reason });
  }

  /** Tells the loss that was not told yet. */
  #flush(): NewEntry[] {
    const { untold, reason } = this.#known;
    if (untold !== true) return [];
    this.#set({ untold: false });
    return [this.#lost(reason)];
  }

  #lost(reason: string): NewEntry {
    const master = this.#known.serving ?? null;
    return { source: 'supervisor', type: 'master-lost', master, reason };
  }

  #served(serving: string, now: number): NewEntry[] {
    const { lostAt, begun, reason } = this.#known;
    const from = this.#known.serving ?? null;
    this.#set({ serving, begun: true, lostAt: undefined, silentAt: undefined });
    if (lostAt === undefined && from === serving) return [];
    if (!begun) return this.#first(serving);
    return [
      {
        source: 'supervisor',
        type: 'master-serving',
        master: serving,
        from,
        reason: lostAt === undefined ? 'unseen' : reason,
        outageMs: lostAt === undefined ? null : Math.round(now - lostAt),
      },
    ];
  }

  /** Who serves when the supervisor comes: a change only where the journal does not end with that. */
  #first(serving: string): NewEntry[] {
    const change = this.#recorded;
    if (change?.to === serving) return [];
    const from = change ? (change.to ?? change.from) : null;
    const reason = change ? (change.to === null ? change.reason : 'unseen') : 'start';
    return [
      {
        source: 'supervisor',
        type: 'master-serving',
        master: serving,
        from,
        reason,
        outageMs: null,
      },
    ];
  }
}
