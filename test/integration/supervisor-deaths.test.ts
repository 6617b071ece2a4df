import { createServer } from 'node:net';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { KillResult } from '../../src/operations/kill.js';
import type { StartResult } from '../../src/operations/start/start.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { eventually, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import {
  healed,
  lineIn,
  logMark,
  ofType,
  pidIn,
  slaveIn,
  watchedCluster,
} from '../support/watched.js';

/** More than the sockets between master and slave hold. */
const PARTING = { messages: 96, bytes: 192 * 1024 };

/**
 * Makes another node the master than the elector: the next elector is suspended while much is stored, and the
 * master is killed just then, so that the other slave has more of the log.
 */
async function partElector(
  cluster: TestCluster,
  settings: ClientSettings,
  { master, elector, nodes }: ClusterStatus,
): Promise<ClusterStatus> {
  expect(elector).toBe(master);
  const [next] = nodes
    .filter(({ name }) => name !== master)
    .toSorted((a, b) => ((a.member ?? '') < (b.member ?? '') ? -1 : 1));
  const pid = next?.pid ?? 0;
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGSTOP');
  try {
    const bodies = Array.from({ length: PARTING.messages }, () => 'x'.repeat(PARTING.bytes));
    await send(settings, 'parted', bodies);
    process.kill(nodes.find(({ name }) => name === master)?.pid ?? 0, 'SIGKILL');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  return healed(cluster);
}

describe('what dies under a supervisor', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let before: ClusterStatus;
  let began: Date;

  beforeAll(async () => {
    cluster = await watchedCluster();
    settings = await cluster.json<ClientSettings>('env');
  });

  beforeEach(async () => {
    before = await healed(cluster);
    began = new Date();
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('is taken out of the election at once and started again: the master', async () => {
    await send(settings, 'master', ['kept']);
    process.kill(pidIn(before, before.master), 'SIGKILL');
    const after = await healed(cluster);
    expect(after.master).not.toBe(before.master);
    expect(after.nodes.find(({ name }) => name === before.master)).toMatchObject({
      process: 'running',
      role: 'slave',
      attached: true,
    });
    const events = await cluster.events(began);
    const znode = before.nodes.find(({ name }) => name === before.master)?.member;
    expect(ofType(events, 'znode-removed').map((entry) => entry.znode)).toEqual([znode]);
    // Long before its session of ten seconds would have ended.
    expect(ofType(events, 'master-serving').at(-1)?.outageMs).toBeLessThan(9000);
    expect(ofType(events, 'master-serving').at(-1)).toMatchObject({
      from: before.master,
      master: after.master,
    });
    expect(await receive(settings, 'master', 1)).toEqual(['kept']);
    const { changes } = await cluster.json<{ changes: { from: string; to: string }[] }>('history');
    expect(changes.at(-1)).toMatchObject({ from: before.master, to: after.master });
  });

  it('comes back while the master serves on: a slave', async () => {
    const slave = slaveIn(before);
    process.kill(pidIn(before, slave), 'SIGKILL');
    const after = await healed(cluster);
    expect(after.master).toBe(before.master);
    expect(pidIn(after, slave)).not.toBe(pidIn(before, slave));
    expect(ofType(await cluster.events(began), 'master-lost')).toEqual([]);
  });

  it('leaves the master as it is: a slave that is the elector', async () => {
    const parted = await partElector(cluster, settings, before);
    const { master, elector } = parted;
    expect(elector).not.toBe(master);
    began = new Date();
    const result = await cluster.json<KillResult>('kill', 'elector', '--yes');
    expect(result.killed).toEqual([{ name: elector, was: 'slave' }]);
    expect(result).toMatchObject({ newMaster: null, failoverMs: null });
    const after = await cluster.status();
    expect(after.master).toBe(master);
    expect(pidIn(after, master)).toBe(pidIn(parted, master));
    await cluster.json('up');
    await healed(cluster);
    const told = (await cluster.events(began)).map(({ type }) => type);
    expect(told).toContain('process-ended');
    expect(told.filter((type) => type.startsWith('master-'))).toEqual([]);
    expect(await receive(settings, 'parted', PARTING.messages)).toHaveLength(PARTING.messages);
  });

  it('comes back when two die at once', async () => {
    await send(settings, 'two', ['kept']);
    process.kill(pidIn(before, before.master), 'SIGKILL');
    process.kill(pidIn(before, slaveIn(before)), 'SIGKILL');
    await healed(cluster);
    expect(await receive(settings, 'two', 1)).toEqual(['kept']);
  });

  it('comes back when it died while it attached', async () => {
    const slave = slaveIn(before);
    const mark = await logMark(cluster, slave);
    process.kill(pidIn(before, slave), 'SIGKILL');
    await lineIn(cluster, slave, 'Attaching to master', mark);
    process.kill(await cluster.pidOf(slave), 'SIGKILL');
    await healed(cluster);
    expect(ofType(await cluster.events(began), 'process-ended')).toHaveLength(2);
  });

  it('comes back, and the cluster serves without a hand: ZooKeeper', async () => {
    await send(settings, 'zookeeper', ['kept']);
    process.kill(await cluster.pidOf('zookeeper'), 'SIGKILL');
    await eventually(
      () => cluster.events(began),
      (events) => ofType(events, 'zookeeper-back').length > 0,
    );
    await healed(cluster);
    expect(await receive(settings, 'zookeeper', 1)).toEqual(['kept']);
  });

  it('leaves the brokers alone, and is taken over from by the next: the supervisor', async () => {
    process.kill(before.supervisor.pid ?? 0, 'SIGKILL');
    const without = await eventually(
      () => cluster.status(),
      ({ supervisor }) => !supervisor.running,
    );
    expect(without.problems.map(({ code }) => code)).toEqual(['supervisor-missing']);
    expect((await cluster.run('check')).exitCode).toBe(1);
    expect((await cluster.json<StartResult>('up')).started).toEqual([]);
    const after = await healed(cluster);
    expect(after.supervisor.running).toBe(true);
    expect(after.nodes.map(({ pid }) => pid)).toEqual(before.nodes.map(({ pid }) => pid));
    const [started] = ofType(await cluster.events(began), 'supervisor-started');
    expect(started?.takenOver.toSorted()).toEqual(['mq01', 'mq02', 'mq03', 'zookeeper']);
  });

  it('comes back also where what was wanted is damaged, which is told', async () => {
    const file = join(cluster.directory, '.mqha', 'wanted.json');
    await writeFile(file, '{');
    process.kill(pidIn(before, before.master), 'SIGKILL');
    const after = await eventually(
      () => cluster.status(),
      ({ state }) => state === 'serving',
    );
    expect(after.master).not.toBe(before.master);
    expect(after.problems.map(({ code }) => code)).toEqual(['state-damaged']);
    const events = await cluster.events(began);
    expect(ofType(events, 'process-ended').map(({ wanted }) => wanted)).toEqual(['up']);
    expect(ofType(events, 'supervisor-problem')).toHaveLength(1);
    await cluster.json('up');
    expect((await healed(cluster)).problems).toEqual([]);
  });

  it('stays down where a person stopped or killed it, until it is asked for', async () => {
    const slave = slaveIn(before);
    const killed = await cluster.json<KillResult>('kill', slave);
    expect(killed.killed).toEqual([{ name: slave, was: 'slave' }]);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const down = await cluster.status();
    expect(down.nodes.find(({ name }) => name === slave)?.process).toBe('stopped');
    expect(down.supervisor.processes.find(({ name }) => name === slave)).toMatchObject({
      wanted: 'down',
      does: 'nothing',
    });
    await cluster.json('start', slave);
    expect((await healed(cluster)).supervisor.processes.map(({ wanted }) => wanted)).not.toContain(
      'down',
    );
  });

  it('ends when its promotion fails, and another is elected', async () => {
    // Among slaves of one position the lowest znode is elected; its replication address is taken.
    const next = before.nodes
      .filter(({ role }) => role === 'slave')
      .toSorted((a, b) => ((a.member ?? '') < (b.member ?? '') ? -1 : 1))[0];
    if (!next) throw new Error('there is no slave');
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.listen(next.replicationPort, next.replicationHost, resolve);
    });
    try {
      process.kill(pidIn(before, before.master), 'SIGKILL');
      const after = await eventually(
        () => cluster.status(),
        ({ nodes }) => nodes.some((node) => node.accepting),
      );
      expect(after.master).not.toBe(next.name);
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
    const ended = ofType(await cluster.events(began), 'process-ended');
    expect(ended.map(({ node }) => node)).toContain(next.name);
    await cluster.json('up');
  });

  it('is left down and reported when it keeps dying, until it is asked for', async () => {
    const slave = slaveIn(before);
    const store = join(cluster.directory, 'nodes', slave, 'data', 'storedb');
    process.kill(pidIn(before, slave), 'SIGKILL');
    await rename(store, `${store}.good`);
    await writeFile(store, 'a file where the store should be');
    const given = await eventually(
      () => cluster.status(),
      ({ problems }) => problems.some(({ code }) => code === 'given-up'),
      120_000,
    );
    expect(given.problems.find(({ code }) => code === 'given-up')?.node).toBe(slave);
    const planned = ofType(await cluster.events(began), 'restart-planned').map((e) => e.delayMs);
    expect(planned).toEqual([0, 1000, 2000]);
    await rm(store);
    await rename(`${store}.good`, store);
    await cluster.json('up');
    await healed(cluster);
  });

  it('is brought back by up after the machine was restarted, with its messages', async () => {
    await send(settings, 'machine', ['kept']);
    const { registry } = await cluster.open();
    process.kill(before.supervisor.pid ?? 0, 'SIGKILL');
    for (const found of await registry.all()) process.kill(found.pid, 'SIGKILL');
    await eventually(
      () => registry.all(),
      (all) => all.length === 0,
    );
    await cluster.json('up');
    expect(await receive(settings, 'machine', 1)).toEqual(['kept']);
  });
});
