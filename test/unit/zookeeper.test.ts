import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterStatus } from '../../src/observe/status.js';
import { freePorts } from '../../src/agents/local/ports.js';
import { Deadline } from '../../src/lib/time.js';
import { ZooKeeperReader } from '../../src/stores/replicated-leveldb/zookeeper/reader.js';
import { unrendered, mqha } from './rig.js';

/** A server that takes connections and says nothing, as a suspended ZooKeeper does. */
async function silent(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function away(): Promise<string> {
  const [port = 0] = await freePorts([1]);
  return `127.0.0.1:${port}`;
}

describe.each([
  ['is away', away],
  ['is silent', silent],
])('a ZooKeeper that %s', (_what, server) => {
  it('is an error with its address and what to do, at the deadline', async () => {
    const connect = await server();
    const reader = new ZooKeeperReader({ connect });
    const began = performance.now();
    await expect(reader.group('/activemq/mqstores', Deadline.in(300))).rejects.toMatchObject({
      code: 'zookeeper-unreachable',
      exitCode: 1,
      message: expect.stringContaining(`ZooKeeper at ${connect} does not answer`) as string,
      hint: expect.stringMatching(/^Check that it runs/) as string,
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    reader.close();
  });
});

describe('a cluster whose ZooKeeper does not answer', () => {
  it('is in a state that is unknown, with a problem that says why', async () => {
    const connect = await silent();
    const directory = await unrendered({ zookeeper: connect });
    const run = await mqha(['-C', directory, 'status', '--json']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const status = JSON.parse(run.stdout) as ClusterStatus;
    expect(status).toMatchObject({ state: 'unknown', master: null, elector: null });
    expect(status.zookeeper).toMatchObject({ connect, reachable: false, numChildren: null });
    const [problem] = status.problems;
    expect(problem).toMatchObject({ severity: 'error', code: 'zookeeper-unreachable' });
    expect(problem?.message).toContain(`ZooKeeper at ${connect} does not answer`);
    expect(problem?.hint).toContain('Check the ensemble');
  });

  it('is 3 to a monitor', async () => {
    const directory = await unrendered({ zookeeper: await away() });
    const { status, stdout } = await mqha(['-C', directory, 'check']);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^UNKNOWN: mqStore is unknown; master none; members \?\/3;.* does not/);
  });
});
