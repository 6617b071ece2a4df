import { describe, expect, it } from 'vitest';
import { portTable } from '../../src/config/defaults.js';
import { parseConfig } from '../../src/config/load.js';
import { renderClusterFile } from '../../src/config/cluster-file.js';
import { splitConnect } from '../../src/config/connect.js';
import { parseConnect } from '../../src/config/servers.js';
import { Deadline } from '../../src/lib/time.js';
import { makeChroot } from '../../src/stores/replicated-leveldb/zookeeper/chroot.js';
import { denied, greeting, isHello, noNode, server } from './fake-zookeeper.js';

const one = [{ host: 'zk1', port: 2181 }];

describe('zookeeper.connect', () => {
  it.each([
    ['zk1:2181', { servers: one, chroot: '' }],
    ['zk1:2181/', { servers: one, chroot: '' }],
    ['zk1:2181/shop', { servers: one, chroot: '/shop' }],
    ['zk1:2181/shop/', { servers: one, chroot: '/shop' }],
    ['zk1:2181/shop/mq.1 ', { servers: one, chroot: '/shop/mq.1' }],
    [
      'zk1:2181, zk2:2182/shop',
      { servers: [...one, { host: 'zk2', port: 2182 }], chroot: '/shop' },
    ],
  ])('%s has servers and a chroot', (value, expected) => {
    expect(parseConnect(value)).toEqual(expected);
  });

  it.each([
    ['/shop'],
    ['zk1/shop'],
    ['zk1:2181//'],
    ['zk1:2181//shop'],
    ['zk1:2181/shop//mq'],
    ['zk1:2181/../shop'],
    ['zk1:2181/shop/.'],
    ['zk1:2181/a b'],
    ['zk1:2181/zookeeper'],
    ['zk1:2181/zookeeper/quota'],
    // The chroot is that of all, and comes once, at the end.
    ['zk1:2181/shop,zk2:2181'],
    ['zk1:2181/shop,zk2:2181/shop'],
  ])('%s is refused', (value) => {
    expect(parseConnect(value)).toBeUndefined();
  });

  it('keeps its chroot in what is read, where the ensemble is one of your own', async () => {
    const options = { nodes: 3, zookeeper: 'zk1:2181, zk2:2181/shop/' };
    const written = renderClusterFile(await portTable(options, () => Promise.resolve(true)));
    const { zookeeper } = parseConfig(written, 'mqha.yaml');
    expect(zookeeper).toMatchObject({ managed: false, connect: 'zk1:2181,zk2:2181/shop' });
    expect(zookeeper.servers).toEqual([...one, { host: 'zk2', port: 2181 }]);
    expect(splitConnect(zookeeper.connect)).toEqual({
      servers: 'zk1:2181,zk2:2181',
      chroot: '/shop',
    });
  });

  it('has none where mqha manages the server', async () => {
    const options = { nodes: 3, zookeeper: 'zk1:2181/shop' };
    const written = renderClusterFile(await portTable(options, () => Promise.resolve(true)));
    expect(() =>
      parseConfig(written.replace('managed: false', 'managed: true'), 'mqha.yaml'),
    ).toThrow('the managed ZooKeeper has no chroot (/shop)');
  });
});

it('that is absent and may not be made is told with who can make it', async () => {
  const created: string[] = [];
  const connect = await server(0, (socket, data) => {
    if (isHello(data)) {
      socket.write(greeting());
      return;
    }
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      const request = data.subarray(at, at + 4 + data.readInt32BE(at));
      // 3 asks whether a znode is there, 1 makes one.
      const kind = request.readInt32BE(8);
      if (kind === 3) socket.write(noNode(request));
      if (kind === 1) {
        created.push(/\/\w+/.exec(request.toString('latin1'))?.[0] ?? '');
        socket.write(denied(request));
      }
    }
  });
  await expect(
    makeChroot({ connect: `${connect}/shop/mq` }, 'secret', Deadline.in(5000)),
  ).rejects.toMatchObject({
    code: 'zookeeper-denied',
    message: `ZooKeeper at ${connect} has no znode /shop, and does not let this cluster make it`,
    hint: expect.stringContaining('Have whoever administers the ensemble make it') as string,
  });
  expect(created).toEqual(['/shop']);
});
