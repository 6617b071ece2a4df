import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../src/config/checks.js';
import { portTable } from '../../src/config/defaults.js';

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);

describe('the port table', () => {
  it.each([1, 5, 9])('has %i nodes in order, each on a loopback address of its own', async (n) => {
    const asked: string[] = [];
    const config = await portTable({ nodes: n }, (host) => {
      asked.push(host);
      return Promise.resolve(true);
    });
    expect(config.replicas).toBe(n);
    expect(config.nodes.at(-1)).toEqual({
      name: `mq0${n}`,
      host: '127.0.0.1',
      webPort: 8160 + n,
      messagePort: 60_000 + n,
      replicationHost: `127.0.0.${n}`,
      replicationPort: 61_600,
      tls: false,
    });
    expect(asked).toEqual(config.nodes.map((node) => node.replicationHost));
  });

  it('falls back for all nodes where one address is lacking', async () => {
    const { nodes } = await portTable({ nodes: 3 }, (host) =>
      Promise.resolve(host !== '127.0.0.3'),
    );
    expect(nodes.map((node) => `${node.replicationHost}:${node.replicationPort}`)).toEqual([
      '127.0.0.1:61600',
      '127.0.0.1:61601',
      '127.0.0.1:61602',
    ]);
  });

  it('counts up from what it is told', async () => {
    const options = { nodes: 2, webPort: 9000, messagePort: 9100, replicationPort: 9200 };
    const { nodes, zookeeper } = await portTable({ ...options, zookeeperPort: 9300 }, no);
    expect(nodes.map((n) => [n.webPort, n.messagePort, n.replicationPort])).toEqual([
      [9000, 9100, 9200],
      [9001, 9101, 9201],
    ]);
    expect(zookeeper).toMatchObject({ managed: true, connect: '127.0.0.1:9300' });
  });

  it('replicates on the host of each node where there are several', async () => {
    const hosts = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const config = await portTable({ nodes: 3, hosts, zookeeper: 'zk1:2181,zk2:2181' }, yes);
    expect(config.nodes.map((n) => [n.host, n.replicationHost, n.replicationPort])).toEqual(
      hosts.map((host) => [host, host, 61_600]),
    );
    expect(config.zookeeper).toMatchObject({ managed: false, connect: 'zk1:2181,zk2:2181' });
  });

  it('speaks TLS everywhere where it is told to, and an ensemble of one of one’s own as it is', async () => {
    const { nodes, tls, zookeeper } = await portTable({ nodes: 3, tls: true }, yes);
    expect(tls).toEqual({ clientCertificates: 'optional', certificates: 'generated' });
    expect(nodes.map((node) => node.tls)).toEqual([true, true, true]);
    expect(zookeeper.tls).toBe(true);
    const own = await portTable({ nodes: 3, tls: true, zookeeper: 'zk1:2181' }, yes);
    expect(own.zookeeper.tls).toBe(false);
    expect(warningsOf(own).join()).toContain(
      'ZooKeeper is reached over the network at zk1 in clear',
    );
  });

  it('names the options that clash or are too few', async () => {
    const few = portTable({ nodes: 3, hosts: ['h1', 'h2'] }, yes);
    await expect(few).rejects.toThrow('nodes[2].host');
    const clash = portTable({ nodes: 3, webPort: 9000, messagePort: 9002 }, yes);
    await expect(clash).rejects.toThrow(
      'mq03 webPort and mq01 messagePort are both 127.0.0.1:9002',
    );
  });
});

describe('a warning', () => {
  it('says what an even number of nodes survives', async () => {
    const two = warningsOf(await portTable({ nodes: 2 }, yes));
    expect(two).toEqual([expect.stringContaining('quorum is 2, so no node may fail')]);
    const four = warningsOf(await portTable({ nodes: 4 }, yes));
    expect(four).toEqual([expect.stringContaining('so only 1 node may fail, the same as with 3')]);
    const six = warningsOf(await portTable({ nodes: 6 }, yes));
    expect(six).toEqual([expect.stringContaining('quorum is 4, so only 2 nodes may fail')]);
  });

  it('says that local sync can lose messages, but not of a single node', async () => {
    expect(warningsOf(await portTable({ nodes: 3 }, yes))).toEqual([]);
    const local = warningsOf(await portTable({ nodes: 3, sync: 'local_mem' }, yes));
    expect(local).toEqual([expect.stringContaining('lose acknowledged messages')]);
    expect(warningsOf(await portTable({ nodes: 1, sync: 'local_disk' }, yes))).toEqual([]);
    expect(warningsOf(await portTable({ nodes: 4, sync: 'local_disk' }, yes))).toHaveLength(2);
  });

  it('says that acknowledgements do not wait where sends do not', async () => {
    const config = await portTable({ nodes: 3 }, yes);
    const waiting = { store: { ...config.store, acks: 'quorum' } } as const;
    expect(warningsOf({ ...config, ...waiting })).toEqual([]);
    const local = warningsOf({ ...config, ...waiting, sync: 'local_mem' });
    expect(local).toContainEqual(expect.stringContaining('it has no effect'));
  });
});
