import type { NewEntry } from '../state/journal/entries.js';
import type { MasterChange } from '../state/journal/history.js';

/** Who serves now, and why nobody does, as far as it can be told. */
export interface MasterReading {
  /** The node whose message port answers. */
  readonly serving: string | undefined;
  /** Whom the elector names; undefined where nobody is named or ZooKeeper is away. */
  readonly elected: string | undefined;
  /** What would explain that the last master serves no more. */
  readonly reason: string;
}

/** Turns looks at a cluster into the story of its masters. */
export class FailoverLog {
  private serving: string | undefined;
  private elected: string | undefined;
  /** Since when nobody serves; undefined while somebody does, or before anybody did. */
  private lostAt: number | undefined;
  /** Since when the master has not answered; a process that dies closes its port a moment before. */
  private silentAt: number | undefined;
  private reason = 'start';
  private known = false;
  private readonly recorded: MasterChange | undefined;

  /** @param recorded the last change of master in the journal; undefined where it has none */
  constructor(recorded?: MasterChange) {
    this.recorded = recorded;
  }

  /**
   * Takes a look.
   * @param now wall clock in milliseconds
   */
  update(sight: MasterReading, now: number): NewEntry[] {
    const entries: NewEntry[] = [];
    if (sight.elected !== this.elected && sight.elected !== undefined && this.known) {
      entries.push({ source: 'supervisor', type: 'master-elected', master: sight.elected });
    }
    // A new elector names nobody at first, and may name whom the last one did.
    if (sight.elected !== undefined || sight.serving === undefined) this.elected = sight.elected;
    if (sight.serving !== undefined) entries.push(...this.served(sight.serving, now));
    else if (this.known && this.lostAt === undefined && this.silentAt === undefined) {
      this.silentAt = now;
    } else if (this.known && this.lostAt === undefined) {
      this.lose(now, sight.reason);
      entries.push({
        source: 'supervisor',
        type: 'master-lost',
        master: this.serving ?? null,
        reason: sight.reason,
      });
    }
    return entries;
  }

  /**
   * The master's process has ended: told at once, so that the outage begins when it did.
   * @returns what to write, where it was the master that served
   */
  died(name: string, now: number, reason: string): NewEntry[] {
    if (name !== this.serving || this.lostAt !== undefined) return [];
    this.lose(now, reason);
    return [{ source: 'supervisor', type: 'master-lost', master: name, reason }];
  }

  /** Who serves, or served last. */
  get last(): string | undefined {
    return this.serving;
  }

  /** Whether somebody serves. */
  get isServed(): boolean {
    const { serving, lostAt, silentAt } = this;
    return serving !== undefined && lostAt === undefined && silentAt === undefined;
  }

  private lose(now: number, reason: string): void {
    this.lostAt = this.silentAt ?? now;
    this.silentAt = undefined;
    this.reason = reason;
  }

  private served(serving: string, now: number): NewEntry[] {
    const { lostAt, known } = this;
    const from = this.serving ?? null;
    this.known = true;
    if (lostAt === undefined && from === serving) {
      this.silentAt = undefined;
      return [];
    }
    this.serving = serving;
    this.lostAt = undefined;
    this.silentAt = undefined;
    if (!known && lostAt === undefined) return this.taken(serving);
    return [
      {
        source: 'supervisor',
        type: 'master-serving',
        master: serving,
        from,
        reason: lostAt === undefined ? 'unseen' : this.reason,
        outageMs: lostAt === undefined ? null : now - lostAt,
      },
    ];
  }

  /** Who serves when the supervisor comes: a change only where the journal does not end with that. */
  private taken(serving: string): NewEntry[] {
    const change = this.recorded;
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
