import { describe, expect, it } from 'vitest';
import { chart } from '../../../../src/drill/report/chart.js';
import { placeFlags } from '../../../../src/drill/report/flags.js';
import { scalesOf } from '../../../../src/drill/report/scale.js';
import type { RoundResult } from '../../../../src/drill/result.js';
import { madeRound, rollingRound } from '../../../support/drill-results.js';
import { shown } from './texts.js';

const drawn = (round: RoundResult) => {
  const [scale] = scalesOf([round]);
  if (!scale) throw new Error('no scale');
  return chart(round, scale);
};

describe('the chart of a round', () => {
  it('shows the outage, and what happened when, from the fault on', () => {
    const svg = drawn(madeRound({ outageMs: 2_000 }));
    const text = shown(svg);
    for (const label of [
      'fault, ended 0 s',
      'elected 0.60 s',
      'promoted 1.40 s',
      'serving 1.90 s',
    ]) {
      expect(text).toContain(label);
    }
    expect(text).toContain('outage 2.00 s');
    expect(svg.match(/class="outage"/g)).toHaveLength(1);
    expect(svg).toMatch(/aria-label="Acknowledged sends .* longest outage 2\.00\ss; /);
  });

  it('has a step for each 100 ms', () => {
    const acknowledgedPer100ms = [
      ...new Array<number>(40).fill(10),
      ...new Array<number>(20).fill(3),
    ];
    const marks = [{ at: 2_000, kind: 'fault' as const, node: null, text: 'x' }];
    const round = madeRound({ outageMs: 0, change: { ms: 6_000, marks, acknowledgedPer100ms } });
    expect(scalesOf([round])[0]).toMatchObject({ from: -1_000, top: 10 });
    // 10 of 10 from 1 s on, then 3 of 10 from 4 s on, to where the chart ends.
    expect(drawn(round)).toContain('d="M10 10H10V0H40V7H50V10Z"');
  });

  it.each([
    ['that no client noticed', madeRound({ outageMs: 0 }), 'no outage that a client noticed'],
    ['that did not end', madeRound({ outageMs: null }), 'outage that did not end'],
    [
      'of which nothing is known',
      madeRound({ outageMs: null, change: { outages: [], marks: [] } }),
      'service did not recover',
    ],
  ])('draws an outage %s', (_, round, words) => {
    const svg = drawn(round);
    expect(shown(svg)).toContain(words);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws a round that ended before it began', () => {
    const nothing = { marks: [], outages: [], log: [], acknowledgedPer100ms: [], ms: 0 };
    const svg = drawn(madeRound({ outageMs: 0, change: nothing }));
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(scalesOf([])).toEqual([]);
  });

  it('names whom a mark is about where there are several, and leaves out what has no room', () => {
    const svg = drawn(rollingRound());
    expect(shown(svg)).toContain('fault mq03 9.00 s');
    expect(svg.match(/<text class="flag/g)?.length).toBeLessThanOrEqual(10);
    const flood = Array.from({ length: 40 }, (_, at) => ({
      at: 3_000 + at * 400,
      kind: 'repair' as const,
      node: 'mq01',
      text: 'again',
    }));
    expect(drawn(madeRound({ change: { marks: flood, ms: 20_000 } }))).toMatch(/; \d+ more marks"/);
  });

  it('points to what is beyond its end', () => {
    const round = madeRound({ outageMs: 400 });
    const marks = [...round.marks.slice(0, -1), { ...round.marks[0], at: 63_040, kind: 'whole' }];
    const svg = drawn({ ...round, ms: 70_000, marks: marks as RoundResult['marks'] });
    expect(shown(svg)).toContain('whole 60.0 s →');
  });

  it('shares one scale within a scenario, unless a round needs far more', () => {
    const usual = [1, 2, 3, 4].map((round) => madeRound({ round }));
    const scales = scalesOf([...usual, madeRound({ outageMs: 90_000 })]);
    expect(new Set(scales.slice(0, 4).map(({ to }) => to)).size).toBe(1);
    expect(scales[4]?.to).toBeGreaterThan(90_000);
    expect(scales[0]?.to).toBeLessThan(20_000);
  });
});

describe('labels of a chart', () => {
  it('never cover one another, wherever they stand', () => {
    let state = 1;
    const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let times = 0; times < 500; times += 1) {
      const flags = Array.from({ length: 1 + Math.floor(next() * 9) }, () => ({
        x: next() * 280,
        width: 60 + next() * 80,
      })).sort((a, b) => a.x - b.x);
      const boxes = placeFlags(flags, 280).map(({ row, anchor }, at) => {
        const { x, width } = flags[at] ?? { x: 0, width: 0 };
        return {
          row,
          from: anchor === 'start' ? x : x - width,
          to: anchor === 'start' ? x + width : x,
        };
      });
      for (const [at, box] of boxes.entries()) {
        expect(box.from).toBeGreaterThanOrEqual(0);
        expect(box.to).toBeLessThanOrEqual(280);
        const others = boxes.slice(at + 1).filter(({ row }) => row === box.row);
        expect(others.filter(({ from, to }) => from < box.to && box.from < to)).toEqual([]);
      }
      expect(Math.min(...boxes.map(({ row }) => row))).toBe(0);
    }
  });

  it('become a staircase where they are near, and share a row where they are not', () => {
    const near = [10, 14, 18].map((x) => ({ x, width: 80 }));
    expect(placeFlags(near, 280).map(({ row }) => row)).toEqual([0, 1, 2]);
    const far = [10, 150].map((x) => ({ x, width: 80 }));
    expect(placeFlags(far, 280).map(({ row }) => row)).toEqual([0, 0]);
    expect(placeFlags([{ x: 270, width: 80 }], 280)).toEqual([{ row: 0, anchor: 'end' }]);
  });
});
