// When members leave ZooKeeper, as a watch tells it: nobody is asked again and again meanwhile.
import zookeeper, { type Client } from 'node-zookeeper-client';

/** The children of a path from now on, each time with the moment at which ZooKeeper told. */
export class ZnodeWatch {
  readonly #seen: { readonly at: number; readonly names: readonly string[] }[] = [];
  readonly #client: Client;
  readonly #path: string;

  constructor(connect: string, path: string) {
    this.#path = path;
    this.#client = zookeeper.createClient(connect, { sessionTimeout: 6000 });
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
