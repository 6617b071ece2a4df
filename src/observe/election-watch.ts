import type { ClusterConfig } from '../config/schema.js';
import { Deadline } from '../lib/time.js';
import { readElection, type Election } from '../stores/replicated-leveldb/election/election.js';
import type { ZooKeeperReader } from '../stores/replicated-leveldb/zookeeper/session.js';
import { read, type Reading } from './reading.js';

/** Who is a member, and whom they have elected, as ZooKeeper says now. */
export function readElectionNow(
  { name, zookeeper }: ClusterConfig,
  reader: ZooKeeperReader,
  deadline: Deadline,
): Promise<Reading<Election>> {
  return read(async () =>
    readElection((await reader.group(zookeeper.path, deadline)).znodes, name),
  );
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
  async look(
    config: ClusterConfig,
    reader: ZooKeeperReader,
    timeoutMs: number,
  ): Promise<Reading<Election>> {
    const last = this.#last;
    if (last && !this.isDue) return last;
    this.#changed = false;
    const election = await read(async () => {
      const { path } = config.zookeeper;
      const group = await reader.group(path, Deadline.in(timeoutMs), this.#onChange);
      // A path that is absent cannot be watched.
      if (!group.exists) this.#changed = true;
      return readElection(group.znodes, config.name);
    });
    this.#last = election;
    return election;
  }
}
