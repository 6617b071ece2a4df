import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import { cachedDistribution } from '../../src/distribution/install.js';
import type { Examination } from '../../src/doctor/finding.js';
import { Ensemble } from '../support/ensemble.js';
import { mqha, startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { healed } from '../support/watched.js';
import { ZooKeeperStranger } from '../support/zookeeper.js';

const CHROOT = '/teams/shop';

/** What a look may take while a server hangs, on a busy machine as well. */
const PROMPT_MS = 10_000;

describe('a cluster below a chroot of three ZooKeeper servers of somebody else', () => {
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
    ({ cluster, settings } = await startedCluster(['--zookeeper', `${ensemble.connect}${CHROOT}`]));
  });

  afterAll(async () => {
    await cluster.remove();
    await ensemble.remove();
  });

  it('has its znodes to itself, and leaves those of others as they are', async () => {
    const { problems, zookeeper, nodes } = await healed(cluster);
    expect(problems).toEqual([]);
    expect(zookeeper).toMatchObject({ managed: false, reachable: true, numChildren: 3 });
    expect(zookeeper.connect).toBe(`${ensemble.connect}${CHROOT}`);
    const stranger = await ZooKeeperStranger.open(ensemble.connect);
    expect(await stranger.list(zookeeper.path)).toBe('NO_NODE');
    const root = `${CHROOT}${zookeeper.path}`;
    for (const path of [root, `${root}/${nodes[0]?.member ?? ''}`]) {
      expect([path, await stranger.read(path)]).toEqual([path, 'NO_AUTH']);
      expect([path, await stranger.make(`${path}/x`, 'x')]).toEqual([path, 'NO_AUTH']);
      expect([path, await stranger.remove(path)]).toEqual([path, 'NO_AUTH']);
    }
    expect(await stranger.make('/others/more', 'theirs')).toBe('done');
    // The chroot may be that of others as well.
    for (const path of ['/teams/others', `${CHROOT}/others`]) {
      expect([path, await stranger.make(path, 'theirs')]).toEqual([path, 'done']);
    }
    expect(await stranger.remove(CHROOT)).not.toBe('done');
    stranger.close();
  });

  it('finds by doctor nothing wrong with its ZooKeeper', async () => {
    const { checks } = await cluster.json<Examination>('doctor');
    const found = checks.filter(({ code }) => ['zookeeper-limits', 'status'].includes(code));
    expect(found.map(({ code, result }) => `${code} ${result}`).sort()).toEqual([
      'status pass',
      'zookeeper-limits pass',
    ]);
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

  it('is looked at, ended and started in time while one of the servers hangs', async () => {
    await healed(cluster);
    await ensemble.suspend();
    // The session that a command opens begins with any of them.
    for (let look = 0; look < 4; look++) {
      const began = performance.now();
      expect((await cluster.status()).zookeeper.reachable).toBe(true);
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
    }
    await cluster.json('down');
    await cluster.json('up');
    await send(settings, 'kept', ['e']);
    expect(await receive(settings, 'kept', 1)).toEqual(['e']);
    await ensemble.resume();
    await healed(cluster);
  });

  it('leaves the chroot to those who may use it as well, once it is destroyed', async () => {
    const path = `${CHROOT}/activemq`;
    const stranger = await ZooKeeperStranger.open(ensemble.connect);
    expect(await stranger.list(path)).toBe('done');
    await cluster.json('destroy', '--yes');
    expect(await stranger.list(path)).toBe('NO_NODE');
    expect(await stranger.list(CHROOT)).toBe('done');
    stranger.close();
  });
});
