import { cpus, release, totalmem, type } from 'node:os';
import type { Cluster } from '../../state/cluster.js';
import { quorumOf } from '../../config/checks.js';
import { findJava } from '../../distribution/index.js';
import { ZOOKEEPER_VERSION } from '../../distribution/artifacts.js';
import { packageVersion } from '../../lib/package.js';
import { DRILL_QUEUE } from '../workloads/payload.js';
import type { DrillOptions } from '../drill-context.js';
import type { DrillSetup } from '../result.js';

const GIB = 1024 ** 3;

/** What is drilled: the cluster, the versions, the machine and the load. */
export async function setupOf(
  { config, host }: Cluster,
  options: DrillOptions,
  supervised: boolean,
): Promise<DrillSetup> {
  const java = await findJava(host.env, config.java.home).catch(() => undefined);
  return {
    cluster: config.name,
    mqha: packageVersion(),
    activemq: config.version,
    zookeeper: config.zookeeper.managed ? ZOOKEEPER_VERSION : 'external',
    java: java?.version ?? null,
    node: process.version,
    machine: `${type()} ${release()}, ${cpus().length} cores, ${Math.round(totalmem() / GIB)} GiB`,
    nodes: config.nodes.length,
    replicas: config.replicas,
    quorum: quorumOf(config.replicas),
    sync: config.sync,
    sessionTimeoutMs: config.zookeeper.sessionTimeoutMs,
    supervised,
    managedZooKeeper: config.zookeeper.managed,
    clients: options.clients,
    rate: options.rate ?? null,
    queue: DRILL_QUEUE,
    seed: options.seed,
  };
}
