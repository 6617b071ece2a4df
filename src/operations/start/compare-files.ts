import { exposureError } from '../../config/exposure.js';
import { renderedConfig } from '../../config/kept.js';
import { MANAGEMENT } from '../../config/users.js';
import type { Endpoint } from '../../lib/dial.js';
import { MqhaError } from '../../lib/errors.js';
import { outOfReach } from '../../state/agents.js';
import type { Cluster } from '../../state/cluster.js';
import { ensureCredentials, readCredentials } from '../../state/identity.js';
import { withPasswordFiles } from '../../state/passwords.js';
import { readInForce, type Sizes } from '../../state/sizes.js';
import { generatedAccounts } from '../../stores/accounts.js';
import type { Credentials } from '../../stores/rendered-file.js';
import { authenticatesAtZooKeeper, settingsOf } from '../../stores/settings.js';
import { compareFiles, editedError, type FileComparison } from '../../stores/sync.js';
import { certificatesOf, makeCertificates, refuseUnusable } from './certificates.js';

/** Brokers that run have the account and the token that are gone: with new ones nobody could ask them, and no slave attach. */
export async function refuseLostCredentials({ layout, registry, config }: Cluster): Promise<void> {
  const kept = await readCredentials(layout);
  if (kept?.zookeeperPassword !== undefined) return;
  const running = await registry.findAll(config.nodes.map(({ name }) => name));
  if (running.size === 0) return;
  // Those of an earlier mqha were started before there was a password for ZooKeeper.
  if (kept && ![...running.values()].some(({ argv }) => authenticatesAtZooKeeper(argv))) return;
  if (kept) {
    throw new MqhaError(
      'credentials-missing',
      `the password for ZooKeeper is gone (zookeeperPassword in .mqha/credentials.json), and ${[...running.keys()].join(', ')} runs with it`,
      {
        hint: 'Restore the file, as on the other machines of the cluster. Or `mqha down` and then `mqha up`, which makes a new one; see docs/zookeeper.md for an ensemble that is not managed.',
      },
    );
  }
  throw new MqhaError(
    'credentials-missing',
    `the account and the token are gone (.mqha/credentials.json), and ${[...running.keys()].join(', ')} runs with them`,
    {
      hint: 'Restore the file, as on the other machines of the cluster. Or `mqha down` and then `mqha up`, which makes a new account: clients need it then (`mqha env`).',
    },
  );
}

/**
 * Makes what is missing of the accounts, the token and the password, which other machines of the cluster have as well, and
 * of the certificates. @throws MqhaError `certificates-missing`
 */
export async function makeCredentials(cluster: Cluster): Promise<void> {
  const { config, layout } = cluster;
  const isShared = outOfReach(cluster, config.nodes, 'files').length > 0;
  await ensureCredentials(layout, generatedAccounts(config), isShared);
  await makeCertificates(cluster);
}

/** @throws MqhaError `insecure-network` where the files would open the cluster to a network that it was closed to */
async function refuseExposure({ layout, config }: Cluster): Promise<void> {
  const error = exposureError(config, await renderedConfig(layout));
  if (error) throw error;
}

/** Stands for secrets that are not made before the first real run; never written anywhere. */
const NOT_YET = { username: MANAGEMENT, password: '', securityToken: '', zookeeperPassword: '' };

/**
 * The replication addresses of the brokers that run on this machine, as they were started: a slave must still find its master
 * while a rolling restart gives the nodes the addresses of an edited mqha.yaml.
 */
async function replicationOf({ registry }: Cluster): Promise<Endpoint[]> {
  return (await registry.all()).flatMap(({ argv }) => {
    const { keys } = settingsOf(argv);
    const host = keys?.get('replicationHost') ?? '';
    const port = Number(keys?.get('replicationPort') ?? Number.NaN);
    return host !== '' && Number.isInteger(port) && port > 0 ? [{ host, port }] : [];
  });
}

/** Every rendered file against the one on disk; changes nothing. @throws MqhaError `credentials-missing`, `render-mismatch` */
export async function comparedFiles(
  cluster: Cluster,
  sizes: Sizes | undefined,
): Promise<FileComparison[]> {
  await refuseLostCredentials(cluster);
  const { layout, config } = cluster;
  const kept = (await readCredentials(layout)) ?? NOT_YET;
  const made: Credentials = { ...kept, zookeeperPassword: kept.zookeeperPassword ?? '' };
  const [credentials, certificates] = await Promise.all([
    withPasswordFiles(layout, config, made),
    certificatesOf(cluster),
  ]);
  const running = await replicationOf(cluster);
  const files = await cluster.store.render(
    config,
    { ...credentials, certificates },
    sizes,
    running,
  );
  return compareFiles(layout, files);
}

/**
 * Every rendered file against the one on disk, for a start; changes nothing.
 * @param sizes the `replicas` of each node
 * @throws MqhaError `edited-file`, `insecure-network`, `password-file`, `credentials-missing`, `certificates-missing`,
 *   `render-mismatch`
 */
export async function plannedFiles(
  cluster: Cluster,
  sizes: Sizes | undefined,
): Promise<FileComparison[]> {
  await refuseExposure(cluster);
  await refuseUnusable(cluster);
  const files = await comparedFiles(cluster, sizes);
  const edited = editedError(files);
  if (edited) throw edited;
  return files;
}

/**
 * Every rendered file against the one on disk. Makes the credentials at the first call: it is called with the cluster's lock.
 * @throws MqhaError `insecure-network`, `password-file`, `credentials-missing`, `render-mismatch`
 */
export async function compare(cluster: Cluster): Promise<FileComparison[]> {
  await refuseExposure(cluster);
  await refuseLostCredentials(cluster);
  await makeCredentials(cluster);
  return comparedFiles(cluster, (await readInForce(cluster.layout))?.sizes);
}
