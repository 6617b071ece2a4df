/** The pauses before a process that keeps dying is started again, in milliseconds. */
const PAUSES_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000];

/** A process that is healthy for a while and dies even so may do that this often. */
const WITHIN_MS = 10 * 60_000;
const AT_MOST = 40;

/** Being healthy this long makes up for all deaths before. */
const HEALTHY_MS = 1000;

/** Deaths of the last two minutes are told where there are so many, and slow the starts down. */
const LATELY_MS = 2 * 60_000;
const MANY = 5;

/** Who was healthy for less has lived shortly: after a failover or two such deaths nothing is waited for. */
const SHORT_MS = 10_000;
const FREE = 2;

/** Among the last two minutes' deaths: longer pauses would leave too few of them to go on. */
const LONGEST_MS = 16_000;

/** What is done about a death. */
export type Verdict =
  | { readonly action: 'restart'; readonly attempt: number; readonly delayMs: number }
  | { readonly action: 'give-up'; readonly deaths: number; readonly withinMs: number };

/** How often a process has died of late. */
export interface Lately {
  readonly deaths: number;
  /** Between the first of them and the last. */
  readonly withinMs: number;
}

interface Death {
  readonly at: number;
  readonly short: boolean;
}

/** Counts the deaths of one process, and says when it may be started again. */
export class CrashBackoff {
  #inARow = 0;
  #deaths: readonly Death[] = [];

  /**
   * Takes a death, or a start that failed. Two pauses are compared, and the longer counts: one grows with the deaths
   * in a row without being healthy, the other with the short lives of the last two minutes.
   * @param now in milliseconds of any steady clock
   * @param healthyMs how long it had served, or been attached, before it died
   * @param limit how many deaths in a row, without being healthy in between, are followed by a start
   */
  count(now: number, healthyMs: number, limit: number): Verdict {
    if (healthyMs >= HEALTHY_MS) this.#inARow = 0;
    this.#inARow += 1;
    const short = healthyMs < SHORT_MS;
    this.#deaths = [...this.#since(now - WITHIN_MS), { at: now, short }];
    if (this.#inARow > limit || this.#deaths.length > AT_MOST) {
      const count = this.#inARow > limit ? this.#inARow : this.#deaths.length;
      return {
        action: 'give-up',
        deaths: count,
        withinMs: now - (this.#deaths.at(-count)?.at ?? now),
      };
    }
    const lives = short ? this.#since(now - LATELY_MS).filter((death) => death.short).length : 0;
    return {
      action: 'restart',
      attempt: Math.max(this.#inARow, lives),
      delayMs: Math.max(pause(this.#inARow), Math.min(pause(lives - FREE + 1), LONGEST_MS)),
    };
  }

  /** How often it has died within the last two minutes; undefined where that is not often. */
  lately(now: number): Lately | undefined {
    const deaths = this.#since(now - LATELY_MS);
    if (deaths.length < MANY) return undefined;
    return { deaths: deaths.length, withinMs: (deaths.at(-1)?.at ?? 0) - (deaths[0]?.at ?? 0) };
  }

  #since(time: number): readonly Death[] {
    return this.#deaths.filter(({ at }) => at > time);
  }

  /** The same, to go on from without a change of this one. */
  clone(): CrashBackoff {
    const copy = new CrashBackoff();
    copy.#inARow = this.#inARow;
    copy.#deaths = this.#deaths;
    return copy;
  }

  /** A person has asked for the process again. */
  forgive(): void {
    this.#inARow = 0;
    this.#deaths = [];
  }
}

/** @param death the how-manieth it is */
function pause(death: number): number {
  return PAUSES_MS[Math.min(Math.max(death, 1), PAUSES_MS.length) - 1] ?? 0;
}
