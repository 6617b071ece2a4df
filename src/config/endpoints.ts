import type { Endpoint } from '../lib/dial.js';
import type { NodeConfig } from './schema.js';

/** Where a broker takes clients. */
export const messageEndpoint = ({ host, messagePort }: NodeConfig): Endpoint => ({
  host,
  port: messagePort,
});

/** Where the console of a broker listens. */
export const webEndpoint = ({ host, webPort }: NodeConfig): Endpoint => ({ host, port: webPort });

/** How a page of a console says where it is from, as the policy of its Jolokia compares it. */
export const originOf = ({ host, port }: Endpoint): string => `http://${host}:${port}`;

/** Where a master takes slaves. */
export const replicationEndpoint = ({
  replicationHost,
  replicationPort,
}: NodeConfig): Endpoint => ({ host: replicationHost, port: replicationPort });
