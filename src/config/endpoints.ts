import type { Endpoint, TlsIdentity } from '../lib/dial.js';
import type { NodeConfig } from './schema.js';

/** Where a broker takes clients. @param identity of mqha, for a node that speaks TLS */
export const messageEndpoint = (
  { host, messagePort, tls }: NodeConfig,
  identity: TlsIdentity,
): Endpoint => ({ host, port: messagePort, ...(tls ? { tls: identity } : {}) });

/** Where the console of a broker listens. @param identity of mqha, for a node that speaks TLS */
export const webEndpoint = (
  { host, webPort, tls }: NodeConfig,
  identity: TlsIdentity,
): Endpoint => ({ host, port: webPort, ...(tls ? { tls: identity } : {}) });

/** How a page of a console says where it is from, as the policy of its Jolokia compares it. */
export const originOf = ({
  host,
  port,
  tls,
}: Pick<Endpoint, 'host' | 'port'> & { readonly tls?: unknown }): string =>
  `${tls ? 'https' : 'http'}://${host}:${port}`;

/** Where a master takes slaves. */
export const replicationEndpoint = ({
  replicationHost,
  replicationPort,
}: NodeConfig): Endpoint => ({ host: replicationHost, port: replicationPort });
