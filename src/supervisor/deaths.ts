/** The pauses before a process that keeps dying is started again, in milliseconds. */
const PAUSES_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000];

/** A process that is of use and dies even so may do that this often. */
const WITHIN_MS = 10 * 60_000;
const AT_MOST = 40;

/** Being of use this long makes up for all deaths before. */
const OF_USE_MS = 1000;

/** What is done about a death. */
export type Verdict =
  | { readonly action: 'restart'; readonly attempt: number; readonly delayMs: number }
  | { readonly action: 'give-up'; readonly deaths: number; readonly withinMs: number };

/** Counts the deaths of one process, and says when it may be started again. */
export class Deaths {
  private inARow = 0;
  private times: number[] = [];

  /**
   * Takes a death, or a start that failed.
   * @param now in milliseconds of any steady clock
   * @param ofUseMs how long it had served, or been attached, before it died
   * @param limit how many deaths in a row, without being of use in between, are followed by a start
   */
  count(now: number, ofUseMs: number, limit: number): Verdict {
    if (ofUseMs >= OF_USE_MS) this.inARow = 0;
    this.inARow += 1;
    this.times = [...this.times.filter((time) => now - time < WITHIN_MS), now];
    if (this.inARow > limit || this.times.length > AT_MOST) {
      const deaths = this.inARow > limit ? this.inARow : this.times.length;
      return { action: 'give-up', deaths, withinMs: now - (this.times.at(-deaths) ?? now) };
    }
    const delayMs = PAUSES_MS[Math.min(this.inARow, PAUSES_MS.length) - 1] ?? 0;
    return { action: 'restart', attempt: this.inARow, delayMs };
  }

  /** A person has asked for the process again. */
  forgive(): void {
    this.inARow = 0;
    this.times = [];
  }
}
