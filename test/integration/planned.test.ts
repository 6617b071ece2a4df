import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { DryRun } from '../../src/operations/scale/dry-run.js';
import type { RestartResult } from '../../src/operations/restart.js';
import type { SwitchoverResult } from '../../src/operations/switchover.js';
import { packageRoot } from '../../src/lib/package.js';
import { eventually, startedCluster, type TestCluster } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { healed, ofType, pidIn, slaveIn } from '../support/watched.js';

/** Runs the command line in the foreground, as a terminal or a service manager does. */
function foreground(cluster: TestCluster, ...args: string[]): ChildProcess {
  const bin = join(packageRoot(), 'bin', 'mqha.js');
  return spawn(process.execPath, [bin, '-C', cluster.directory, ...args], { stdio: 'pipe' });
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', resolve));

describe('what a person plans', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  beforeAll(async () => {
    ({ cluster, settings } = await startedCluster());
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('changes the master to each node in turn, and keeps the messages', async () => {
    await send(settings, 'switch', ['kept']);
    for (const to of ['mq03', 'mq01', 'mq02']) {
      const { master } = await cluster.status();
      const result = await cluster.json<SwitchoverResult>('switchover', '--to', to, '--yes');
      expect(result).toEqual({ from: master, to, state: 'serving' });
      expect((await cluster.status()).master).toBe(to);
    }
    expect(await receive(settings, 'switch', 1)).toEqual(['kept']);
  });

  it('asks no more than a kill of the master does, and is refused while a slave is missing', async () => {
    const first = await healed(cluster);
    // No terminal, no --yes.
    const { to } = await cluster.json<SwitchoverResult>('switchover');
    expect(to).not.toBe(first.master);
    const before = await healed(cluster);
    await cluster.json('stop', slaveIn(before));
    const refused = await cluster.run('switchover', '--yes', '--json');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('switchover-refused');
    expect((await cluster.status()).master).toBe(before.master);
    await cluster.json('up');
  });

  it('is refused before anything is stopped where the start would be', async () => {
    const before = await healed(cluster);
    const file = join(cluster.directory, 'nodes', 'mq02', 'conf', 'activemq.xml');
    const rendered = await readFile(file, 'utf8');
    await writeFile(file, rendered.replace('</beans>', '<!-- by hand --></beans>'));
    for (const command of [['restart'], ['restart', 'mq02'], ['switchover']]) {
      const refused = await cluster.run(...command, '--yes', '--json');
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain('edited-file');
    }
    await writeFile(file, rendered);
    const after = await cluster.status();
    expect(after).toMatchObject({ state: 'serving', master: before.master, problems: [] });
    for (const { name } of before.nodes) expect(pidIn(after, name)).toBe(pidIn(before, name));
  });

  it('goes on with a rolling restart that was interrupted', async () => {
    const before = await healed(cluster);
    const first = foreground(cluster, 'restart', '--yes');
    // The first node had its turn when the second begins.
    let stops = 0;
    first.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stops += text.split('stopping ').length - 1;
      if (stops >= 2) first.kill('SIGKILL');
    });
    await exitOf(first);
    const [operation, ...others] = (await cluster.status()).operations;
    expect([operation?.kind, operation?.pid, others]).toEqual(['restart', null, []]);
    expect(operation?.steps.filter((step) => step.done).length).toBeGreaterThan(0);
    const result = await cluster.json<RestartResult>('restart', '--yes');
    const { restarted, before: done } = result;
    expect(result.status.operations).toEqual([]);
    expect(done.length).toBeGreaterThan(0);
    expect([...restarted, ...done].toSorted()).toEqual(['mq01', 'mq02', 'mq03']);
    const after = await healed(cluster);
    for (const { name } of before.nodes) {
      expect(pidIn(after, name)).not.toBe(pidIn(before, name));
    }
    // It has ended, so the next one is a new one.
    expect((await cluster.json<RestartResult>('restart', '--yes')).restarted).toHaveLength(3);
  });

  it('lives as a service: started, its supervisor killed and replaced, and stopped', async () => {
    await cluster.json('down');
    const plan = await cluster.json<DryRun>('up', '--dry-run');
    const began = new Date();
    const first = foreground(cluster, 'supervise', '--up');
    const up = await healed(cluster);
    // What was printed is what was executed.
    const { registry } = await cluster.open();
    expect(plan.start.map(({ name }) => name)).toEqual(['zookeeper', 'mq01', 'mq02', 'mq03']);
    for (const { name, command, argv } of plan.start) {
      expect((await registry.find(name))?.argv).toEqual([command, ...argv]);
    }
    first.kill('SIGKILL'); // As the kernel does when memory is short; systemd starts it again.
    await exitOf(first);
    const second = foreground(cluster, 'supervise', '--up');
    await eventually(
      async () => ofType(await cluster.events(began), 'supervisor-started'),
      (entries) => entries.length === 2,
    );
    const after = await healed(cluster);
    expect(after.nodes.map(({ pid }) => pid)).toEqual(up.nodes.map(({ pid }) => pid));
    second.kill('SIGTERM'); // As `systemctl stop` does; its brokers outlive it …
    expect(await exitOf(second)).toBe(0);
    expect((await cluster.status()).nodes.map(({ process }) => process)).not.toContain('stopped');
    await cluster.json('down'); // … until ExecStop.
    expect(await (await cluster.open()).registry.all()).toEqual([]);
  });

  it('does without a supervisor where told so', async () => {
    await cluster.json('up', '--no-supervisor');
    const status = await cluster.status();
    expect(status.supervisor.running).toBe(false);
    expect(status.problems).toEqual([]);
  });
});
