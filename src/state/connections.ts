import type { Layout } from '../config/layout.js';
import type { TlsIdentity } from '../lib/dial.js';
import type { Coordination } from '../stores/coordination.js';
import type { CoordinationSettings, Store } from '../stores/store.js';
import { zookeeperPassword } from './identity.js';

/**
 * What a program has open while it works on clusters: a cluster that is opened again goes on with the connection that
 * it had.
 */
export class Connections {
  readonly #coordinations = new Map<string, Coordination>();

  /**
   * What coordinates a cluster; one for all who ask with the same settings.
   * @param identity of mqha, where the ensemble speaks TLS
   * @param layout of the cluster, whose password there is read whenever a connection is opened
   */
  coordinationOf(
    store: Store,
    settings: CoordinationSettings,
    layout: Layout,
    identity: TlsIdentity,
  ): Coordination {
    const { connect, path, managed, tls } = settings.zookeeper;
    const key = JSON.stringify([
      store.kind,
      settings.name,
      connect,
      path,
      managed,
      tls,
      layout.directory,
    ]);
    const known = this.#coordinations.get(key);
    if (known) return known;
    const made = store.coordination(settings, () => zookeeperPassword(layout), identity);
    this.#coordinations.set(key, made);
    return made;
  }

  /** Ends every connection. Whoever asks after that opens another. */
  close(): void {
    for (const coordination of this.#coordinations.values()) coordination.close();
  }
}
