import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { renderClusterFile } from '../config/cluster-file.js';
import { portTable, type InitOptions } from '../config/defaults.js';
import { exposureError } from '../config/exposure.js';
import { CLUSTER_FILE } from '../config/read.js';
import { MqhaError } from '../lib/errors.js';
import { ensureDirectory, writeFileAtomic } from '../lib/files.js';
import { refuseDistrustedCluster } from '../lib/refuse-distrusted.js';
import { canBind } from '../agents/local/ports.js';
import { Deadline } from '../lib/time.js';
import { openCluster, type Cluster, type Host } from '../state/cluster.js';
import { render } from './start/prepare.js';

/** What `mqha init` made. */
export interface InitResult {
  readonly cluster: Cluster;
  readonly written: readonly string[];
}

/**
 * Writes `mqha.yaml` and renders every node's files.
 * @param directory absolute; made where it is absent
 * @throws MqhaError `config-invalid`, `insecure-network`, `cluster-exists`, `untrusted-directory`, `disk-full`, `no-permission`; nothing was written then
 */
export async function initCluster(
  directory: string,
  options: InitOptions,
  host: Host,
): Promise<InitResult> {
  const config = await portTable(options, canBind);
  const exposed = exposureError(config, undefined);
  if (exposed) throw exposed;
  const file = join(directory, CLUSTER_FILE);
  const inTheWay = ['nodes', 'zookeeper', 'pki', '.mqha'].filter((name) =>
    existsSync(join(directory, name)),
  );
  if (existsSync(file) || inTheWay.length > 0) {
    throw new MqhaError(
      'cluster-exists',
      `${directory} already holds a cluster (${existsSync(file) ? CLUSTER_FILE : inTheWay.join(', ')})`,
      { hint: 'Choose another directory, or remove that cluster with `mqha destroy`.' },
    );
  }
  refuseDistrustedCluster(directory);
  const made = !existsSync(directory);
  try {
    await ensureDirectory(directory);
    await writeFileAtomic(file, renderClusterFile(config));
    const { written } = await render(
      await openCluster(directory, host),
      false,
      Deadline.in(10_000),
    );
    return { cluster: await openCluster(directory, host), written: [CLUSTER_FILE, ...written] };
  } catch (error) {
    for (const name of [CLUSTER_FILE, 'nodes', 'zookeeper', 'pki', '.mqha']) {
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
    }
    if (made) await rmdir(directory).catch(() => undefined);
    throw error;
  }
}
