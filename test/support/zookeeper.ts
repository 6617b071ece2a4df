import zookeeper, { type Client } from 'node-zookeeper-client';

/** What a request ended with: the name of ZooKeeper's error, or `done`. */
export type Answer = string;

const all = (scheme: string, id: string) =>
  new zookeeper.ACL(zookeeper.Permission.ALL, new zookeeper.Id(scheme, id));

type Done = (error: unknown, ...more: unknown[]) => void;

/** A session of somebody who is not mqha. */
export class ZooKeeperStranger {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** @param account `user:password`; without it the session does not authenticate */
  static async open(connect: string, account?: string): Promise<ZooKeeperStranger> {
    const client = zookeeper.createClient(connect, { sessionTimeout: 6000, retries: 0 });
    if (account !== undefined) client.addAuthInfo('digest', Buffer.from(account));
    await new Promise<void>((resolve) => {
      client.once('connected', resolve);
      client.connect();
    });
    return new ZooKeeperStranger(client);
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
