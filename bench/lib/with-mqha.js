// The cluster as mqha makes and starts it, seen as the by-hand one is.
import { BenchCluster } from './cluster.js';

export class WithMqha {
  name = 'mqha';

  /**
   * @param {BenchCluster} cluster
   * @param {Awaited<ReturnType<BenchCluster['clients']>>} clients
   * @param {import('../../dist/index.js').Cluster} opened
   */
  constructor(cluster, clients, opened) {
    this.cluster = cluster;
    this.brokers = clients.brokers;
    this.account = clients.account;
    this.opened = opened;
    /** How long `mqha up` took as a whole. @type {Promise<number>} */
    this.up = Promise.resolve(NaN);
  }

  /** @param {{ nodes?: number }} [options] */
  static async make({ nodes } = {}) {
    const cluster = await BenchCluster.make({
      supervised: true,
      // As the distribution's own configuration has it.
      anonymous: true,
      ...(nodes ? { nodes } : {}),
    });
    return new WithMqha(cluster, await cluster.clients(), await cluster.open());
  }

  get zookeeperAddress() {
    return this.opened.config.zookeeper.connect;
  }

  get url() {
    const { brokers } = this;
    return `failover:(${brokers.map(({ host, port }) => `tcp://${host}:${port}`).join(',')})`;
  }

  get logs() {
    return this.brokers.map(({ name }) => this.cluster.log(name));
  }

  async start() {
    const began = Date.now();
    this.up = this.cluster.up().then(() => Date.now() - began);
    this.up.catch(() => undefined);
  }

  async pids() {
    const found = await this.opened.registry.findAll(this.brokers.map(({ name }) => name));
    return [...found.values()].map(({ pid }) => pid);
  }

  remove() {
    return this.cluster.remove();
  }
}
