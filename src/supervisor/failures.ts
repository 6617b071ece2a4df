import { isHopeless, type EndRecord } from '../broker/end-record.js';

/** What brokers have ended themselves for since somebody last served. */
export class Failures {
  /** Which nodes, by the reason. */
  readonly #nodes = new Map<string, Set<string>>();
  readonly #reasons = new Map<string, string>();
  readonly #behind = new Map<string, string>();

  /**
   * Takes the end of a broker.
   * @param elected the znode of whoever was master then
   */
  note(name: string, { code, message }: EndRecord, elected: string | undefined): void {
    if (code === 'master-behind' && elected !== undefined) this.#behind.set(elected, message);
    if (!isHopeless(code)) return;
    // A start fails for many reasons, a replay for what is in the log.
    const reason = code === 'start-failed' ? message : code;
    const nodes = this.#nodes.get(reason) ?? new Set();
    this.#nodes.set(reason, nodes.add(name));
    this.#reasons.set(name, reason);
  }

  /**
   * Why a node must not be started again, in words; undefined where it may be. What two have failed at is in every copy:
   * a third that is elected would fail as well.
   */
  hopeless(name: string): string | undefined {
    const reason = this.#reasons.get(name);
    const nodes = reason === undefined ? undefined : this.#nodes.get(reason);
    if (!nodes || nodes.size < 2) return undefined;
    return `${[...nodes].join(' and ')} ended for the same reason, ${reason ?? ''}`;
  }

  /** What a slave said that would not follow this master; undefined where none did. */
  behind(znode: string): string | undefined {
    return this.#behind.get(znode);
  }

  /** Somebody serves: whatever it was, it is over. */
  forget(): void {
    this.#nodes.clear();
    this.#reasons.clear();
    this.#behind.clear();
  }
}
