import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { RestartResult } from '../../src/operations/restart.js';
import type { StartResult } from '../../src/operations/start/start.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import { startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';

/**
 * A slave that attaches downloads the master's last index snapshot. Unmended, the store names it
 * after the end of the log, and what lies between is lost when that slave becomes master.
 */
describe('messages across graceful changes of master', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  beforeAll(async () => {
    ({ cluster, settings } = await startedCluster());
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it.each(['first', 'second', 'third'])('are there after the %s rolling restart', async (queue) => {
    await send(settings, queue, ['a', 'b']);
    await cluster.json('restart');
    expect(await receive(settings, queue, 2)).toEqual(['a', 'b']);
  });

  it('are there, and everybody runs on, while mqha.yaml says other settings than the brokers have', async () => {
    await send(settings, 'edited', ['a', 'b']);
    const before = await cluster.status();
    await cluster.edit((text) =>
      text
        .replace(/messagePort: (\d+)/g, (_, port) => `messagePort: ${Number(port) + 4}`)
        .replace(/^( +store: )10gb/m, '$120gb')
        .replace(/^( +enabled: true.*)$/m, '$1\n  hung: 3s'),
    );
    const edited = await cluster.json<StartResult>('up');
    expect(edited.started).toEqual([]);
    const needed = ({ problems }: ClusterStatus) =>
      problems.filter(({ code }) => code === 'restart-needed');
    expect(needed(edited.status).map(({ node }) => node)).toEqual(['mq01', 'mq02', 'mq03']);
    expect(needed(edited.status)[0]?.message).toMatch(/limits\.store 10gb, messagePort .*20gb/);
    expect((await cluster.run('check')).exitCode).toBe(1);
    // A supervisor that asked at the new port would take the master for hung, and kill it, one after the other.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const after = await cluster.status();
    expect(after.state).toBe('serving');
    const pids = ({ nodes }: ClusterStatus) => nodes.map(({ pid }) => pid);
    expect(pids(after)).toEqual(pids(before));
    const planned = await cluster.run('up', '--restart', '--dry-run');
    expect(planned.stdout.match(/^restart mq0\d/gm)).toHaveLength(3);
    const { status } = await cluster.json<StartResult>('up', '--restart');
    expect(status).toMatchObject({ state: 'serving', problems: [] });
    expect(pids(status).filter((pid) => pids(before).includes(pid))).toEqual([]);
    settings = await cluster.json<ClientSettings>('env');
    expect(await receive(settings, 'edited', 2)).toEqual(['a', 'b']);
  });

  it('are there after accounts were given up and taken again: each broker is asked as it was started', async () => {
    await send(settings, 'accounts', ['a', 'b']);
    for (const [from, to] of [
      ['generated', 'none'],
      ['none', 'generated'],
    ]) {
      await cluster.edit((text) =>
        text.replace(`authentication: ${from}`, `authentication: ${to}`),
      );
      const edited = await cluster.json<StartResult>('up');
      expect(edited.status.state).toBe('serving');
      const codes = edited.status.problems.map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['restart-needed']));
      const { status } = await cluster.json<RestartResult>('restart');
      expect(status).toMatchObject({ state: 'serving', problems: [] });
    }
    expect(await receive(settings, 'accounts', 2)).toEqual(['a', 'b']);
  }, 180_000);

  it('are there, and nobody is killed, while mqha.yaml has another name than the brokers', async () => {
    await send(settings, 'names', ['a', 'b']);
    const before = await cluster.status();
    await cluster.edit((text) =>
      text
        .replace('name: mqStore', 'name: renamed')
        .replace('supervisor:\n', 'supervisor:\n  absent: 2s\n  start: 2s\n'),
    );
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const edited = await cluster.status();
    expect(edited).toMatchObject({ state: 'serving', master: before.master });
    expect(edited.nodes.map(({ pid }) => pid)).toEqual(before.nodes.map(({ pid }) => pid));
    expect(new Set(edited.problems.map(({ code }) => code))).toEqual(new Set(['restart-needed']));
    const { queues } = await cluster.json<{ queues: { name: string; depth: number }[] }>('queues');
    expect(queues).toContainEqual(expect.objectContaining({ name: 'names', depth: 2 }));
    // A node that came under the new name would be missing under the old one.
    for (const command of ['up', 'restart']) {
      const refused = await cluster.run(command);
      expect(refused).toMatchObject({ exitCode: 1 });
      expect(refused.stderr).toContain('mqha.yaml says renamed');
    }
    expect((await cluster.status()).nodes.map(({ pid }) => pid)).toEqual(
      before.nodes.map(({ pid }) => pid),
    );
    await cluster.edit((text) => text.replace('name: renamed', 'name: mqStore'));
    expect(await receive(settings, 'names', 2)).toEqual(['a', 'b']);
  });

  it('are there after all was stopped and started with every link encrypted, and with none again', async () => {
    await send(settings, 'links', ['a', 'b']);
    const moved = async (command: 'up' | 'restart', tls: string) => {
      expect((await cluster.run('down')).exitCode).toBe(0);
      await cluster.edit((text) => text.replace(/^(tls: .*\n)?name:/m, `tls: ${tls}\nname:`));
      const { status } = await cluster.json<StartResult | RestartResult>(command);
      expect(status).toMatchObject({ state: 'serving', problems: [] });
      settings = await cluster.json<ClientSettings>('env');
      return status;
    };
    expect((await moved('up', 'true')).failoverUrl).toMatch(/^failover:\(ssl:/);
    expect(await receive(settings, 'links', 1)).toEqual(['a']);
    await send(settings, 'links', ['c']);
    // A restart of what was stopped leaves a supervisor as up does.
    expect((await moved('restart', 'false')).failoverUrl).toMatch(/^failover:\(tcp:/);
    expect(await receive(settings, 'links', 2)).toEqual(['b', 'c']);
  });
});
