// When members leave ZooKeeper, as a watch tells it: nobody is asked again and again meanwhile.
import zookeeper, { type Client } from 'node-zookeeper-client';
import {
  connectOver,
  type ConnectionManager,
} from '../../src/stores/replicated-leveldb/zookeeper/connect-over.js';
import type { Ensemble } from '../../src/stores/replicated-leveldb/zookeeper/session.js';
import { accountOf } from '../../src/stores/replicated-leveldb/zookeeper/access.js';

/** The children of a path from now on, each time with the moment at which ZooKeeper told. */
export class ZnodeWatch {
  readonly #seen: { readonly at: number; readonly names: readonly string[] }[] = [];
  readonly #client: Client;
  readonly #path: string;

  /** @param password the cluster's at ZooKeeper; undefined where it has none */
  constructor({ connect, tls }: Ensemble, path: string, password: string | undefined) {
    this.#path = path;
    this.#client = zookeeper.createClient(connect, { sessionTimeout: 6000 });
    if (tls) {
      const { connectionManager } = this.#client as unknown as {
        connectionManager: ConnectionManager;
      };
      connectOver(connectionManager, tls, () => undefined);
    }
    if (password !== undefined) {
      this.#client.addAuthInfo('digest', Buffer.from(accountOf(password)));
    }
    this.#client.once('connected', () => {
      this.#look(Date.now());
    });
    this.#client.connect();
  }

  /** When a member was gone; NaN where it is not known to be. */
  goneAt(name: string, since: number): number {
    return this.#seen.find(({ at, names }) => at >= since && !names.includes(name))?.at ?? NaN;
  }

  close(): void {
    this.#client.close();
  }

  #look(at: number): void {
    this.#client.getChildren(
      this.#path,
      () => {
        this.#look(Date.now());
      },
      (error: unknown, names: string[]) => {
        if (!error) this.#seen.push({ at, names });
      },
    );
  }
}
