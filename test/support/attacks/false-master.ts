import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { certificatePaths } from '../../../src/certificates/files.js';
import { readCredentials } from '../../../src/state/identity.js';
import { accountOf } from '../../../src/stores/replicated-leveldb/zookeeper/access.js';
import type { Besieged } from '../besieged.js';
import { Authority, pairAt } from '../certificates.js';
import { eventually } from '../cluster.js';
import { FalseMaster, sayElected } from '../false-master.js';
import { receive, send } from '../messages.js';
import { healed } from '../watched.js';

const OWNED = '../../conf/owned.txt';

/**
 * Who knows the password for ZooKeeper, and over TLS has a certificate for it, says that it is the master: it gets no slave
 * elsewhere, writes no file, and over TLS without a node's key no slave tells it the token. The cluster changes its master.
 */
export async function falseMaster(besieged: Besieged): Promise<void> {
  const { cluster, settings, zookeeper } = besieged;
  const { config, layout } = await cluster.open();
  const password = (await readCredentials(layout))?.zookeeperPassword ?? '';
  const bodies = Array.from({ length: 50 }, (_, number) => `kept ${number}`);
  await send(settings, 'kept', bodies);
  const logs = async () => {
    const texts = config.nodes.map(({ name }) => readFile(cluster.log(name), 'utf8'));
    return (await Promise.all(texts)).join('\n');
  };
  /** Says it until something has come of it. */
  const say = async (address: string, until: () => Promise<boolean>) => {
    const { tls } = zookeeper.port;
    const leave = await sayElected(config, `tcp://${address}`, accountOf(password), tls);
    await eventually(until, (came) => came);
    leave();
  };
  /** A slave of the cluster that is whole: it does not listen at its address. */
  const slave = async () => {
    const { master } = await healed(cluster);
    const found = config.nodes.find(({ name }) => name !== master);
    if (!found) throw new Error('no slave');
    return found;
  };
  const elsewhere = await FalseMaster.listen({ host: '127.0.0.1', port: 0 }, [
    '0000000000000000.log',
  ]);
  await say(`127.0.0.1:${elsewhere.port}`, async () =>
    (await logs()).includes('it is no replication address of this cluster'),
  );
  expect(elsewhere.connections).toBe(0);
  elsewhere.close();
  if (settings.tls) {
    const { replicationHost: host, replicationPort: port } = await slave();
    const shown = new Authority().certify({ hosts: [host] });
    const without = await FalseMaster.listen({ host, port }, [OWNED], shown);
    await say(`${host}:${port}`, () => Promise.resolve(without.connections > 1));
    expect(without.heard).not.toContain('login');
    without.close();
  }
  const { name: slaveName, replicationHost: host, replicationPort: port } = await slave();
  const key = settings.tls ? pairAt(certificatePaths(layout).node(slaveName)) : undefined;
  const within = await FalseMaster.listen({ host, port }, [OWNED], key);
  await say(`${host}:${port}`, async () => (await logs()).includes(`spoke of a file ${OWNED}`));
  within.close();
  await healed(cluster);
  for (const { name } of config.nodes) {
    const node = join(cluster.directory, 'nodes', name);
    const files = await readdir(node, { recursive: true });
    expect(files.filter((file) => file.includes('owned'))).toEqual([]);
  }
  expect(await receive(settings, 'kept', bodies.length)).toEqual(bodies);
}
