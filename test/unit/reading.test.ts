import { describe, expect, it } from 'vitest';
import { Deadline, sleep } from '../../src/lib/time.js';
import { found, read, unknown, valueOf, type Reading } from '../../src/observe/reading.js';

describe('a reading', () => {
  it('is as old as the beginning of its look', async () => {
    const before = performance.now();
    let begun = 0;
    const reading = await read(async () => {
      begun = performance.now();
      await sleep(30);
      return 'seen';
    });
    expect(reading).toMatchObject({ value: 'seen' });
    expect(reading.at).toBeGreaterThanOrEqual(before);
    expect(reading.at).toBeLessThanOrEqual(begun);
  });

  it('of nothing is known', async () => {
    expect(await read(() => Promise.resolve(undefined), Deadline.in(1000))).toHaveProperty(
      'value',
      undefined,
    );
  });

  it('is unknown, with the reason, where the look fails or is late', async () => {
    const failed = await read(() => Promise.reject(new Error('no permission')));
    expect(failed).toMatchObject({ unknown: 'no permission' });
    const late = await read(async () => {
      await sleep(1000);
      return 'seen';
    }, Deadline.in(10));
    expect(late).toMatchObject({ unknown: 'it was not known in time' });
  });

  it('has a value where it is known', () => {
    expect(valueOf(found(1, 0))).toBe(1);
    const nothing: Reading<number> = unknown('why', 0);
    expect(valueOf(nothing)).toBeUndefined();
  });
});
