import type { ClusterConfig } from '../config/schema.js';

/** An account of the message port; undefined for an anonymous cluster. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Where one broker takes clients. */
export interface Broker {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** What a client of a cluster needs, whatever it does. */
export interface ClientOptions {
  readonly brokers: readonly Broker[];
  /** Undefined for an anonymous cluster. */
  readonly account: Account | undefined;
  /** Aborted: nothing is waited for any more. */
  readonly signal?: AbortSignal;
  /** After so long without an answer the client looks for another broker as well; 250 ms. */
  readonly patienceMs?: number;
  /** Between two knocks at a closed door, of each broker; 10 ms. */
  readonly knockMs?: number;
}

/** The message ports of a cluster, all of them: any node can be master. */
export function brokersOf(config: ClusterConfig): readonly Broker[] {
  return config.nodes.map(({ name, host, messagePort }) => ({ name, host, port: messagePort }));
}
