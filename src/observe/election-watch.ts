import { Deadline } from '../lib/time.js';
import type { Coordination } from '../stores/coordination.js';
import type { Election } from '../stores/election.js';
import { read, type Reading } from './reading.js';

/** Who is a member, and whom they have elected, as ZooKeeper says now. */
export function readElectionNow(
  coordination: Coordination,
  deadline: Deadline,
): Promise<Reading<Election>> {
  return read(() => coordination.snapshot(deadline));
}

/** Reads an election for an observer that looks again and again: only where it may have changed. */
export class ElectionWatch {
  readonly #trustMs: number;
  /** One function: ZooKeeper's client takes each as a watch of its own. */
  readonly #onChange: () => void;
  #changed = true;
  #last: Reading<Election> | undefined;

  /**
   * @param trustMs what no watch has reported a change of is read again after this time even so
   * @param onChange called when ZooKeeper reports a change
   */
  constructor(trustMs: number, onChange: () => void = () => undefined) {
    this.#trustMs = trustMs;
    this.#onChange = () => {
      this.#changed = true;
      onChange();
    };
  }

  /** Whether look() would ask ZooKeeper: what is unknown may be known by now. */
  get isDue(): boolean {
    const last = this.#last;
    if (this.#changed || !last || 'unknown' in last) return true;
    return performance.now() - last.at >= this.#trustMs;
  }

  /** What was read last does not count any more. */
  distrust(): void {
    this.#changed = true;
  }

  /** @returns the election as it is now, or what was read last where nothing has changed since */
  async look(coordination: Coordination, timeoutMs: number): Promise<Reading<Election>> {
    const last = this.#last;
    if (last && !this.isDue) return last;
    this.#changed = false;
    const election = await read(() =>
      coordination.snapshot(Deadline.in(timeoutMs), this.#onChange),
    );
    this.#last = election;
    return election;
  }
}
