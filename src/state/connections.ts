import type { Coordination } from '../stores/coordination.js';
import type { CoordinationSettings, Store } from '../stores/store.js';

/**
 * What a program has open while it works on clusters: a cluster that is opened again goes on with the connection that
 * it had.
 */
export class Connections {
  readonly #coordinations = new Map<string, Coordination>();

  /** What coordinates a cluster; one for all who ask with the same settings. */
  coordinationOf(store: Store, settings: CoordinationSettings): Coordination {
    const { connect, path } = settings.zookeeper;
    const key = JSON.stringify([store.kind, settings.name, connect, path]);
    const known = this.#coordinations.get(key);
    if (known) return known;
    const made = store.coordination(settings);
    this.#coordinations.set(key, made);
    return made;
  }

  /** Ends every connection. Whoever asks after that opens another. */
  close(): void {
    for (const coordination of this.#coordinations.values()) coordination.close();
  }
}
