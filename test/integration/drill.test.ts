import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueReceiver } from '../../src/clients/amqp/receiver.js';
import { brokersOf } from '../../src/clients/brokers.js';
import type { ClientSettings } from '../../src/clients/client-settings.js';
import type { ClusterStatus } from '../../src/observe/status.js';
import type { StartResult } from '../../src/operations/start/start.js';
import { DRILL_QUEUE } from '../../src/drill/workloads/payload.js';
import type { DrillResult } from '../../src/drill/result.js';
import { packageRoot } from '../../src/lib/package.js';
import { eventually, startedCluster, TestCluster, type CliResult } from '../support/cluster.js';
import { receive, send } from '../support/messages.js';
import { healed, pidIn, slaveIn } from '../support/watched.js';

const SHORT = ['--rounds', '1', '--duration', '2s', '--json'];
/** At the defaults of rate and clients, with the supervisor and without. */
const LOST_MACHINE = ['--scenario', 'lagging-slaves', ...SHORT];

const resultOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as DrillResult;

/** A drill that a test ends by a signal. */
function begun(cluster: TestCluster, ...args: string[]) {
  const bin = join(packageRoot(), 'bin', 'mqha.js');
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, '-C', cluster.directory, 'drill', ...args],
    { stdio: 'pipe' },
  );
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (code) => {
      resolve({ exitCode: code ?? -1, ...output });
    });
  });
  return { child, output, ended };
}

const suspendedIn = (status: ClusterStatus) =>
  status.problems.filter(({ code }) => code === 'process-suspended').map(({ node }) => node);

const pidsOf = (status: ClusterStatus) => status.nodes.map(({ pid }) => pid);

describe('a drill', () => {
  let cluster: TestCluster;
  let settings: ClientSettings;

  beforeAll(async () => {
    ({ cluster, settings } = await startedCluster());
  });

  afterAll(async () => {
    await cluster.remove();
  });

  /** Begins a drill and waits until it has suspended the master. */
  async function hanging() {
    const drill = begun(
      cluster,
      ...['--scenario', 'hang-master', '--supervisor', 'without', ...SHORT],
    );
    const status = await eventually(
      () => cluster.status(),
      (seen) => suspendedIn(seen).length > 0,
    );
    return { ...drill, status };
  }

  /** As hanging(), and kills it in the middle. */
  async function killedWhileHanging() {
    const { child, ended, status } = await hanging();
    expect(status.operations).toMatchObject([{ kind: 'drill', pid: child.pid, next: null }]);
    child.kill('SIGKILL');
    await ended;
    const left = await cluster.status();
    const [name] = suspendedIn(left);
    expect(left.operations).toMatchObject([{ kind: 'drill', pid: null }]);
    expect(left.operations[0]?.command).toContain('drill');
    expect(left.operations[0]?.steps.map(({ text }) => text)).toEqual([
      `${name ?? ''} (pid ${pidIn(left, name ?? null)}) was suspended`,
      'the supervisor was ended',
    ]);
    expect((await cluster.run('status')).stdout).toContain('\nunfinished drill, begun ');
    return status;
  }

  /** It is whole with a supervisor, and no process was replaced. */
  async function resumedSince(before: ClusterStatus) {
    await healed(cluster);
    // The record goes after everything runs again.
    const after = await eventually(
      () => cluster.status(),
      ({ operations, supervisor }) => operations.length === 0 && supervisor.running,
    );
    expect(pidsOf(after)).toEqual(pidsOf(before));
  }

  it('that was killed in the middle is shown by `status`, and undone by `mqha up`', async () => {
    const before = await killedWhileHanging();
    const { status } = await cluster.json<StartResult>('up');
    expect([status.state, status.operations]).toEqual(['serving', []]);
    await resumedSince(before);
  });

  it('that was killed in the middle is undone by `mqha start` of any node', async () => {
    const before = await killedWhileHanging();
    const dry = await cluster.run('up', '--dry-run');
    expect(dry.stdout).toMatch(/undo what a killed drill has left:\n {2}mq0\d \(pid \d+\) was/);
    const start = await cluster.run('start', slaveIn(before), '--json');
    expect(start.stderr).toContain('a drill that was killed had suspended');
    expect((JSON.parse(start.stdout) as StartResult).status).toMatchObject({
      state: 'serving',
      operations: [],
    });
    await resumedSince(before);
  });

  it('that was killed in the middle is undone by `mqha supervise --up`', async () => {
    const before = await killedWhileHanging();
    const service = cluster.start(['supervise', '--up']);
    await resumedSince(before);
    service.child.kill('SIGTERM');
    expect((await service.ended).exitCode).toBe(0);
    await cluster.json('up');
  });

  it('loses nothing with the master killed, with the supervisor and without', async () => {
    const before = await healed(cluster);
    const run = await cluster.run('drill', ...SHORT);
    expect(run.stderr).toContain('of an earlier drill');
    expect([run.exitCode, run.stderr.includes('✓ kill-master 1/1: ')]).toEqual([0, true]);
    const result = resultOf(run);
    expect(result).toMatchObject({ verdict: 'passed', interrupted: false, problems: [] });
    expect(result.setup).toMatchObject({
      supervised: true,
      sync: 'quorum_mem',
      queue: DRILL_QUEUE,
    });
    expect(result.rounds.map(({ side }) => side)).toEqual(['supervisor', 'alone']);
    expect(result.rounds[0]?.masterBefore).toBe(before.master);
    for (const round of result.rounds) {
      const { counts, outageMs, sinceFaultMs, marks, log } = round;
      expect(round).toMatchObject({ back: true, faults: [] });
      expect(round.target).toContain(`${round.masterBefore ?? ''} (master`);
      expect(round.masterAfter).not.toBe(round.masterBefore);
      expect(counts).toMatchObject({ lost: 0, unexpected: 0 });
      // Half of it was taken while the fault was done; what of it came again is counted.
      expect(counts.consumed).toBeGreaterThan(counts.acknowledged / 4);
      expect(counts.consumedAgain).toBeLessThanOrEqual(counts.duplicated);
      const [depth] = round.depths;
      expect(depth).toMatchObject({ queue: DRILL_QUEUE, knownBefore: 0 });
      expect(depth?.drained).toBeGreaterThan(0);
      expect(depth?.counted).toBe(depth?.drained);
      // A browser is shown 400 at most.
      expect(depth?.browsed).toBe((depth?.drained ?? 0) < 400 ? depth?.drained : null);
      expect(counts.acknowledged).toBeGreaterThan(100);
      expect(counts.delivered).toBe(counts.acknowledged + counts.recovered);
      expect(outageMs).toBeGreaterThan(0);
      expect(sinceFaultMs).toBeGreaterThan(0);
      const slots = round.acknowledgedPer100ms;
      expect(slots.reduce((sum, count) => sum + count, 0)).toBe(counts.acknowledged);
      // In this order, whatever else is between.
      const kinds = marks.map(({ kind }) => kind);
      const order = ['fault', 'process-ended', 'election', 'promotion', 'service'] as const;
      // A busy machine may have an answer come late once more after that.
      const first = kinds.filter((kind, at) => kind !== 'service' || kinds.indexOf(kind) === at);
      expect(first.filter((kind) => (order as readonly string[]).includes(kind))).toEqual(order);
      expect(kinds).toEqual(expect.arrayContaining(['repair', 'whole']));
      const promoted = log.find(({ text }) => text === 'Promoted to master');
      expect(promoted?.node).toBe(round.masterAfter);
    }
    const after = await healed(cluster);
    expect(after.supervisor.running).toBe(true);
    expect(await leftInQueue()).toBeUndefined();
  });

  /** Something in the queue of drills. */
  async function leftInQueue(): Promise<string | undefined> {
    const { config, tls, account } = await cluster.open();
    const options = { brokers: brokersOf(config, tls), account, browse: true };
    const browser = new QueueReceiver(DRILL_QUEUE, options);
    const found = await browser.next(5000);
    await browser.close();
    return found?.body.toString();
  }

  it('shows that the master goes on when the elector is killed', async () => {
    await healed(cluster);
    const only = ['--scenario', 'kill-elector', '--supervisor', 'with'];
    const { rounds, verdict } = resultOf(await cluster.run('drill', ...only, ...SHORT));
    expect(verdict).toBe('passed');
    expect(rounds[0]?.target).toMatch(/^mq0\d \(elector\)$/);
    expect(rounds[0]?.masterAfter).toBe(rounds[0]?.masterBefore);
    const kinds = rounds[0]?.marks.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['fault', 'process-ended', 'repair']));
    expect(kinds).not.toContain('election');
    expect(kinds).not.toContain('promotion');
  });

  it('loses nothing with the machine of the master while the slaves lag, as every message is on two nodes', async () => {
    await healed(cluster);
    const run = await cluster.run('drill', ...LOST_MACHINE);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.any(String)]);
    const { rounds, verdict } = resultOf(run);
    expect(verdict).toBe('passed');
    expect(rounds.map(({ side }) => side)).toEqual(['supervisor', 'alone']);
    for (const { counts, masterBefore, masterAfter } of rounds) {
      expect(counts).toMatchObject({ lost: 0, unexpected: 0 });
      expect(counts.acknowledged).toBeGreaterThan(100);
      // Its store would have everything: only without it the drill can tell.
      expect(masterAfter).not.toBe(masterBefore);
    }
  });

  it('that is interrupted puts the cluster back, and says what it knows', async () => {
    await healed(cluster);
    const { child, ended, status } = await hanging();
    child.kill('SIGINT');
    const run = await ended;
    expect(run.exitCode).toBe(130);
    const result = resultOf(run);
    expect(result).toMatchObject({ interrupted: true, verdict: 'unknown' });
    expect(result.rounds[0]?.target).toContain(`${status.master ?? ''} (master`);
    expect(result.rounds[0]?.counts).toMatchObject({ lost: 0, unexpected: 0 });
    expect(result.counts.acknowledged).toBeGreaterThan(0);
    const after = await cluster.status();
    expect([after.state, suspendedIn(after)]).toEqual(['serving', []]);
    expect(pidsOf(after)).toEqual(pidsOf(status));
    expect(after.supervisor.running).toBe(true);
  });

  it('does not touch a cluster that others use without an answer', async () => {
    await healed(cluster);
    await send(settings, 'orders', ['kept']);
    const before = await cluster.status();
    const run = await cluster.run('drill', ...SHORT);
    expect([run.exitCode, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toContain('needs-consent');
    expect(run.stderr).toContain('a message is in queues (orders)');
    expect(pidsOf(await cluster.status())).toEqual(pidsOf(before));
    expect(await receive(settings, 'orders', 1)).toEqual(['kept']);
  });

  it('is refused while somebody else’s message lies in its queue, which stays there', async () => {
    await send(settings, DRILL_QUEUE, ['mine']);
    const run = await cluster.run('drill', ...SHORT);
    expect([run.exitCode, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toContain('drill-refused');
    expect(await receive(settings, DRILL_QUEUE, 1)).toEqual(['mine']);
  });

  it('is refused on a cluster that is not whole, and changes nothing', async () => {
    await cluster.json('stop', slaveIn(await cluster.status()));
    const before = await cluster.status();
    const run = await cluster.run('drill', '--yes', ...SHORT);
    expect([run.exitCode, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toContain('the cluster is degraded');
    const after = await cluster.status();
    expect(pidsOf(after)).toEqual(pidsOf(before));
    expect(after.supervisor.pid).toBe(before.supervisor.pid);
  });
});

describe('a drill of a cluster that acknowledges what one node has', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.make(['--nodes', '3', '--sync', 'local_mem']);
    await cluster.json('up');
  });

  afterAll(async () => {
    await cluster.remove();
  });

  it('sees in every round what is lost with a machine', async () => {
    const run = await cluster.run('drill', ...LOST_MACHINE);
    expect([run.exitCode, run.stderr]).toEqual([1, expect.any(String)]);
    const { verdict, rounds } = resultOf(run);
    expect(verdict).toBe('failed');
    expect(rounds.map(({ side }) => side)).toEqual(['supervisor', 'alone']);
    for (const { counts, back, faults, masterBefore, masterAfter } of rounds) {
      expect(counts.lost).toBeGreaterThan(0);
      expect(counts.delivered).toBe(counts.acknowledged - counts.lost + counts.recovered);
      expect(back).toBe(true);
      expect(faults[0]).toMatch(/^lost: /);
      expect(masterAfter).not.toBe(masterBefore);
    }
  });
});
