import { dirname } from 'node:path';
import { MqhaError } from '../../lib/errors.js';
import { sleep, type Deadline } from '../../lib/time.js';
import type { Coordination, Protected, Protection } from '../coordination.js';
import type { Election, Member } from '../election.js';
import type { CoordinationSettings } from '../store.js';
import { readElection } from './election/read-election.js';
import { accountOf, ownerOf, superAccountOf } from './zookeeper/access.js';
import { makeChroot } from './zookeeper/chroot.js';
import { isDenied } from './zookeeper/errors.js';
import { openAt, protectAt, protectionAt, type Place } from './zookeeper/protection.js';
import type { PasswordOf, ZooKeeperReader } from './zookeeper/reader.js';
import { ZooKeeperSession, type Ensemble } from './zookeeper/session.js';

/** How long one question may take where a whole answer takes several. */
const ASK_MS = 5000;
const AGAIN_MS = 200;

/** The election under a cluster's zkPath, by one session with its ensemble. */
export class ZooKeeperCoordination implements Coordination {
  readonly #reader: ZooKeeperReader;
  readonly #ensemble: Ensemble;
  readonly #path: string;
  readonly #brokerName: string;
  readonly #zookeeper: CoordinationSettings['zookeeper'];
  readonly #password: PasswordOf;

  constructor(
    reader: ZooKeeperReader,
    ensemble: Ensemble,
    { name, zookeeper }: CoordinationSettings,
    password: PasswordOf,
  ) {
    this.#reader = reader;
    this.#ensemble = ensemble;
    this.#path = zookeeper.path;
    this.#brokerName = name;
    this.#zookeeper = zookeeper;
    this.#password = password;
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
          if (await this.#removeEmpty(path, deadline)) removed.push(`znode ${path}`);
          break;
        }
        // Members of brokers that were just stopped go when their sessions are closed.
        if (path !== this.#path || deadline.passed) return removed;
        await sleep(AGAIN_MS);
      }
    }
    return removed;
  }

  async protection(deadline: Deadline): Promise<Protection> {
    const place = await this.#place();
    return this.#reader.ask(deadline, (session) => protectionAt(session, place, deadline));
  }

  async protect(whole: boolean, deadline: Deadline): Promise<Protected> {
    const place = await this.#place();
    await makeChroot(this.#ensemble, await this.#password(), deadline);
    const session = await this.#administer(deadline);
    try {
      return await protectAt(session, place, whole, deadline);
    } finally {
      session.close();
    }
  }

  async open(deadline: Deadline): Promise<void> {
    const password = await this.#password();
    await makeChroot(this.#ensemble, password, deadline);
    if (password === undefined) return;
    const place = await this.#place();
    await this.#reader.ask(deadline, (session) => openAt(session, place, deadline));
  }

  /** A session of its own: the managed server lets it do everything, whoever has made a znode. */
  async #administer(deadline: Deadline): Promise<ZooKeeperSession> {
    const password = (await this.#password()) ?? '';
    const accounts = this.#zookeeper.managed
      ? [accountOf(password), superAccountOf(password)]
      : [accountOf(password)];
    return ZooKeeperSession.open(this.#ensemble, deadline, accounts);
  }

  async #place(): Promise<Place> {
    const password = await this.#password();
    if (password === undefined) {
      throw new MqhaError(
        'credentials-missing',
        'the password for ZooKeeper is not in .mqha/credentials.json',
        { hint: '`mqha up` makes one where none was made before.' },
      );
    }
    return { path: this.#path, managed: this.#zookeeper.managed, owner: ownerOf(password) };
  }

  /** @returns false where it is gone, or is not ours to remove: others own what is above it */
  async #removeEmpty(path: string, deadline: Deadline): Promise<boolean> {
    try {
      return await this.#reader.remove(path, deadline.within(ASK_MS));
    } catch (error) {
      if (path === this.#path || !isDenied(error)) throw error;
      return false;
    }
  }

  close(): void {
    this.#reader.close();
  }
}
