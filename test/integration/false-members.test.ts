import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterStatus } from '../../src/observe/status.js';
import { errorIn, TestCluster } from '../support/cluster.js';
import { ZooKeeperStranger } from '../support/zookeeper.js';

describe('a stranger at a ZooKeeper that was open', () => {
  let cluster: TestCluster;
  const codes = ({ problems }: ClusterStatus) => problems.map(({ code }) => code);

  beforeAll(async () => {
    cluster = await TestCluster.make(['--nodes', '1']);
    await cluster.edit((text) =>
      text.replace(/authentication: generated( +# generated: who)/, 'authentication: none$1'),
    );
    await cluster.json('up');
  });

  afterAll(() => cluster.remove());

  it('is named as an intruder and not as a master, and loses what it has made once it is closed', async () => {
    const status = await cluster.status();
    const { connect, path } = status.zookeeper;
    const [node] = status.nodes;
    const stranger = await ZooKeeperStranger.open(connect, 'stranger:x');
    const elected = { id: status.cluster, container: 'stranger', elected: '0000000000' };
    const member = { id: status.cluster, container: 'mq01', elected: node?.member?.slice(1) };
    const lowest = `${path}/00000000000`;
    const own = `${path}/${String(node?.member)}`;
    expect(
      await stranger.write(own, JSON.stringify({ ...member, address: 'tcp://127.0.0.1:1' })),
    ).toBe('done');
    expect(codes(await cluster.status())).toContain('master-address');
    await cluster.json('stop', 'mq01', '--yes');
    expect(await stranger.make(lowest, JSON.stringify(elected))).toBe('done');
    const deceived = await cluster.status();
    expect(codes(deceived)).toContain('intruder');
    expect(deceived).toMatchObject({ master: null, elector: null });
    expect(errorIn((await cluster.run('start', 'mq01', '--json')).stderr).code).toBe('strangers');
    // It keeps for itself what is above the cluster's znode, as if it had made that first.
    for (const znode of [lowest, path, '/activemq'])
      expect(await stranger.lock(znode)).toBe('done');
    await cluster.json('down');
    await cluster.edit((text) =>
      text.replace(/authentication: none( +# generated: who)/, 'authentication: generated$1'),
    );
    expect(await cluster.json('up')).toMatchObject({ status: { state: 'serving', problems: [] } });
    stranger.close();
    const again = await ZooKeeperStranger.open(connect, 'stranger:x');
    for (const znode of ['/', '/activemq', path]) expect(await again.list(znode)).toBe('NO_AUTH');
    again.close();
    expect((await cluster.status()).zookeeper.numChildren).toBe(1);
  });

  it('is let in by no other password than the one in .mqha, and nobody loses it without a word', async () => {
    const file = join(cluster.directory, '.mqha', 'credentials.json');
    const kept = await readFile(file, 'utf8');
    await writeFile(file, kept.replace(/("zookeeperPassword": ")../, '$1zz'));
    expect(codes(await cluster.status())).toContain('zookeeper-denied');
    expect((await cluster.run('check')).exitCode).toBe(2);
    await writeFile(file, kept.replace(/,\s*"zookeeperPassword": "[^"]*"/, ''));
    expect(errorIn((await cluster.run('start', 'mq01', '--json')).stderr).code).toBe(
      'credentials-missing',
    );
    await writeFile(file, kept);
    expect(codes(await cluster.status())).toEqual([]);
    await cluster.json('down');
    await rm(file);
    expect(await cluster.json('up')).toMatchObject({ status: { state: 'serving', problems: [] } });
    expect(await readFile(file, 'utf8')).not.toBe(kept);
  });
});
