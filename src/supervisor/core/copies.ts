/** Which copies of the messages are lost at a moment, and whether too many were at once. */
export class Copies {
  readonly #lost = new Set<string>();

  /**
   * The logs of these nodes have vanished.
   * @param tolerated how many copies may be missing while what was acknowledged is on one of the others
   * @returns the nodes without a copy where that is news and they are more than that: what only they had is gone
   */
  lost(names: readonly string[], tolerated: number): string[] | undefined {
    const before = this.#lost.size;
    for (const name of names) this.#lost.add(name);
    const isNews = this.#lost.size > before;
    return isNews && this.#lost.size > tolerated ? [...this.#lost] : undefined;
  }

  /** A node has taken over its master's log. */
  attached(name: string): void {
    this.#lost.delete(name);
  }

  /** The same, to go on from without a change of this one. */
  clone(): Copies {
    const copy = new Copies();
    for (const name of this.#lost) copy.#lost.add(name);
    return copy;
  }
}
