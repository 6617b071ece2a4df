import { dirname } from 'node:path';
import { sleep, type Deadline } from '../../lib/time.js';
import type { Coordination } from '../coordination.js';
import type { Election, Member } from '../election.js';
import type { CoordinationSettings } from '../store.js';
import { readElection } from './election/read-election.js';
import type { ZooKeeperReader } from './zookeeper/reader.js';

/** How long one question may take where a whole answer takes several. */
const ASK_MS = 5000;
const AGAIN_MS = 200;

/** The election under a cluster's zkPath, by one session with its ensemble. */
export class ZooKeeperCoordination implements Coordination {
  readonly #reader: ZooKeeperReader;
  readonly #path: string;
  readonly #brokerName: string;

  constructor(reader: ZooKeeperReader, { name, zookeeper }: CoordinationSettings) {
    this.#reader = reader;
    this.#path = zookeeper.path;
    this.#brokerName = name;
  }

  async snapshot(deadline: Deadline, onChange?: () => void): Promise<Election> {
    const { znodes } = await this.#reader.group(this.#path, deadline, onChange);
    return readElection(znodes, this.#brokerName);
  }

  release({ znode }: Pick<Member, 'znode'>, deadline: Deadline): Promise<boolean> {
    return this.#reader.remove(`${this.#path}/${znode}`, deadline);
  }

  /** Removes zkPath and its parents as far as they are empty; members are ephemeral and gone by then. */
  async erase(deadline: Deadline): Promise<string[]> {
    const removed: string[] = [];
    for (let path = this.#path; path !== '/'; path = dirname(path)) {
      for (;;) {
        const { exists, znodes } = await this.#reader.group(path, deadline.within(ASK_MS));
        if (!exists) break;
        if (znodes.length === 0) {
          if (await this.#reader.remove(path, deadline.within(ASK_MS))) {
            removed.push(`znode ${path}`);
          }
          break;
        }
        // Members of brokers that were just stopped go when their sessions are closed.
        if (path !== this.#path || deadline.passed) return removed;
        await sleep(AGAIN_MS);
      }
    }
    return removed;
  }

  close(): void {
    this.#reader.close();
  }
}
