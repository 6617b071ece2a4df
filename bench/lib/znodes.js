// When members leave ZooKeeper, as a watch tells it: nobody is asked again and again meanwhile.
import zookeeper from 'node-zookeeper-client';

/** The children of a path from now on, each time with the moment at which ZooKeeper told. */
export class ZnodeWatch {
  /** @type {{ at: number, names: string[] }[]} */
  #seen = [];
  #client;
  #path;

  /**
   * @param {string} connect
   * @param {string} path
   */
  constructor(connect, path) {
    this.#path = path;
    this.#client = zookeeper.createClient(connect, { sessionTimeout: 6000 });
    this.#client.once('connected', () => {
      this.#look(Date.now());
    });
    this.#client.connect();
  }

  /**
   * When a member was gone; NaN where it is not known to be.
   * @param {string} name
   * @param {number} since
   */
  goneAt(name, since) {
    return this.#seen.find(({ at, names }) => at >= since && !names.includes(name))?.at ?? NaN;
  }

  close() {
    this.#client.close();
  }

  /** @param {number} at */
  #look(at) {
    this.#client.getChildren(
      this.#path,
      () => {
        this.#look(Date.now());
      },
      (/** @type {unknown} */ error, /** @type {string[]} */ names) => {
        if (!error) this.#seen.push({ at, names });
      },
    );
  }
}
