import { describe, expect, it } from 'vitest';
import { depthFinding } from '../../../../src/drill/analysis/depths.js';
import { waitsForRemovals } from '../../../../src/drill/analysis/parts.js';
import type { DepthCheck } from '../../../../src/drill/result.js';

const depth = (counted: number | null, browsed: number | null, drained: number, before = 0) =>
  depthFinding({
    queue: 'mqha.drill',
    counted,
    browsed,
    drained,
    knownBefore: before,
  } satisfies DepthCheck);

describe('the depth of a queue', () => {
  it('is right where what is counted, browsed and drained is one number', () => {
    expect(depth(0, 0, 0)).toBeUndefined();
    expect(depth(35, 35, 35)).toBeUndefined();
  });

  it.each([
    [110, 60, 60, 50],
    [60, 60, 57, 3],
    [57, 60, 60, 3],
    [60, 57, 60, 3],
    [0, 0, 1, 1],
  ])('differs: %i counted, %i browsed, %i drained', (counted, browsed, drained, count) => {
    expect(depth(counted, browsed, drained)).toEqual({
      code: 'depth-differs',
      count,
      text: `the depth of mqha.drill differs: ${counted} counted, ${browsed} browsed, ${drained} drained`,
      fails: true,
    });
  });

  it('is not blamed on a round where as much was wrong before', () => {
    expect(depth(40, 35, 35, 5)).toBeUndefined();
    expect(depth(35, 35, 35, 5)).toBeUndefined(); // Another master counts right.
    expect(depth(41, 35, 35, 5)).toMatchObject({ count: 1 });
    expect(depth(41, 35, 35, 5)?.text).toContain('41 counted (5 of them wrongly since before)');
  });

  it('is judged by what could be asked', () => {
    expect(depth(null, 3, 3)).toBeUndefined();
    expect(depth(3, null, 3)).toBeUndefined();
    expect(depth(null, 4, 3)?.text).toContain('not counted, 4 browsed, 3 drained');
    expect(depth(4, null, 3)?.text).toContain('4 counted, not browsed, 3 drained');
  });
});

describe('what was consumed and comes again', () => {
  it('fails a drill only where brokers wait for removals', () => {
    const waits = (acks: 'async' | 'quorum', sync: 'quorum_mem' | 'quorum_disk' | 'local_mem') =>
      waitsForRemovals({ store: { acks }, sync });
    expect(waits('async', 'quorum_mem')).toBe(false);
    expect(waits('quorum', 'quorum_mem')).toBe(true);
    expect(waits('quorum', 'quorum_disk')).toBe(true);
    // There is no slave to wait for.
    expect(waits('quorum', 'local_mem')).toBe(false);
  });
});
