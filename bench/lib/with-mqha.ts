// The cluster as mqha makes and starts it, seen as the by-hand one is.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account, Broker } from '../../src/clients/brokers.js';
import type { Cluster } from '../../src/state/cluster.js';
import { BenchCluster } from './cluster.js';
import type { Side } from './measures.js';

export class WithMqha implements Side {
  readonly cluster: BenchCluster;
  readonly opened: Cluster;
  readonly brokers: readonly Broker[];
  readonly account: Account | undefined;
  readonly clientOptions: readonly string[];

  private constructor(
    cluster: BenchCluster,
    opened: Cluster,
    clients: Pick<WithMqha, 'brokers' | 'account' | 'clientOptions'>,
  ) {
    this.cluster = cluster;
    this.opened = opened;
    this.brokers = clients.brokers;
    this.account = clients.account;
    this.clientOptions = clients.clientOptions;
  }

  /** Without accounts, as the distribution's own configuration has it. */
  static async make(
    options: { readonly nodes?: number; readonly tls?: boolean } = {},
  ): Promise<WithMqha> {
    const cluster = await BenchCluster.of({ supervised: true, anonymous: true, ...options });
    const clientOptions = options.tls ? await trusting(cluster) : [];
    return new WithMqha(cluster, await cluster.open(), {
      ...(await cluster.clients()),
      clientOptions,
    });
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

/** Has mqha make what a JMS client needs to trust the cluster; returns the options of its JVM. */
async function trusting(cluster: BenchCluster): Promise<readonly string[]> {
  const directory = join(cluster.directory, 'bench-tls');
  await cluster.must('certs', 'client', 'bench');
  await cluster.must('certs', 'export', 'bench', directory);
  const password = (await readFile(join(directory, 'password'), 'utf8')).trim();
  return [
    `-Djavax.net.ssl.trustStore=${join(directory, 'truststore.p12')}`,
    `-Djavax.net.ssl.trustStorePassword=${password}`,
  ];
}
