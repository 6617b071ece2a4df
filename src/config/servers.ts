import { isHost } from './addresses.js';
import { splitConnect } from './connect.js';

const ZNODE_PATH = /^(\/[A-Za-z0-9._-]+)+$/;

/** Whether a text is the path of a znode, `/activemq/mqstores`. */
export const isZnodePath = (value: string): boolean =>
  ZNODE_PATH.test(value) && !/\/\.{1,2}(\/|$)/.test(value);

/** The servers of an ensemble. */
export interface Servers {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** The znode that sessions take for the root, `/shop`; empty where it is the root. */
  readonly chroot: string;
}

/**
 * Reads `host:port,host:port…`, after the last of which a chroot may follow, as ZooKeeper's own clients take it
 * (`zk1:2181,zk2:2181/shop`); undefined where the text is not that.
 */
export function parseConnect(value: string): Servers | undefined {
  const split = splitConnect(value);
  const chroot = split.chroot.trim().replace(/\/$/, '');
  const servers = split.servers.split(',').map((server) => {
    const [, name = '', number = ''] = /^([^:]+):(\d{1,5})$/.exec(server.trim()) ?? [];
    return { host: name, port: Number(number) };
  });
  const valid = servers.every((s) => isHost(s.host) && s.port >= 1 && s.port <= 65_535);
  // What is below /zookeeper is ZooKeeper's own.
  const isFree = isZnodePath(chroot) && !/^\/zookeeper(\/|$)/.test(chroot);
  return valid && (chroot === '' || isFree) ? { servers, chroot } : undefined;
}
