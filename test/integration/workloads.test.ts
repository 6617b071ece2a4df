import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durableSubscriptions } from '../../src/clients/management/destinations.js';
import type { DrillResult, RoundResult } from '../../src/drill/result.js';
import { eventually, startedCluster, type TestCluster } from '../support/cluster.js';
import { healed } from '../support/watched.js';

const SHORT = ['--scenario', 'kill-master', '--supervisor', 'with', '--rounds', '1', '--json'];
const MAIN = 'dev.mqha.drill.DrillClient';

describe('workloads of a drill', () => {
  let cluster: TestCluster;
  let result: DrillResult;
  let exitCode: number;

  beforeAll(async () => {
    ({ cluster } = await startedCluster());
  });

  afterAll(async () => {
    await cluster.remove();
  });

  /** The processes of JMS clients that the drills of this cluster have begun. */
  function clients(): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return argv.includes(MAIN) && cwd === join(cluster.directory, '.mqha');
      } catch {
        return false;
      }
    });
  }

  async function subscriptions(): Promise<string[]> {
    const { config, account } = await cluster.open();
    const { master } = await cluster.status();
    const node = config.nodes.find(({ name }) => name === master);
    const console = { host: node?.host ?? '', port: node?.webPort ?? 0, account };
    return (await durableSubscriptions(console, 10_000)).map(({ name }) => name);
  }

  it.runIf(process.platform === 'linux')(
    'have clients that end with mqha, whose password nobody can see',
    async () => {
      const drill = cluster.start([
        'drill',
        '--workload',
        'durable',
        '--duration',
        '60s',
        ...SHORT,
      ]);
      await eventually(
        () => Promise.resolve(clients()),
        (found) => found.length > 0,
      );
      await eventually(subscriptions, (names) => names.length === 4);
      const [pid = ''] = clients();
      const { account } = await cluster.open();
      for (const file of ['cmdline', 'environ']) {
        expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain(account?.password);
      }
      drill.child.kill('SIGKILL');
      await drill.ended;
      await eventually(
        () => Promise.resolve(clients()),
        (found) => found.length === 0,
      );
      await cluster.json('up');
      await healed(cluster);
    },
  );

  it('are held one after the other, and leave nothing behind', async () => {
    const run = await cluster.run(...['drill', '--workload', 'all', '--duration', '1s', ...SHORT]);
    exitCode = run.exitCode;
    result = JSON.parse(run.stdout) as DrillResult;
    const names = ['queue', 'transactions', 'durable', 'large', 'groups'];
    expect(result.rounds.map(({ workload }) => workload)).toEqual(names);
    expect(result.scenarios.map(({ workload }) => workload)).toEqual(names);
    for (const { back, unknown } of result.rounds)
      expect([back, unknown]).toEqual([true, undefined]);
    expect(clients()).toEqual([]);
    expect(await subscriptions()).toEqual([]);
    expect(await cluster.json('queues')).toMatchObject({ master: expect.any(String) as string });
  });

  /** The round of a workload, in which nothing was found that it must not find. */
  function passed(workload: string): RoundResult {
    const round = result.rounds.find((each) => each.workload === workload);
    if (!round) throw new Error(`no round of ${workload}`);
    expect(round.findings.filter(({ fails }) => fails)).toEqual([]);
    expect(round.faults).toEqual([]);
    for (const { counts } of round.parts) {
      expect(counts).toMatchObject({ lost: 0, unexpected: 0 });
      expect(counts.acknowledged).toBeGreaterThan(0);
      expect(counts.delivered).toBe(counts.acknowledged + counts.recovered);
    }
    for (const { counted, browsed, drained } of round.depths) {
      // A broker shows a browser 400 at most, and then its number says nothing.
      expect([counted, browsed]).toEqual([drained, drained < 400 ? drained : null]);
    }
    return round;
  }

  const namesOf = ({ parts }: RoundResult) => parts.map(({ name }) => name);

  it('queue: a consumer takes half of it meanwhile', () => {
    const { counts, depths } = passed('queue');
    expect(counts.consumed).toBeGreaterThan(0);
    expect(depths[0]?.drained).toBeGreaterThan(0);
  });

  it('transactions: each number is in one of both queues, once', () => {
    const round = passed('transactions');
    expect(namesOf(round)).toEqual(['mqha.drill', 'mqha.drill.from → mqha.drill.to']);
    expect(round.parts[1]?.counts.duplicated).toBe(0);
    expect(round.depths.map(({ queue }) => queue)).toEqual([
      ...['mqha.drill', 'mqha.drill.from', 'mqha.drill.to'],
    ]);
    expect(round.depths[2]?.drained).toBeGreaterThan(0);
  });

  it('durable: each subscription gives everything that its consumer had not acknowledged', () => {
    const round = passed('durable');
    const [, here, away, selector, single] = round.parts;
    expect(namesOf(round).slice(1)).toEqual(
      ['here', 'away', 'selector', 'one-by-one'].map(
        (name) => `mqha.drill.topic, subscription ${name}`,
      ),
    );
    expect(here?.counts.acknowledged).toBe(away?.counts.acknowledged);
    expect(selector?.counts.attempted).toBeLessThan(away?.counts.attempted ?? 0);
    // They were given before the fault without being acknowledged, so they came twice.
    expect(selector?.counts.duplicated).toBeGreaterThan(0);
    expect(single?.counts.duplicated).toBeGreaterThan(0);
  });

  it('large: messages and units of work are there as a whole, and are counted right', () => {
    const round = passed('large');
    expect(namesOf(round).slice(1)).toEqual([
      ...['mqha.drill.large, messages', 'mqha.drill.large, units of work'],
    ]);
  });

  it('groups: each has its order, and nothing is missing', () => {
    const round = passed('groups');
    expect(round.parts[1]?.counts.consumed).toBeGreaterThan(0);
  });

  it('let the drill pass together', () => {
    expect([result.verdict, exitCode]).toEqual(['passed', 0]);
  });
});
