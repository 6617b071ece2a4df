import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { cachedDistribution } from '../../src/distribution/install.js';
import { Ensemble } from '../support/ensemble.js';
import { mqha, startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { healed } from '../support/watched.js';
import { ZooKeeperStranger } from '../support/zookeeper.js';

describe('a cluster on three ZooKeeper servers of somebody else', () => {
  let ensemble: Ensemble;
  let cluster: TestCluster;
  let settings: ClientSettings;

  beforeAll(async () => {
    expect((await mqha(['install'])).exitCode).toBe(0);
    const distribution = await cachedDistribution({ env: process.env });
    if (!distribution) throw new Error('there is no distribution');
    ensemble = await Ensemble.start(distribution.classPath());
    const stranger = await ZooKeeperStranger.open(ensemble.connect);
    expect(await stranger.make('/others', 'theirs')).toBe('done');
    stranger.close();
    ({ cluster, settings } = await startedCluster(['--zookeeper', ensemble.connect]));
  });

  afterAll(async () => {
    await cluster.remove();
    await ensemble.remove();
  });

  it('has its znodes to itself, and leaves those of others as they are', async () => {
    const { problems, zookeeper, nodes } = await healed(cluster);
    expect(problems).toEqual([]);
    expect(zookeeper).toMatchObject({ managed: false, reachable: true, numChildren: 3 });
    const stranger = await ZooKeeperStranger.open(ensemble.connect);
    for (const path of [zookeeper.path, `${zookeeper.path}/${nodes[0]?.member ?? ''}`]) {
      expect([path, await stranger.read(path)]).toEqual([path, 'NO_AUTH']);
      expect([path, await stranger.make(`${path}/x`, 'x')]).toEqual([path, 'NO_AUTH']);
      expect([path, await stranger.remove(path)]).toEqual([path, 'NO_AUTH']);
    }
    expect(await stranger.make('/others/more', 'theirs')).toBe('done');
    stranger.close();
  });

  it('serves while their leader is gone, and fails over then', async () => {
    await send(settings, 'kept', ['a', 'b']);
    await ensemble.kill('leader');
    // A master that loses its session may end connections for it.
    const { master } = await healed(cluster);
    await send(settings, 'kept', ['c'], 60_000);
    await cluster.json('kill', 'master');
    await cluster.json('up');
    expect((await healed(cluster)).master).not.toBe(master);
    expect(await receive(settings, 'kept', 3)).toEqual(['a', 'b', 'c']);
    await ensemble.restore();
    await healed(cluster);
  });

  it('has everything after it was down and up', async () => {
    await send(settings, 'kept', ['d']);
    await cluster.json('down');
    await cluster.json('up');
    expect(await receive(settings, 'kept', 1)).toEqual(['d']);
  });
});
