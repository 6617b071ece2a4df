import { once } from 'node:events';
import { createServer as createConsole } from 'node:http';
import { createServer, type Server } from 'node:net';
import type { Account } from '../../../src/clients/brokers.js';
import type { NodeConfig } from '../../../src/config/schema.js';
import type { Endpoint } from '../../../src/lib/dial.js';
import { peer } from '../client/peer.js';

/**
 * The message port and the console of a master.
 * @param account who is let in; undefined for everybody
 * @param replication what Jolokia says of the replication
 * @returns what closes each
 */
export async function openMaster(
  { host, messagePort: port, webPort }: NodeConfig,
  account: Account | undefined,
  replication: () => unknown,
): Promise<(() => void)[]> {
  const amqp = await peer({ host, port, ...(account ? { account } : {}) });
  const console = createConsole((request, response) => {
    const isReplication = decodeURIComponent(request.url ?? '').includes('view=Replication');
    response.end(JSON.stringify(isReplication ? replication() : { status: 404 }));
  }).listen(webPort, host);
  await once(console, 'listening');
  return [
    () => {
      amqp.close();
    },
    () => {
      console.closeAllConnections();
      console.close();
    },
  ];
}

/** The server of ZooKeeper, as far as it is asked whether it serves. */
export async function openZooKeeper(
  { host, port }: Endpoint,
  serves: () => boolean,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(serves() ? 'Mode: standalone\n' : ''));
  }).listen(port, host);
  await once(server, 'listening');
  return server;
}
