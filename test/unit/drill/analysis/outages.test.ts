import { describe, expect, it } from 'vitest';
import {
  afterFault,
  gapsOf,
  longestFirst,
  mergedGaps,
  per100ms,
  sinceFault,
  type SendTimes,
} from '../../../../src/drill/analysis/outages.js';

const ok = (startedAt: number, endedAt: number): SendTimes => ({
  outcome: 'acknowledged',
  startedAt,
  endedAt,
});
const bad = (startedAt: number, endedAt: number): SendTimes => ({
  outcome: 'failed',
  startedAt,
  endedAt,
});

describe('the outages of a client', () => {
  it('are none where every send is answered in time', () => {
    expect(gapsOf([ok(0, 5), ok(10, 20), ok(30, 530)])).toEqual([]);
    expect(gapsOf([])).toEqual([]);
  });

  it('last from the first send that failed to the next acknowledgement', () => {
    expect(gapsOf([ok(0, 5), bad(10, 12), bad(13, 700), ok(701, 720), ok(730, 735)])).toEqual([
      { from: 10, to: 720 },
    ]);
  });

  it('last as long as a send that is answered late', () => {
    expect(gapsOf([ok(0, 5), ok(10, 2510), ok(2520, 2525)])).toEqual([{ from: 10, to: 2510 }]);
    expect(gapsOf([ok(0, 300)], 200)).toEqual([{ from: 0, to: 300 }]);
  });

  it('are two where an acknowledgement comes in between', () => {
    expect(gapsOf([bad(0, 10), ok(11, 20), bad(30, 40), ok(50, 60)])).toEqual([
      { from: 0, to: 20 },
      { from: 30, to: 60 },
    ]);
  });

  it('have no end where nothing is acknowledged any more', () => {
    expect(gapsOf([ok(0, 5), bad(10, 20), bad(30, 9000)])).toEqual([{ from: 10, to: undefined }]);
  });
});

describe('outages of several clients', () => {
  const gaps = [
    { from: 100, to: 700 },
    { from: 90, to: 300 },
    { from: 2000, to: 2400 },
    { from: 650, to: 900 },
  ];

  it('are put in order, the longest first, and an endless one before all', () => {
    expect(longestFirst(gaps).map(({ from }) => from)).toEqual([100, 2000, 650, 90]);
    expect(longestFirst([...gaps, { from: 5000, to: undefined }])[0]?.from).toBe(5000);
  });

  it('keep whose they were', () => {
    const own = gaps.map((gap, at) => ({ ...gap, client: at + 1 }));
    expect(longestFirst(afterFault(own, 800)).map(({ client }) => client)).toEqual([3, 4]);
  });

  it('are merged into the times in which somebody was not served', () => {
    expect(mergedGaps(gaps)).toEqual([
      { from: 90, to: 900 },
      { from: 2000, to: 2400 },
    ]);
    expect(mergedGaps([...gaps, { from: 800, to: undefined }])).toEqual([
      { from: 90, to: undefined },
    ]);
  });

  it('count only where they had not ended when the fault came', () => {
    expect(afterFault(gaps, 700).map(({ from }) => from)).toEqual([2000, 650]);
    expect(afterFault([{ from: 1, to: undefined }], 700)).toHaveLength(1);
  });
});

describe('the time since the fault', () => {
  it('ends with the longest outage', () => {
    const gaps = [
      { from: 1010, to: 1600 },
      { from: 990, to: 1900 },
    ];
    expect(sinceFault(gaps, [], [1000])).toBe(900);
  });

  it('begins with the last fault before the end of that', () => {
    const gaps = [
      { from: 1010, to: 1600 },
      { from: 5010, to: 6000 },
    ];
    expect(sinceFault(gaps, [], [1000, 5000, 9000])).toBe(1000);
  });

  it('is that of the next send where nobody noticed', () => {
    const sends = [ok(900, 1003), ok(1004, 1009), ok(1002, 1012), bad(1001, 1002)];
    expect(sinceFault([{ from: 0, to: 600 }], sends, [1000])).toBe(9);
  });

  it('is not known where service did not come back, or nothing happened', () => {
    expect(sinceFault([{ from: 1010, to: undefined }], [ok(1, 2)], [1000])).toBeUndefined();
    expect(sinceFault([], [ok(1, 2)], [1000])).toBeUndefined();
    expect(sinceFault([], [ok(1, 2)], [])).toBeUndefined();
  });
});

describe('acknowledgements for each 100 ms', () => {
  it('are counted where they ended, and there is a number for every slot', () => {
    const sends = [ok(1000, 1000), ok(1000, 1099), ok(1090, 1100), bad(1100, 1150), ok(1300, 1350)];
    expect(per100ms(sends, 1000, 450)).toEqual([2, 1, 0, 1, 0]);
  });

  it('leave out what ended after the time that is counted', () => {
    expect(per100ms([ok(1000, 1250)], 1000, 200)).toEqual([0, 0]);
    expect(per100ms([ok(1000, 1001)], 1000, 0)).toEqual([]);
  });
});
