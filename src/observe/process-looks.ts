import type { Cluster } from '../state/cluster.js';
import type { ProcessId } from '../agents/process.js';
import type { ProcessReading } from './observation.js';
import { found } from './reading.js';

/** Finds processes for an observer that looks again and again: a known one costs two reads of /proc. */
export class ProcessLooks {
  readonly #searchMs: number;
  #searchAt = -Infinity;

  /** @param searchMs all processes are searched this often, for orphans that no record names */
  constructor(searchMs: number) {
    this.#searchMs = searchMs;
  }

  /**
   * @param known who was found before; only one that is proven dead gives way to another
   * @returns the process of each name, or that it has none
   * @throws whatever keeps a process from being looked at
   */
  async look(
    registry: Cluster['registry'],
    names: readonly string[],
    known: ReadonlyMap<string, ProcessId>,
  ): Promise<Map<string, ProcessReading>> {
    const at = performance.now();
    const isSearch = at >= this.#searchAt;
    if (isSearch) this.#searchAt = at + this.#searchMs;
    const readings = names.map(async (name) => {
      const before = known.get(name);
      const same = before && (await registry.look(before));
      const seen = same ?? (await (isSearch ? registry.find(name) : registry.recorded(name)));
      return [name, found(seen, at)] as const;
    });
    return new Map(await Promise.all(readings));
  }
}
