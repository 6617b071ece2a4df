import { cachedDistribution, findJava } from '../../distribution/index.js';
import type { NodeConfig } from '../../config/schema.js';
import type { Cluster } from '../../state/cluster.js';
import { planStart, refuseHeldPorts } from './plan.js';
import { plannedFiles } from './compare-files.js';
import { refuseNameChanged } from './name-changed.js';
import { describeStep, launchesIn, type StepText } from './steps.js';
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
  /** All of it, in the order in which it is done. */
  readonly steps: readonly StepText[];
}

/**
 * What a start of these nodes does: the steps of planStart(), described; changes nothing.
 * @param sizes the `replicas` that each would have
 * @throws MqhaError for everything that the start would refuse before its first process
 */
export async function previewStart(
  cluster: Cluster,
  nodes: readonly NodeConfig[],
  sizes: Sizes,
): Promise<StartPreview> {
  const { config, host } = cluster;
  await refuseNameChanged(cluster);
  const java = await findJava(host.env, config.java.home);
  const cached = await cachedDistribution({ env: host.env });
  await refuseHeldPorts(cluster, nodes);
  const distribution = cached ?? {
    home: '<cache>/apache-activemq',
    classPath: () => ['<cache>'],
    zookeeperClassPath: () => ['<cache>'],
  };
  const { running, steps } = await planStart(cluster, { java, distribution }, nodes, sizes);
  const files = steps.flatMap((step) => (step.kind === 'render' ? step.files : []));
  return {
    running: running.map(({ name, process: { pid } }) => ({ name, pid })),
    install: cached === undefined,
    render: files.filter(({ state }) => state !== 'same').map(({ file }) => file.path),
    start: launchesIn(steps).map(({ name, cwd, command, argv, env }) => ({
      name,
      cwd,
      command,
      argv,
      env,
    })),
    steps: [...(cached === undefined ? [INSTALL] : []), ...steps.flatMap(describeStep)],
  };
}

const INSTALL: StepText = {
  kind: 'install',
  text: 'install ActiveMQ and ZooKeeper into the cache',
  details: [],
};

/** @throws MqhaError `edited-file`, `name-changed`; of findJava(). As refuseUnprepared(), and neither installs nor writes anything. */
export async function refuseEditedFiles(cluster: Cluster): Promise<void> {
  await refuseNameChanged(cluster);
  await findJava(cluster.host.env, cluster.config.java.home);
  await plannedFiles(cluster, (await readInForce(cluster.layout))?.sizes);
}
