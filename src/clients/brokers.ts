import { messageEndpoint } from '../config/endpoints.js';
import type { ClusterConfig } from '../config/schema.js';
import type { Endpoint, TlsIdentity } from '../lib/dial.js';

/** An account of the message port; undefined for an anonymous cluster. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Where one broker takes clients. */
export interface Broker extends Endpoint {
  readonly name: string;
}

/** What a client of a cluster needs, whatever it does. */
export interface ClientOptions {
  readonly brokers: readonly Broker[];
  /** Undefined for an anonymous cluster. */
  readonly account: Account | undefined;
  /** Asked after a refusal, since the password may have been rotated meanwhile; undefined where there is no other. */
  readonly accountNow?: () => Promise<Account | undefined>;
  /** Aborted: nothing is waited for any more. */
  readonly signal?: AbortSignal;
  /** After so long without an answer the client looks for another broker as well; 250 ms. */
  readonly patienceMs?: number;
  /** Between two attempts to connect to one broker; 10 ms. */
  readonly attemptMs?: number;
}

/**
 * The message ports of a cluster, all of them: any node can be master.
 * @param identity of mqha: `tls` of an opened cluster
 * @throws MqhaError `certificates-missing`, before a client waits for a master that it cannot reach
 */
export function brokersOf(config: ClusterConfig, identity: TlsIdentity): readonly Broker[] {
  if (config.nodes.some(({ tls }) => tls)) identity.context();
  return config.nodes.map((node) => ({ name: node.name, ...messageEndpoint(node, identity) }));
}
