import { cachedDistribution, findJava } from '../distribution/index.js';
import { renderCluster } from '../render/files.js';
import { compareFiles, editedError } from '../render/sync.js';
import { refuseIfMoved, type Cluster } from './context.js';
import { readCredentials } from './identity.js';
import { planStart, refuseHeldPorts } from './plan.js';
import { readInForce, refuseSizeChange } from './sizes.js';

/** What `up` would do now. */
export interface DryRun {
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
 * The plan that `up` executes; changes nothing.
 * @throws MqhaError for everything that `up` would refuse before it starts a process
 */
export async function dryRun(cluster: Cluster): Promise<DryRun> {
  const { config, layout, host } = cluster;
  await refuseIfMoved(cluster);
  await refuseSizeChange(cluster);
  const java = await findJava(host.env, config.java.home);
  const cached = await cachedDistribution({ env: host.env });
  await refuseHeldPorts(cluster, config.nodes);
  const credentials = (await readCredentials(layout)) ?? NOT_YET;
  const comparisons = await compareFiles(
    layout,
    renderCluster(config, credentials, (await readInForce(layout))?.sizes),
  );
  const edited = editedError(comparisons);
  if (edited) throw edited;
  const distribution = cached ?? {
    home: '<cache>/apache-activemq',
    classPath: () => ['<cache>'],
    zookeeperClassPath: () => ['<cache>'],
  };
  const plan = await planStart(cluster, { java, distribution }, config.nodes);
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
