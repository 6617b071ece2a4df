import type { Cluster } from '../state/cluster.js';
import {
  NOTHING_WANTED,
  readDesiredState,
  wantedDamage,
  type DesiredState,
  type WantedRead,
} from '../state/desired-state-file.js';
import { wantedByRunning } from '../state/desired-state.js';

/**
 * What is wanted, as a supervisor goes by it: what it read last. Only a file that can be read turns `up` into
 * `down`; one that is gone or damaged says nothing, and that is told once. Where it was so from the beginning, what
 * ran then is wanted.
 */
export class DesiredStateReader {
  #last: DesiredState | undefined;
  #told = false;

  /** What is wanted now. */
  async read(cluster: Cluster): Promise<DesiredState> {
    const read = await readDesiredState(cluster.layout);
    if (read.state === 'read') {
      this.#told = false;
      return (this.#last = read.wanted);
    }
    this.#last ??= await wantedByRunning(cluster);
    await this.#tell(cluster, read);
    return this.#last;
  }

  /** What was read last, for who cannot wait. */
  get last(): DesiredState {
    return this.#last ?? NOTHING_WANTED;
  }

  async #tell({ layout, journal }: Cluster, read: WantedRead): Promise<void> {
    // Before the first start nothing is wanted, and there is no file.
    const isFresh = read.state === 'absent' && Object.keys(this.last.processes).length === 0;
    if (this.#told || isFresh) return;
    this.#told = true;
    const reason = `${wantedDamage(layout, read)}: the desired state stays as it was; \`mqha up\` writes it again`;
    await journal.append({ source: 'supervisor', type: 'supervisor-problem', reason });
  }
}
