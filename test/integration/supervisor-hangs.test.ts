import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
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

describe('what hangs under a supervisor', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;
  let before: ClusterStatus;
  let began: Date;

  /** Waits until the supervisor has killed this process, and why. */
  const killed = async (pid: number): Promise<string> => {
    const entries = await eventually(
      async () => ofType(await cluster.events(began), 'process-killed'),
      (found) => found.some((entry) => entry.pid === pid),
      90_000,
    );
    return entries.find((entry) => entry.pid === pid)?.code ?? '';
  };

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

  it('is left alone when it goes on in time: the master', async () => {
    const pid = pidIn(before, before.master);
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(pid, 'SIGCONT');
    const after = await healed(cluster);
    expect(after.master).toBe(before.master);
    expect(pidIn(after, after.master)).toBe(pid);
    expect(ofType(await cluster.events(began), 'process-killed')).toEqual([]);
  });

  it('is killed and started again: the master', async () => {
    await send(settings, 'hung', ['kept']);
    const pid = pidIn(before, before.master);
    process.kill(pid, 'SIGSTOP');
    expect(await killed(pid)).toBe('hung');
    const after = await healed(cluster);
    expect(after.master).not.toBe(before.master);
    expect(await receive(settings, 'hung', 1)).toEqual(['kept']);
  });

  it('is killed when it holds an election up: a slave', async () => {
    const pid = pidIn(before, slaveIn(before));
    process.kill(pid, 'SIGSTOP');
    process.kill(pidIn(before, before.master), 'SIGKILL');
    expect(await killed(pid)).toBe('vetoing');
    await healed(cluster);
  });

  it('is killed when it attaches and does not go on: a slave', async () => {
    const slave = slaveIn(before);
    const mark = await logMark(cluster, slave);
    process.kill(pidIn(before, slave), 'SIGKILL');
    await lineIn(cluster, slave, 'Attaching to master', mark);
    const pid = await cluster.pidOf(slave);
    process.kill(pid, 'SIGSTOP');
    // It may have attached in the moment before; then it is one that hangs.
    expect(['attach-stuck', 'hung']).toContain(await killed(pid));
    await healed(cluster);
  });

  it('is killed when it is elected and does not serve', async () => {
    const slaves = before.nodes.filter(({ role }) => role === 'slave');
    const marks = new Map<string, number>();
    for (const { name } of slaves) marks.set(name, await logMark(cluster, name));
    process.kill(pidIn(before, before.master), 'SIGKILL');
    const elected = await Promise.any(
      slaves.map(async ({ name }) => {
        await lineIn(cluster, name, 'Promoted to master', marks.get(name) ?? 0);
        return name;
      }),
    );
    const pid = pidIn(before, elected);
    process.kill(pid, 'SIGSTOP');
    // How far it had come by then is a matter of milliseconds.
    expect(['promotion-stuck', 'not-serving', 'hung']).toContain(await killed(pid));
    const after = await healed(cluster);
    expect(after.master).not.toBe(elected);
  });

  it('is killed though nobody misses it: a slave', async () => {
    const pid = pidIn(before, slaveIn(before));
    process.kill(pid, 'SIGSTOP');
    expect(await killed(pid)).toBe('hung');
    expect((await healed(cluster)).master).toBe(before.master);
  });

  it('is killed and started again: ZooKeeper', async () => {
    const pid = await cluster.pidOf('zookeeper');
    process.kill(pid, 'SIGSTOP');
    expect(await killed(pid)).toBe('zookeeper-hung');
    await healed(cluster);
    expect(await cluster.pidOf('zookeeper')).not.toBe(pid);
  });
});
