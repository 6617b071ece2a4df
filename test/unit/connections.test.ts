import { describe, expect, it } from 'vitest';
import { statusOf } from '../../src/observe/status-of.js';
import { openCluster, thisHost } from '../../src/state/cluster.js';
import { emptyEnsemble } from './fake-zookeeper.js';
import { mqha, unrendered } from './rig.js';

describe('a command', () => {
  it.each([
    ['status'],
    ['check'],
    ['stop', 'mq01', 'mq02', '--yes'],
    ['kill', 'mq01', '--yes'],
    ['restart', '--yes'],
    ['switchover', '--yes'],
  ])('opens one session with ZooKeeper at most: %s', async (...args) => {
    const { connect, sessions } = await emptyEnsemble();
    const directory = await unrendered({ zookeeper: connect });
    await mqha(['-C', directory, ...args]);
    expect(sessions()).toBe(1);
  });
});

describe('a cluster', () => {
  it('that is opened again with the same host goes on with its session', async () => {
    const { connect, sessions } = await emptyEnsemble();
    const host = thisHost({});
    const directory = await unrendered({ zookeeper: connect });
    const first = await openCluster(directory, host);
    await statusOf(first);
    const second = await openCluster(directory, { ...host, command: 'another' });
    await statusOf(second);
    expect(second.coordination).toBe(first.coordination);
    expect(sessions()).toBe(1);
    await statusOf(await openCluster(directory, thisHost({})));
    expect(sessions()).toBe(2);
    host.connections.close();
    await statusOf(first);
    expect(sessions()).toBe(3);
    host.connections.close();
  });
});
