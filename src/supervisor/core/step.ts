import type { NewEntry } from '../../state/journal/entries.js';
import type { Action } from './action.js';
import { copyOf, type State } from './state.js';

/** An entry of the supervisor's. */
type Untold = DistributiveOmit<NewEntry, 'source'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What follows from an event. */
export interface Decision {
  readonly state: State;
  /** To be written to the journal, in this order. */
  readonly entries: readonly NewEntry[];
  /** To be begun in this order; none waits for another. */
  readonly actions: readonly Action[];
}

/** One step from a state to the next, while it is made. */
export class Step {
  readonly state: State;
  readonly now: number;
  readonly #entries: NewEntry[] = [];
  readonly #actions: Action[] = [];

  /** @param now in milliseconds of the steady clock */
  constructor(before: State, now: number) {
    this.state = copyOf(before);
    this.now = now;
  }

  tell(entry: Untold): void {
    this.#entries.push({ source: 'supervisor', ...entry });
  }

  write(entries: readonly NewEntry[]): void {
    this.#entries.push(...entries);
  }

  act(action: Action): void {
    this.#actions.push(action);
  }

  get done(): Decision {
    return { state: this.state, entries: this.#entries, actions: this.#actions };
  }
}
