import { describe, expect, it } from 'vitest';
import { Deaths } from '../../../src/supervisor/deaths.js';

const MINUTE = 60_000;

describe('a process that keeps dying', () => {
  it('is started again at once, then after growing pauses', () => {
    const deaths = new Deaths();
    const pauses = Array.from({ length: 9 }, (_, index) => deaths.count(index, 0, 100));
    expect(pauses.map((verdict) => ('delayMs' in verdict ? verdict.delayMs : -1))).toEqual([
      0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(pauses.map((verdict) => ('attempt' in verdict ? verdict.attempt : -1))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('is given up beyond its limit, with how often and within which time', () => {
    const deaths = new Deaths();
    expect(deaths.count(1000, 0, 2)).toMatchObject({ action: 'restart' });
    expect(deaths.count(2000, 0, 2)).toMatchObject({ action: 'restart' });
    expect(deaths.count(5000, 0, 2)).toEqual({ action: 'give-up', deaths: 3, withinMs: 4000 });
    expect(deaths.count(6000, 0, 2)).toMatchObject({ action: 'give-up', deaths: 4 });
  });

  it('is never started again with a limit of none', () => {
    expect(new Deaths().count(0, 0, 0)).toEqual({ action: 'give-up', deaths: 1, withinMs: 0 });
  });

  it('is forgiven where it was of use for a second', () => {
    const deaths = new Deaths();
    deaths.count(0, 0, 2);
    deaths.count(1, 0, 2);
    expect(deaths.count(2, 1000, 2)).toEqual({ action: 'restart', attempt: 1, delayMs: 0 });
    deaths.count(3, 0, 2);
    expect(deaths.count(4, 999, 2)).toMatchObject({ action: 'give-up' });
  });

  it('is given up even so after forty deaths within ten minutes', () => {
    const deaths = new Deaths();
    for (let index = 0; index < 40; index++) {
      expect(deaths.count(index * 1000, 5000, 8)).toMatchObject({ action: 'restart', attempt: 1 });
    }
    expect(deaths.count(40_000, 5000, 8)).toEqual({
      action: 'give-up',
      deaths: 41,
      withinMs: 40_000,
    });
  });

  it('goes on for ever where it is of use and dies seldom', () => {
    const deaths = new Deaths();
    for (let index = 0; index < 200; index++) {
      expect(deaths.count(index * MINUTE, 5000, 8)).toMatchObject({ action: 'restart' });
    }
  });

  it('is forgiven where a person asks for it again', () => {
    const deaths = new Deaths();
    for (let index = 0; index < 60; index++) deaths.count(index, 0, 2);
    deaths.forgive();
    expect(deaths.count(100, 0, 2)).toEqual({ action: 'restart', attempt: 1, delayMs: 0 });
  });
});
