import { describe, expect, it } from 'vitest';
import { NO_COUNTS } from '../../../../src/drill/analysis/checker.js';
import type { RoundResult } from '../../../../src/drill/result.js';
import {
  exitCodeOf,
  scenarioResult,
  spreadOf,
  summaryOf,
  together,
  verdictOnRound,
} from '../../../../src/drill/analysis/verdict.js';

const SCENARIO = { name: 'kill-master', description: 'The master is killed.' };

const round = (more: Partial<RoundResult> = {}): RoundResult => ({
  scenario: 'kill-master',
  workload: 'queue',
  side: 'supervisor',
  round: 1,
  startedAt: '2026-11-24T10:00:00.000Z',
  ms: 9000,
  target: 'mq02 (master)',
  masterBefore: 'mq02',
  masterAfter: 'mq01',
  counts: { ...NO_COUNTS, attempted: 10, acknowledged: 10, delivered: 10 },
  parts: [],
  findings: [],
  depths: [],
  outages: [],
  outageMs: 600,
  sinceFaultMs: 610,
  acknowledgedPer100ms: [],
  marks: [],
  log: [],
  back: true,
  faults: [],
  ...more,
});

const lost = { ...round().counts, delivered: 8, lost: 2 };

describe('the verdict on a round', () => {
  it('is passed where nothing was lost and service is back', () => {
    expect(verdictOnRound(round())).toBe('passed');
    const counts = { ...round().counts, duplicated: 3, recovered: 2 };
    expect(verdictOnRound(round({ counts }))).toBe('passed');
  });

  it('is failed where something was lost, the cluster did not come back, or did what it must not', () => {
    expect(verdictOnRound(round({ counts: lost }))).toBe('failed');
    expect(verdictOnRound(round({ back: false }))).toBe('failed');
    expect(verdictOnRound(round({ faults: ['7 sends were acknowledged without quorum'] }))).toBe(
      'failed',
    );
  });

  it('is unknown where the queue was not read to its end: what is missing may be in it', () => {
    expect(verdictOnRound(round({ counts: lost, unknown: ['no master answers'] }))).toBe('unknown');
    expect(verdictOnRound(round({ back: false, unknown: ['no master answers'] }))).toBe('failed');
  });
});

describe('the verdict on several', () => {
  it('is the worst that is known, and unknown of none', () => {
    expect(together(['passed', 'passed'])).toBe('passed');
    expect(together(['passed', 'unknown'])).toBe('unknown');
    expect(together(['unknown', 'failed', 'passed'])).toBe('failed');
    expect(together([])).toBe('unknown');
  });

  it('comes with the exit code that a script reads', () => {
    const codes = (['passed', 'failed', 'unknown'] as const).map((verdict) =>
      exitCodeOf({ verdict, interrupted: false }),
    );
    expect(codes).toEqual([0, 1, 3]);
    expect(exitCodeOf({ verdict: 'passed', interrupted: true })).toBe(130);
  });
});

describe('a scenario', () => {
  it('sums the counts and gives median and worst of what clients felt', () => {
    const rounds = [round(), round({ outageMs: 0, sinceFaultMs: 4 }), round({ outageMs: 901 })];
    expect(scenarioResult(SCENARIO, 'supervisor', rounds)).toEqual({
      scenario: 'kill-master',
      workload: 'queue',
      side: 'supervisor',
      description: 'The master is killed.',
      rounds: 3,
      counts: { ...NO_COUNTS, attempted: 30, acknowledged: 30, delivered: 30 },
      outageMs: { median: 600, worst: 901 },
      sinceFaultMs: { median: 610, worst: 610 },
      verdict: 'passed',
    });
  });

  it('without a round is unknown, with the reason', () => {
    const none = scenarioResult(SCENARIO, 'alone', [], 'ZooKeeper is not managed by mqha');
    expect(none).toMatchObject({ rounds: 0, outageMs: null, verdict: 'unknown' });
    expect(none.reason).toBe('ZooKeeper is not managed by mqha');
    expect(scenarioResult(SCENARIO, 'alone', []).reason).toBe('no round was held');
  });

  it('that was cut short is not passed, and failed where a round is', () => {
    expect(scenarioResult(SCENARIO, 'alone', [round()], 'interrupted').verdict).toBe('unknown');
    const failed = scenarioResult(SCENARIO, 'alone', [round({ counts: lost })], 'interrupted');
    expect(failed.verdict).toBe('failed');
    expect(failed).not.toHaveProperty('reason');
  });
});

describe('median and worst', () => {
  it('leave out what is not known', () => {
    expect(spreadOf([null, 5, null])).toEqual({ median: 5, worst: 5 });
    expect(spreadOf([30, 10])).toEqual({ median: 20, worst: 30 });
    expect(spreadOf([null])).toBeNull();
    expect(spreadOf([])).toBeNull();
  });
});

describe('the summary', () => {
  it('says what was lost and whether service came back', () => {
    const rounds = [round(), round({ counts: lost, back: false, outageMs: null })];
    const results = [scenarioResult(SCENARIO, 'supervisor', rounds)];
    expect(summaryOf('failed', results, rounds, false)).toBe(
      '20 messages acknowledged, 2 lost, in 2 rounds; service did not recover as it should in 1 of them; longest outage 600 ms with supervisor',
    );
    expect(summaryOf('passed', results, [round()], false)).toBe(
      '10 messages acknowledged, none lost, in 1 round; service recovered every time; longest outage 600 ms with supervisor',
    );
  });

  it('names the side of the longest outage', () => {
    const rounds = [round(), round({ side: 'alone', outageMs: 900 })];
    expect(summaryOf('passed', [], rounds, false)).toContain(
      'longest outage 900 ms without supervisor',
    );
    expect(summaryOf('passed', [], [round({ outageMs: 0 })], false)).toMatch(
      /longest outage 0 ms$/,
    );
  });

  it('says what could not be told, and that it was interrupted', () => {
    const results = [scenarioResult(SCENARIO, 'alone', [], 'the drill was interrupted')];
    expect(summaryOf('unknown', results, [], true)).toBe(
      'interrupted: no round was held; kill-master: the drill was interrupted',
    );
  });
});
