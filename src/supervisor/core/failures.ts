import { isHopeless, type EndRecord } from '../../stores/end-record.js';

/** What brokers have ended themselves for since somebody last served, and damage that they found while they served. */
export class Failures {
  /** Which nodes, by the reason. */
  readonly #nodes = new Map<string, Set<string>>();
  readonly #reasons = new Map<string, string>();
  readonly #behind = new Map<string, string>();

  /** Which nodes, by the damage; who serves may find it once it gets there. */
  readonly #damaged = new Map<string, Set<string>>();

  /**
   * Takes the end of a broker.
   * @param elected the znode of whoever was master then
   * @returns which others have ended of what this one is the second for; one of them may have been started again
   */
  note(name: string, { code, message }: EndRecord, elected: string | undefined): string[] {
    if (code === 'master-behind' && elected !== undefined) this.#behind.set(elected, message);
    if (code === 'store-damaged') {
      this.#damaged.set(message, (this.#damaged.get(message) ?? new Set()).add(name));
    }
    if (!isHopeless(code)) return [];
    // A start fails for many reasons, a replay for what is in the log.
    const reason = code === 'start-failed' ? message : code;
    const nodes = this.#nodes.get(reason) ?? new Set();
    const others = [...nodes].filter((other) => other !== name);
    this.#nodes.set(reason, nodes.add(name));
    this.#reasons.set(name, reason);
    return others;
  }

  /**
   * Why a node must not be started again, in words; undefined where it may be. What two have failed at is in every copy:
   * a third that is elected would fail as well. So is damage that each of them has found.
   * @param nodes how many there are
   */
  hopeless(name: string, nodes: number): string | undefined {
    for (const [damage, found] of this.#damaged) {
      if (found.has(name) && found.size >= nodes) return `every node found the same: ${damage}`;
    }
    const reason = this.#reasons.get(name);
    const alike = reason === undefined ? undefined : this.#nodes.get(reason);
    if (!alike || alike.size < 2) return undefined;
    return `${[...alike].join(' and ')} ended for the same reason, ${reason ?? ''}`;
  }

  /** What a slave said that would not follow this master; undefined where none did. */
  behind(znode: string): string | undefined {
    return this.#behind.get(znode);
  }

  /** A person has asked for a node again, and may have put right what it found. */
  forgive(name: string): void {
    for (const nodes of [...this.#damaged.values(), ...this.#nodes.values()]) nodes.delete(name);
    this.#reasons.delete(name);
  }

  /** Somebody serves: whatever it was, it is over. */
  forget(): void {
    this.#nodes.clear();
    this.#reasons.clear();
    this.#behind.clear();
  }

  /** The same, to go on from without a change of this one. */
  clone(): Failures {
    const copy = new Failures();
    for (const [reason, nodes] of this.#nodes) copy.#nodes.set(reason, new Set(nodes));
    for (const [name, reason] of this.#reasons) copy.#reasons.set(name, reason);
    for (const [znode, said] of this.#behind) copy.#behind.set(znode, said);
    for (const [damage, nodes] of this.#damaged) copy.#damaged.set(damage, new Set(nodes));
    return copy;
  }
}
