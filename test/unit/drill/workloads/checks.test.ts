import { describe, expect, it } from 'vitest';
import type { Attempt, Delivery } from '../../../../src/drill/analysis/checker.js';
import {
  checkMoves,
  checkOrder,
  checkSubscription,
  checkUnits,
  type Unit,
} from '../../../../src/drill/workloads/checks.js';

const acknowledged = (...bodies: string[]): Attempt[] =>
  bodies.map((body) => ({ body, acknowledged: true }));

const given = (acknowledged: Delivery['acknowledged'], ...bodies: string[]): Delivery[] =>
  bodies.map((body) => ({ body, acknowledged }));

const unit = (outcome: Unit['outcome'], ...bodies: string[]): Unit => ({ outcome, bodies });

const codes = ({ findings }: { findings: readonly { code: string; fails: boolean }[] }) =>
  findings.map(({ code, fails }) => `${code}${fails ? '' : ' (told)'}`);

describe('moves in units of work', () => {
  const sent = acknowledged('1', '2', '3', '4');
  const units = [unit('committed', '1', '2'), unit('undecided', '3')];

  it('are right where each number is in one of the queues, once', () => {
    for (const [left, moved] of [
      [
        ['3', '4'],
        ['1', '2'],
      ], // What was in doubt was not done,
      [['4'], ['1', '2', '3']], // or it was.
    ] as const) {
      const check = checkMoves(sent, units, left, moved);
      expect(check.counts).toMatchObject({ acknowledged: 4, delivered: 4, lost: 0, duplicated: 0 });
      expect(codes(check)).toEqual(['in-doubt (told)']);
      expect(check.findings[0]?.count).toBe(1);
    }
  });

  it('have lost a number that is in neither', () => {
    const check = checkMoves(sent, units, ['4'], ['1', '3']);
    expect(check.lost).toEqual(['2']);
  });

  it('have doubled a number that is in both, or twice in one', () => {
    const both = checkMoves(sent, units, ['2', '3', '4'], ['1', '2']);
    expect(codes(both)).toEqual(['duplicated', 'in-doubt (told)']);
    expect(both.findings[0]).toMatchObject({ count: 1, text: 'moved more than once: 2' });
    const twice = checkMoves(sent, units, ['3', '4'], ['1', '1', '2']);
    expect(twice.findings[0]).toMatchObject({ count: 1, fails: true });
  });

  it('say how much of what is wrong was in doubt', () => {
    const lost = checkMoves(sent, units, ['4'], ['1', '2']);
    expect(lost.lost).toEqual(['3']);
    expect(lost.findings.map(({ text }) => text)).toEqual([
      '1 of the lost were in a unit of work whose commit was in doubt',
      '1 of 2 commits were in doubt for their client',
    ]);
    const twice = checkMoves(sent, units, ['3', '4'], ['1', '2', '3']);
    expect(twice.findings[0]?.text).toBe(
      'moved more than once: 3, 1 of them in a unit of work whose commit was in doubt',
    );
  });
});

describe('units of work', () => {
  it('are right where a committed one is there and an undecided one is there or not', () => {
    const units = [
      unit('committed', '1', '2'),
      unit('undecided', '3', '4'),
      unit('undecided', '5'),
    ];
    const check = checkUnits(units, ['1', '3', '4'], given('yes', '2'));
    expect(check.counts).toMatchObject({ attempted: 5, acknowledged: 2, recovered: 2, lost: 0 });
    expect(codes(check)).toEqual(['in-doubt (told)']);
  });

  it.each(['committed', 'undecided', 'abandoned'] as const)('are not whole: %s', (outcome) => {
    const units = [unit('committed', '0'), unit(outcome, '1', '2', '3')];
    const check = checkUnits(units, ['0', '2'], given('yes', '1'));
    expect(check.findings[0]).toEqual({
      code: 'half-unit',
      count: 1,
      text: '1 of 2 units of work are there in part: 1+3',
      fails: true,
    });
    expect(check.counts.lost).toBe(outcome === 'committed' ? 1 : 0);
  });

  it('are lost as a whole where a committed one is not there', () => {
    const check = checkUnits([unit('committed', '1', '2')], [], []);
    expect(check.lost).toEqual(['1', '2']);
    expect(codes(check)).toEqual([]);
  });

  it('came again after they were acknowledged', () => {
    const check = checkUnits([unit('committed', '1', '2')], ['1'], given('yes', '1', '2'));
    expect(check.counts).toMatchObject({ duplicated: 1, consumedAgain: 1, lost: 0 });
  });
});

describe('a durable subscription', () => {
  const sent = [...acknowledged('1', '2', '3', '4'), { body: '5', acknowledged: false }];
  const even = (body: string) => Number(body) % 2 === 0;
  const all = () => true;

  it('gives what was delivered and not acknowledged again', () => {
    const first = given('no', '2', '4');
    const check = checkSubscription(sent, even, [...first, ...given('yes', '2', '4')]);
    expect(check.counts).toMatchObject({ attempted: 2, delivered: 2, lost: 0, duplicated: 2 });
    expect(check.counts.consumedAgain).toBe(0);
    expect(check.findings).toEqual([]);
  });

  it('has lost what it gave once, and not again although nobody had acknowledged it', () => {
    const check = checkSubscription(sent, even, given('no', '2', '4'));
    expect(check.lost).toEqual(['2', '4']);
    expect(check.counts.lost).toBe(2);
    expect(check.findings[0]).toMatchObject({ code: 'lost', count: 2, fails: false });
  });

  it('has lost what it never gave, and only what it selects', () => {
    expect(checkSubscription(sent, even, given('yes', '4')).lost).toEqual(['2']);
    expect(checkSubscription(sent, all, given('yes', '2', '4')).lost).toEqual(['1', '3']);
  });

  it('need not give again what the broker may have known as acknowledged', () => {
    expect(checkSubscription(sent, even, given('unknown', '2', '4')).lost).toEqual([]);
  });

  it('gives nothing that it does not select', () => {
    const check = checkSubscription(sent, even, given('yes', '2', '3', '4'));
    expect(check.unexpected).toEqual(['3']);
  });

  it('gives again what was acknowledged', () => {
    const check = checkSubscription(sent, even, given('yes', '2', '4', '2'));
    expect(check.counts).toMatchObject({ consumed: 3, consumedAgain: 1, lost: 0 });
  });
});

describe('the order within groups', () => {
  const placeOf = (body: string) => ({ group: body.slice(0, 1), number: Number(body.slice(1)) });

  it('holds where every group has its own, however they are mixed', () => {
    expect(checkOrder(['a1', 'b7', 'a2', 'b8', 'a5'], placeOf)).toEqual([]);
  });

  it('holds where something comes again', () => {
    expect(checkOrder(['a1', 'a2', 'a3', 'a2', 'a3', 'a4'], placeOf)).toEqual([]);
  });

  it('does not hold where a message comes for the first time after a later one of its group', () => {
    expect(checkOrder(['a1', 'b2', 'a3', 'b1', 'a2', 'a4'], placeOf)).toEqual([
      {
        code: 'out-of-order',
        count: 2,
        text: 'came after a later one of their group: b1, a2',
        fails: true,
      },
    ]);
  });
});
