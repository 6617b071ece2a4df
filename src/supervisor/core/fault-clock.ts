import type { SupervisorLimits } from '../../config/schema.js';
import type { Fault, FaultCode } from '../../observe/conditions/faults.js';

/** How long each fault may last. */
export function limitOf(code: FaultCode, limits: SupervisorLimits): number {
  switch (code) {
    case 'hung':
      return limits.hungMs;
    case 'promotion-stuck':
      return limits.promotionMs;
    case 'not-serving':
      // It waits for its slaves, and a slave that does not come has a limit of its own.
      return limits.promotionMs + limits.attachMs;
    case 'vetoing':
      return limits.vetoMs;
    case 'attach-stuck':
      return limits.attachMs;
    case 'not-registered':
      return limits.startMs;
    case 'not-a-member':
      return limits.absentMs;
    case 'zookeeper-hung':
      return limits.zookeeperMs;
  }
}

/** Remembers since when each fault lasts. */
export class FaultClock {
  #since: ReadonlyMap<string, number> = new Map();

  /**
   * Takes the faults of a moment.
   * @param now in milliseconds of any steady clock
   * @returns those that have lasted for their limit; each is told once and begins anew then
   */
  update(faults: readonly Fault[], now: number, limits: SupervisorLimits): Fault[] {
    const before = this.#since;
    const since = new Map<string, number>();
    const due: Fault[] = [];
    for (const fault of faults) {
      const key = `${fault.name} ${fault.code} ${fault.detail}`;
      const began = before.get(key) ?? now;
      const isDue = now - began >= limitOf(fault.code, limits);
      since.set(key, isDue ? now : began);
      if (isDue) due.push(fault);
    }
    this.#since = since;
    return due;
  }

  /** Whether anything is at fault, so that a closer look pays. */
  get isCalm(): boolean {
    return this.#since.size === 0;
  }

  /** The same, to go on from without a change of this one. */
  clone(): FaultClock {
    const copy = new FaultClock();
    copy.#since = this.#since;
    return copy;
  }
}
