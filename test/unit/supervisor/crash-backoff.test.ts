import { describe, expect, it } from 'vitest';
import { CrashBackoff } from '../../../src/supervisor/core/crash-backoff.js';

const MINUTE = 60_000;

describe('a process that keeps dying', () => {
  it('is started again at once, then after growing pauses', () => {
    const deaths = new CrashBackoff();
    const pauses = Array.from({ length: 9 }, (_, index) => deaths.count(index, 0, 100));
    expect(pauses.map((verdict) => ('delayMs' in verdict ? verdict.delayMs : -1))).toEqual([
      0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(pauses.map((verdict) => ('attempt' in verdict ? verdict.attempt : -1))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('is given up beyond its limit, with how often and within which time', () => {
    const deaths = new CrashBackoff();
    expect(deaths.count(1000, 0, 2)).toMatchObject({ action: 'restart' });
    expect(deaths.count(2000, 0, 2)).toMatchObject({ action: 'restart' });
    expect(deaths.count(5000, 0, 2)).toEqual({ action: 'give-up', deaths: 3, withinMs: 4000 });
    expect(deaths.count(6000, 0, 2)).toMatchObject({ action: 'give-up', deaths: 4 });
  });

  it('is given up with the deaths in a row, without those before it was healthy', () => {
    const deaths = new CrashBackoff();
    deaths.count(1000, 0, 2);
    deaths.count(2000, 5000, 2);
    deaths.count(3000, 0, 2);
    expect(deaths.count(5000, 0, 2)).toEqual({ action: 'give-up', deaths: 3, withinMs: 3000 });
  });

  it('is never started again with a limit of none', () => {
    expect(new CrashBackoff().count(0, 0, 0)).toEqual({
      action: 'give-up',
      deaths: 1,
      withinMs: 0,
    });
  });

  it('is forgiven where it was of use for a second', () => {
    const deaths = new CrashBackoff();
    deaths.count(0, 0, 2);
    deaths.count(1, 0, 2);
    expect(deaths.count(2, 1000, 2)).toMatchObject({ action: 'restart' });
    deaths.count(3, 0, 2);
    expect(deaths.count(4, 999, 2)).toMatchObject({ action: 'give-up' });
  });

  it.each([1, 8])(
    'is given up even so after forty deaths within ten minutes, with a limit of %i',
    (limit) => {
      const deaths = new CrashBackoff();
      for (let index = 0; index < 40; index++) {
        expect(deaths.count(index * 1000, 5000, limit)).toMatchObject({ action: 'restart' });
      }
      expect(deaths.count(40_000, 5000, limit)).toEqual({
        action: 'give-up',
        deaths: 41,
        withinMs: 40_000,
      });
    },
  );

  it('goes on for ever where it is of use and dies seldom', () => {
    const deaths = new CrashBackoff();
    for (let index = 0; index < 200; index++) {
      expect(deaths.count(index * MINUTE, 5000, 8)).toMatchObject({ action: 'restart' });
    }
  });

  it('is forgiven where a person asks for it again', () => {
    const deaths = new CrashBackoff();
    for (let index = 0; index < 60; index++) deaths.count(index, 0, 2);
    deaths.forgive();
    expect(deaths.count(100, 0, 2)).toEqual({ action: 'restart', attempt: 1, delayMs: 0 });
  });
});

describe('a process that serves for a moment and dies again', () => {
  const delays = (deaths: CrashBackoff, ofUseMs: number, times: readonly number[]) =>
    times.map((time) => {
      const verdict = deaths.count(time, ofUseMs, 8);
      return 'delayMs' in verdict ? verdict.delayMs : -1;
    });

  it('is started at once twice, then after pauses that grow with its deaths of two minutes', () => {
    const times = [0, 4000, 8000, 13_000, 19_000, 27_000, 39_000, 59_000];
    expect(delays(new CrashBackoff(), 2000, times)).toEqual([
      0, 0, 1000, 2000, 4000, 8000, 16_000, 16_000,
    ]);
  });

  it('is counted in what the supervisor says', () => {
    const deaths = new CrashBackoff();
    for (const time of [0, 1000, 2000]) deaths.count(time, 2000, 8);
    expect(deaths.count(3000, 2000, 8)).toEqual({ action: 'restart', attempt: 4, delayMs: 2000 });
  });

  it('waits for nothing where it dies seldom, or had lived for ten seconds', () => {
    expect(
      delays(
        new CrashBackoff(),
        2000,
        [0, 1, 2, 3, 4].map((time) => time * MINUTE),
      ),
    ).toEqual([0, 0, 0, 0, 0]);
    expect(delays(new CrashBackoff(), 10_000, [0, 11_000, 22_000, 33_000, 44_000])).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  it('waits only for its short lives, not for the long ones between them', () => {
    const deaths = new CrashBackoff();
    for (const time of [0, 20_000, 40_000]) deaths.count(time, 15_000, 8);
    expect(delays(deaths, 2000, [45_000, 50_000, 55_000])).toEqual([0, 0, 1000]);
  });

  it('keeps dying while five deaths lie within the last two minutes', () => {
    const deaths = new CrashBackoff();
    for (const time of [0, 10_000, 20_000, 30_000]) deaths.count(time, 60_000, 8);
    expect(deaths.lately(30_000)).toBeUndefined();
    deaths.count(45_000, 2000, 8);
    expect(deaths.lately(45_000)).toEqual({ deaths: 5, withinMs: 45_000 });
    expect(deaths.lately(119_999)).toEqual({ deaths: 5, withinMs: 45_000 });
    expect(deaths.lately(120_000)).toBeUndefined();
    for (const time of [46_000, 47_000]) deaths.count(time, 2000, 8);
    expect(deaths.lately(50_000)).toMatchObject({ deaths: 7 });
    expect(deaths.lately(121_000)).toEqual({ deaths: 6, withinMs: 37_000 });
    deaths.forgive();
    expect(deaths.lately(50_000)).toBeUndefined();
  });

  it('goes on to be told, whatever the pauses are: they never leave less than five', () => {
    const deaths = new CrashBackoff();
    let now = 0;
    for (let death = 1; death <= 100; death++) {
      const verdict = deaths.count(now, 2000, 8);
      if (death >= 5) expect(deaths.lately(now)).toBeDefined();
      // A start takes three seconds, and it serves for two.
      now += 5000 + ('delayMs' in verdict ? verdict.delayMs : 0);
      if (death >= 8) expect(deaths.lately(now)).toBeDefined();
    }
  });
});
