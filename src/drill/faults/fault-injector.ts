import { Deadline } from '../../lib/time.js';
import type { Fault, FaultContext } from './fault.js';

/** A signal, and the end of a process, take effect within this time on a machine with much to do. */
const PROPAGATION_MS = 15_000;

/** Injects the faults of one scenario, and knows which of them are to be recovered. */
export class FaultInjector {
  readonly #context: FaultContext;
  readonly #injected: Fault[] = [];
  /** Those of them that are not recovered from yet, in the order of their injection. */
  readonly #open: Fault[] = [];

  constructor(context: FaultContext) {
    this.#context = context;
  }

  /** Injects a fault, and waits until it has taken effect. @throws MqhaError of Fault.inject() and Fault.propagated() */
  async inject(fault: Fault): Promise<void> {
    try {
      await fault.inject(this.#context);
    } finally {
      // Half of it may be done where it fails.
      if (fault.isBegun) this.#open.push(fault);
    }
    this.#injected.push(fault);
    await fault.propagated(Deadline.in(PROPAGATION_MS));
  }

  /** Recovers from a fault now. */
  async recover(fault: Fault): Promise<void> {
    await fault.recover();
    const index = this.#open.indexOf(fault);
    if (index >= 0) this.#open.splice(index, 1);
  }

  /** Recovers from what is left, the last fault first. */
  async recoverAll(): Promise<void> {
    for (const fault of this.#open.toReversed()) await this.recover(fault);
  }

  /** Waits until everything that was met is at work again. @throws MqhaError `timeout`, `interrupted` */
  async recovered(deadline: Deadline): Promise<void> {
    for (const fault of this.#injected) await fault.recovered(deadline);
  }
}
