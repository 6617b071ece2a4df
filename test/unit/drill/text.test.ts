import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { portTable } from '../../../src/config/defaults.js';
import { NO_COUNTS } from '../../../src/drill/analysis/checker.js';
import type { DrillResult, ScenarioResult } from '../../../src/drill/result.js';
import { SCENARIOS } from '../../../src/drill/scenarios/index.js';
import { drillText } from '../../../src/cli/output/drill-text.js';
import { describe as inWords } from '../../../src/cli/output/reporter.js';

const plain = new Chalk({ level: 0 });

const counts = { ...NO_COUNTS, attempted: 1342, acknowledged: 1338, delivered: 1336, lost: 2 };

const scenario: ScenarioResult = {
  scenario: 'kill-master',
  workload: 'queue',
  side: 'supervisor',
  description: 'The master is killed.',
  rounds: 1,
  counts,
  outageMs: { median: 762, worst: 1762 },
  sinceFaultMs: { median: 759, worst: 759 },
  verdict: 'failed',
};

const result: DrillResult = {
  schema: 1,
  verdict: 'failed',
  summary: '1338 messages acknowledged, 2 lost, in 1 round',
  interrupted: false,
  startedAt: '2026-11-24T10:00:00.000Z',
  ms: 9000,
  setup: {
    cluster: 'mqStore',
    mqha: '0.1.0',
    activemq: '5.16.7',
    zookeeper: '3.9.5',
    java: '17.0.15',
    node: 'v20.20.2',
    machine: 'Linux',
    nodes: 3,
    replicas: 3,
    quorum: 2,
    sync: 'local_mem',
    sessionTimeoutMs: 10_000,
    supervised: true,
    managedZooKeeper: true,
    clients: 4,
    rate: null,
    queue: 'mqha.drill',
    seed: 7,
  },
  counts,
  scenarios: [
    scenario,
    {
      ...scenario,
      side: 'alone',
      rounds: 0,
      counts: NO_COUNTS,
      outageMs: null,
      sinceFaultMs: null,
      verdict: 'unknown',
      reason: 'the drill was interrupted',
    },
  ],
  rounds: [
    {
      scenario: 'kill-master',
      workload: 'queue',
      side: 'supervisor',
      round: 1,
      startedAt: '2026-11-24T10:00:00.000Z',
      ms: 8000,
      target: 'mq02 (master)',
      masterBefore: 'mq02',
      masterAfter: 'mq01',
      counts,
      parts: [{ name: 'mqha.drill', counts }],
      findings: [],
      depths: [],
      outages: [],
      outageMs: 762,
      sinceFaultMs: 759,
      acknowledgedPer100ms: [],
      marks: [],
      log: [],
      back: true,
      faults: ['lost: a:1:2, a:1:3'],
    },
  ],
  problems: [],
};

describe('a result for people', () => {
  it('has the verdict, a table that can be cut, and what went wrong where', () => {
    const lines = drillText(result, plain).split('\n');
    expect(lines[0]).toBe('FAILED: 1338 messages acknowledged, 2 lost, in 1 round');
    expect(lines[1]).toContain('3 nodes, quorum 2, sync local_mem; 4 clients, as fast as');
    expect(lines[3]?.split(/ {2,}/).slice(0, 7)).toEqual([
      ...['SCENARIO', 'SUPERVISOR', 'ROUNDS', 'ATTEMPTED', 'ACKNOWLEDGED', 'DELIVERED', 'LOST'],
    ]);
    expect(lines[4]?.split(/ {2,}/)).toEqual([
      ...['kill-master', 'with', '1', '1342', '1338', '1336', '2', '0', '0', '0', '0'],
      ...['762 ms, worst 1.8 s', '759 ms, worst 759 ms', 'failed'],
    ]);
    expect(lines[5]?.split(/ {2,}/).slice(-3)).toEqual(['–', '–', 'unknown']);
    expect(lines.slice(7)).toEqual([
      'kill-master (without supervisor): the drill was interrupted',
      'kill-master (with supervisor), round 1, mq02 (master): lost: a:1:2, a:1:3',
    ]);
  });
});

describe('the live line', () => {
  const place = {
    scenario: 'hang-master',
    workload: 'queue',
    side: 'alone',
    round: 2,
    rounds: 3,
  } as const;

  it('says round, phase, rate, acknowledged and the outage so far, and is no plain line', () => {
    const figures = { phase: 'waiting for service', rate: 0, acknowledged: 812 };
    const event = { type: 'drill-progress', ...place, ...figures, outageMs: 2400 } as const;
    expect(inWords(event)).toEqual({
      text: 'hang-master 2/3 without supervisor: waiting for service; 0/s, 812 acknowledged, no answer for 2.4 s',
      passing: true,
      quiet: true,
    });
    expect(inWords({ ...event, rate: 201, outageMs: 0 })?.text).toMatch(
      /; 201\/s, 812 acknowledged$/,
    );
  });

  it('is one plain line for each phase and each round', () => {
    expect(inWords({ type: 'drill-phase', ...place, phase: 'sending' })).toMatchObject({
      text: 'hang-master 2/3 without supervisor: sending',
      quiet: false,
    });
    const round = { type: 'drill-round', ...place, side: 'supervisor', text: '0 lost' } as const;
    expect(inWords({ ...round, passed: true })).toMatchObject({
      text: 'hang-master 2/3: 0 lost',
      passing: false,
      failed: false,
    });
    expect(inWords({ ...round, passed: false })?.failed).toBe(true);
  });
});

describe('a cluster', () => {
  const impossibleOn = async (options: { nodes: number; zookeeper?: string }) => {
    const config = await portTable(options, () => Promise.resolve(true));
    return SCENARIOS.filter((each) => each.impossible?.(config) !== undefined).map(
      ({ name }) => name,
    );
  };

  it('of three can be drilled with everything', async () => {
    expect(await impossibleOn({ nodes: 3 })).toEqual([]);
  });

  it('of others’ ZooKeeper keeps that', async () => {
    expect(await impossibleOn({ nodes: 3, zookeeper: 'zk1:2181' })).toEqual(['zookeeper-outage']);
  });

  it('of one or two is too small for what others must live through', async () => {
    const needQuorum = ['hang-master', 'stop-master', 'switchover', 'rolling-restart'];
    expect(await impossibleOn({ nodes: 2 })).toEqual([...needQuorum, 'delete-destination']);
    expect(await impossibleOn({ nodes: 1 })).toEqual([
      ...['kill-slave', 'hang-master', 'stop-master', 'switchover', 'rolling-restart'],
      ...['kill-attaching', 'lagging-slaves', 'delete-destination'],
    ]);
  });
});
