import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import zookeeper from 'node-zookeeper-client';
import type { CertifiedKey } from '../../src/certificates/files.js';
import type { ClusterConfig } from '../../src/config/schema.js';
import type { Endpoint, TlsIdentity } from '../../src/lib/dial.js';
import { Frames } from './replication.js';
import { clientOf } from './zookeeper.js';

/** Takes slaves in as a master does, and lists files of its choice; for each that it is asked for it sends five bytes. */
export class FalseMaster {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #listing: object;
  /** How many slaves have connected. */
  connections = 0;
  /** What slaves have asked it for; the first is a login, which tells the token. */
  readonly heard: string[] = [];

  private constructor(listing: object, shown: CertifiedKey | undefined) {
    this.#listing = listing;
    const talk = (socket: Socket) => {
      socket.on('error', () => undefined);
      const frames = new Frames();
      socket.on('data', (bytes) => {
        for (const { action } of frames.add(bytes)) this.#answer(socket, action);
      });
    };
    this.#server = shown
      ? createSecureServer({ cert: shown.certificate, key: shown.key }, talk)
      : createServer(talk);
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
  }

  /**
   * @param files names of what it says its log and its index have
   * @param shown its certificate and key; without them it speaks in clear
   */
  static async listen(
    { host, port }: Endpoint,
    files: readonly string[],
    shown?: CertifiedKey,
  ): Promise<FalseMaster> {
    const infos = files.map((file) => ({ file, length: 5, crc32: 1 }));
    const listing = {
      snapshot_position: 0,
      wal_append_position: 5,
      append_log: '0000000000000000.log',
      log_files: infos,
      index_files: infos,
    };
    const master = new FalseMaster(listing, shown);
    master.#server.listen(port, host);
    await once(master.#server, 'listening');
    return master;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #answer(socket: Socket, action: string): void {
    this.heard.push(action);
    const body = action === 'sync' ? JSON.stringify(this.#listing) : '';
    socket.write(`ok\n${body}\0${action === 'get' ? 'owned' : ''}`);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * Makes a member that comes before all others, so that the brokers take it for their elector, and that says it is elected.
 * @param address what it says where the slaves are to connect to
 * @param secret of the znodes, where they have one: `user:password` of a digest
 * @param tls who it is, where ZooKeeper speaks TLS
 * @returns ends the member
 */
export async function sayElected(
  { name, zookeeper: { connect, path } }: ClusterConfig,
  address: string,
  secret?: string,
  tls?: TlsIdentity,
): Promise<() => void> {
  const client = clientOf({ connect, tls });
  client.connect();
  await once(client, 'connected');
  if (secret !== undefined) client.addAuthInfo('digest', Buffer.from(secret));
  // Members are `0` and digits, and go by their names as texts: `00` comes before `00000000000`.
  const member = {
    id: name,
    container: 'evil',
    address,
    position: 2 ** 40,
    weight: 9,
    elected: '0',
  };
  await new Promise<void>((resolve, reject) => {
    client.create(
      `${path}/00`,
      Buffer.from(JSON.stringify(member)),
      [new zookeeper.ACL(zookeeper.Permission.ALL, new zookeeper.Id('world', 'anyone'))],
      zookeeper.CreateMode.EPHEMERAL,
      (error) => {
        if (error) reject(new Error(String(error)));
        else resolve();
      },
    );
  });
  return () => {
    client.close();
  };
}
