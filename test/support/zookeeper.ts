import { setTimeout as sleep } from 'node:timers/promises';
import zookeeper, { type Client } from 'node-zookeeper-client';
import type { TlsIdentity } from '../../src/lib/dial.js';
import {
  connectOver,
  type ConnectionManager,
} from '../../src/stores/replicated-leveldb/zookeeper/connect-over.js';
import type { Ensemble } from '../../src/stores/replicated-leveldb/zookeeper/session.js';

/** What a request ended with: the name of ZooKeeper's error, or `done`. */
export type Answer = string;

const all = (scheme: string, id: string) =>
  new zookeeper.ACL(zookeeper.Permission.ALL, new zookeeper.Id(scheme, id));

type Done = (error: unknown, ...more: unknown[]) => void;

/** Who gets no session hears nothing of it. */
const NO_SESSION_MS = 3000;

/** A client of an ensemble that has not connected yet. */
export function clientOf({ connect, tls }: Ensemble): Client {
  const client = zookeeper.createClient(connect, { sessionTimeout: 6000, retries: 0 });
  const { connectionManager } = client as unknown as { connectionManager: ConnectionManager };
  if (tls) connectOver(connectionManager, tls, () => undefined);
  return client;
}

/** A session of somebody who is not mqha. */
export class ZooKeeperStranger {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /**
   * @param account `user:password`; without it the session does not authenticate
   * @throws Error where there is no session in time
   */
  static async open(
    connect: string,
    account?: string,
    tls?: TlsIdentity,
  ): Promise<ZooKeeperStranger> {
    const client = clientOf({ connect, tls });
    if (account !== undefined) client.addAuthInfo('digest', Buffer.from(account));
    const connected = new Promise<true>((resolve) => {
      client.once('connected', () => {
        resolve(true);
      });
      client.connect();
    });
    if (await Promise.race([connected, sleep(NO_SESSION_MS, false)])) {
      return new ZooKeeperStranger(client);
    }
    client.close();
    throw new Error('there is no session');
  }

  /** Asks, and says how that ended. */
  #ask(request: (client: Client, done: Done) => void): Promise<Answer> {
    return new Promise((resolve) => {
      request(this.#client, (error) => {
        if (error === null || error === undefined) resolve('done');
        else resolve(error instanceof zookeeper.Exception ? error.name : 'failed');
      });
    });
  }

  list = (path: string) =>
    this.#ask((client, done) => {
      client.getChildren(path, done);
    });
  read = (path: string) =>
    this.#ask((client, done) => {
      client.getData(path, done);
    });
  rights = (path: string) =>
    this.#ask((client, done) => {
      client.getACL(path, done);
    });
  write = (path: string, data: string) =>
    this.#ask((client, done) => {
      client.setData(path, Buffer.from(data), -1, done);
    });
  make = (path: string, data: string) =>
    this.#ask((client, done) => {
      const { CreateMode } = zookeeper;
      client.create(path, Buffer.from(data), CreateMode.PERSISTENT, done);
    });
  remove = (path: string) =>
    this.#ask((client, done) => {
      client.remove(path, -1, done);
    });
  /** Has everybody do everything with a znode. */
  free = (path: string) =>
    this.#ask((client, done) => {
      client.setACL(path, [all('world', 'anyone')], -1, done);
    });
  /** Keeps a znode for itself. */
  lock = (path: string) =>
    this.#ask((client, done) => {
      client.setACL(path, [all('auth', '')], -1, done);
    });

  close(): void {
    this.#client.close();
  }
}
