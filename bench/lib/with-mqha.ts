// The cluster as mqha makes and starts it, seen as the by-hand one is.
import type { Account, Broker } from '../../src/clients/brokers.js';
import type { Cluster } from '../../src/state/cluster.js';
import { BenchCluster } from './cluster.js';
import type { Side } from './measures.js';

export class WithMqha implements Side {
  readonly cluster: BenchCluster;
  readonly opened: Cluster;
  readonly brokers: readonly Broker[];
  readonly account: Account | undefined;

  private constructor(
    cluster: BenchCluster,
    opened: Cluster,
    clients: Pick<WithMqha, 'brokers' | 'account'>,
  ) {
    this.cluster = cluster;
    this.opened = opened;
    this.brokers = clients.brokers;
    this.account = clients.account;
  }

  /** Without accounts, as the distribution's own configuration has it. */
  static async make(options: { readonly nodes?: number } = {}): Promise<WithMqha> {
    const cluster = await BenchCluster.of({ supervised: true, anonymous: true, ...options });
    return new WithMqha(cluster, await cluster.open(), await cluster.clients());
  }

  get zookeeperAddress(): string {
    return this.opened.config.zookeeper.connect;
  }

  get url(): string {
    return `failover:(${this.brokers.map(({ host, port, tls }) => `${tls ? 'ssl' : 'tcp'}://${host}:${port}`).join(',')})`;
  }

  get logs(): string[] {
    return this.brokers.map(({ name }) => this.cluster.log(name));
  }

  /** `mqha up`, to the end of the command. */
  async start(): Promise<void> {
    await this.cluster.up();
  }

  async pids(): Promise<number[]> {
    const found = await this.opened.registry.findAll(this.brokers.map(({ name }) => name));
    return [...found.values()].map(({ pid }) => pid);
  }

  remove(): Promise<void> {
    return this.cluster.remove();
  }
}
