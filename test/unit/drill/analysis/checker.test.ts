import { describe, expect, it } from 'vitest';
import {
  checkQueue,
  NO_COUNTS,
  sumCounts,
  withEarlier,
  type Attempt,
  type Delivery,
} from '../../../../src/drill/analysis/checker.js';

const acknowledged = (...bodies: string[]): Attempt[] =>
  bodies.map((body) => ({ body, acknowledged: true }));
const open = (...bodies: string[]): Attempt[] =>
  bodies.map((body) => ({ body, acknowledged: false }));

const taken = (acknowledged: Delivery['acknowledged'], ...bodies: string[]): Delivery[] =>
  bodies.map((body) => ({ body, acknowledged }));

describe('a total-queue check', () => {
  it('finds nothing wrong where everything comes out once, in any order', () => {
    const { counts, lost, unexpected } = checkQueue(acknowledged('1', '2', '3'), ['3', '1', '2']);
    expect(counts).toEqual({ ...NO_COUNTS, attempted: 3, acknowledged: 3, delivered: 3 });
    expect([lost, unexpected]).toEqual([[], []]);
  });

  it('names what was acknowledged and never came, in the order of the sends', () => {
    const { counts, lost } = checkQueue(acknowledged('4', '2', '9', '7'), ['2']);
    expect(lost).toEqual(['4', '9', '7']);
    expect(counts).toMatchObject({ acknowledged: 4, delivered: 1, lost: 3 });
  });

  it('does not miss what was never acknowledged', () => {
    const { counts, lost } = checkQueue([...acknowledged('1'), ...open('2')], ['1']);
    expect(lost).toEqual([]);
    expect(counts).toMatchObject({ attempted: 2, acknowledged: 1, delivered: 1, recovered: 0 });
  });

  it('tells what was recovered: never acknowledged, and delivered', () => {
    const { counts } = checkQueue([...acknowledged('1'), ...open('2', '3')], ['1', '3', '3']);
    expect(counts).toMatchObject({ recovered: 1, delivered: 2, duplicated: 1, lost: 0 });
  });

  it('counts each delivery beyond the first as a duplicate', () => {
    const { counts } = checkQueue(acknowledged('1', '2'), ['1', '1', '2', '1', '2']);
    expect(counts).toMatchObject({ delivered: 2, duplicated: 3, lost: 0, unexpected: 0 });
  });

  it('names what nobody sent, each once', () => {
    const { counts, unexpected } = checkQueue(acknowledged('1'), ['x', '1', 'y', 'x']);
    expect(unexpected).toEqual(['x', 'y']);
    expect(counts).toMatchObject({ delivered: 3, unexpected: 2, duplicated: 1, lost: 0 });
  });

  it('tells all of it apart in one history', () => {
    const attempts = [...acknowledged('a', 'b', 'c', 'd'), ...open('e', 'f')];
    expect(checkQueue(attempts, ['a', 'c', 'c', 'e', 'z']).counts).toEqual({
      attempted: 6,
      acknowledged: 4,
      delivered: 4,
      lost: 2,
      recovered: 1,
      duplicated: 1,
      unexpected: 1,
      consumed: 0,
      consumedAgain: 0,
    });
  });

  it('takes a body that was sent twice as acknowledged where one of the sends was', () => {
    const { counts, lost } = checkQueue([...acknowledged('1'), ...open('1')], []);
    expect(counts).toMatchObject({ attempted: 1, acknowledged: 1 });
    expect(lost).toEqual(['1']);
  });

  it('takes what a consumer took as delivered, and counts what came twice of it', () => {
    const consumed = taken('yes', '1', '2', '2');
    const { again, counts, lost } = checkQueue(acknowledged('1', '2', '3'), ['3', '1'], consumed);
    expect(lost).toEqual([]);
    expect(again).toEqual(['2', '1']);
    expect(counts).toMatchObject({ delivered: 3, consumed: 3, duplicated: 2, consumedAgain: 2 });
  });

  it('says of a message only that it came again where the broker may not have known it as taken', () => {
    const consumed = [...taken('unknown', '1'), ...taken('no', '2')];
    const { counts } = checkQueue(acknowledged('1', '2'), ['1', '2'], consumed);
    expect(counts).toMatchObject({ consumed: 1, duplicated: 2, consumedAgain: 0, lost: 0 });
  });

  it('takes what an earlier round has sent as what came again, and nothing else', () => {
    const check = checkQueue(acknowledged('b1', 'b2'), ['b1', 'a7', 'b2', 'x']);
    const { again, counts, unexpected } = withEarlier(check, (body) => body.startsWith('a'));
    expect(unexpected).toEqual(['x']);
    expect(again).toEqual(['a7']);
    expect(counts).toMatchObject({ delivered: 3, unexpected: 1, duplicated: 1, consumedAgain: 1 });
  });

  it('has nothing to say of an empty history', () => {
    expect(checkQueue([], []).counts).toEqual(NO_COUNTS);
  });

  it('sees one loss among fifty thousand', () => {
    const bodies = Array.from({ length: 50_000 }, (_, index) => `run:${index % 8}:${index}`);
    const { lost } = checkQueue(
      acknowledged(...bodies),
      bodies.filter((_, index) => index !== 31_337).toReversed(),
    );
    expect(lost).toEqual(['run:1:31337']);
  });
});

describe('the counts of several rounds', () => {
  it('are added up', () => {
    const one = checkQueue(acknowledged('1', '2'), ['1', 'x']).counts;
    const two = checkQueue([...acknowledged('3'), ...open('4')], ['3', '4', '4']).counts;
    expect(sumCounts([one, two])).toEqual({
      attempted: 4,
      acknowledged: 3,
      delivered: 4,
      lost: 1,
      recovered: 1,
      duplicated: 1,
      unexpected: 1,
      consumed: 0,
      consumedAgain: 0,
    });
    expect(sumCounts([])).toEqual(NO_COUNTS);
  });
});
