import { cachedDistribution, findJava } from '../../distribution/index.js';
import type { NodeConfig } from '../../config/schema.js';
import { renderCluster } from '../../stores/replicated-leveldb/render/rendered-files.js';
import {
  compareFiles,
  editedError,
  type FileComparison,
} from '../../stores/replicated-leveldb/render/sync.js';
import type { Cluster } from '../../state/cluster.js';
import { readCredentials } from '../../state/identity.js';
import { planStart, refuseHeldPorts } from './plan.js';
import { readInForce, type Sizes } from '../../state/sizes.js';

/** What a start would do now. */
export interface StartPreview {
  readonly running: readonly { readonly name: string; readonly pid: number }[];
  /** Whether the cache lacks the distribution; then class paths are not known yet. */
  readonly install: boolean;
  readonly render: readonly string[];
  readonly start: readonly {
    readonly name: string;
    readonly cwd: string;
    readonly command: string;
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  }[];
}

/** Stands for secrets that are not made before the first real run; never written anywhere. */
const NOT_YET = { username: 'mqha', password: '', securityToken: '' };

/**
 * What a start of these nodes does; changes nothing.
 * @param sizes the `replicas` that each would have
 * @throws MqhaError for everything that the start would refuse before its first process
 */
export async function previewStart(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  sizes: Sizes,
): Promise<StartPreview> {
  const { config, host } = cluster;
  const java = await findJava(host.env, config.java.home);
  const cached = await cachedDistribution({ env: host.env });
  await refuseHeldPorts(cluster, nodes);
  const comparisons = await compared(cluster, sizes);
  const distribution = cached ?? {
    home: '<cache>/apache-activemq',
    classPath: () => ['<cache>'],
    zookeeperClassPath: () => ['<cache>'],
  };
  const plan = await planStart(cluster, { java, distribution }, nodes, sizes);
  const launches = [
    ...(plan.zookeeper ? [plan.zookeeper] : []),
    ...plan.brokers.map(({ launch }) => launch),
  ];
  return {
    running: plan.running.map(({ name, process }) => ({ name, pid: process.pid })),
    install: cached === undefined,
    render: comparisons.filter(({ state }) => state !== 'same').map(({ file }) => file.path),
    start: launches.map(({ name, cwd, command, argv, env }) => ({ name, cwd, command, argv, env })),
  };
}

/** @throws MqhaError `edited-file`; of findJava(). As refuseUnprepared(), and neither installs nor writes anything. */
export async function refuseEditedFiles(cluster: Cluster): Promise<void> {
  await findJava(cluster.host.env, cluster.config.java.home);
  await compared(cluster, (await readInForce(cluster.layout))?.sizes);
}

async function compared(cluster: Cluster, sizes: Sizes | undefined): Promise<FileComparison[]> {
  const credentials = (await readCredentials(cluster.layout)) ?? NOT_YET;
  const files = renderCluster(cluster.config, credentials, sizes);
  const comparisons = await compareFiles(cluster.layout, files);
  const edited = editedError(comparisons);
  if (edited) throw edited;
  return comparisons;
}
