import { describe, expect, it } from 'vitest';
import { roomOnShortDisks, withRoom } from '../../../src/supervisor/core/short-disks.js';

const MB = 1024 * 1024;
const NAMES = ['mq01', 'mq02', 'mq03'];

/** Which of three nodes may start, by what their disks have left. */
function ready(freeMb: readonly number[], room: number): string[] {
  const left = new Map(
    NAMES.flatMap((name, index) => {
      const free = freeMb[index];
      return free === undefined ? [] : [[name, free * MB] as const];
    }),
  );
  return withRoom(
    NAMES.map((name) => ({ name })),
    left,
    room,
  ).map(({ name }) => name);
}

describe('brokers that are to start', () => {
  it('start all at once where their disks have room, or nothing is known of them', () => {
    expect(ready([5000, 5000, 5000], 0)).toEqual(NAMES);
    expect(ready([], 0)).toEqual(NAMES);
  });

  it('start so many as there is room for where disks are short', () => {
    expect(ready([150, 150, 150], 2)).toEqual(['mq01', 'mq02']);
    expect(ready([150, 150, 150], 0)).toEqual([]);
    expect(ready([150, 5000, 150], 1)).toEqual(['mq01', 'mq02']);
  });

  it('wait for a disk that is full, and leave its place to the next', () => {
    expect(ready([5, 150, 150], 1)).toEqual(['mq02']);
    expect(ready([5, 5, 5], 2)).toEqual([]);
  });

  it('are a quorum at once, and beyond that one after the other has settled', () => {
    expect(roomOnShortDisks(0, 2, true)).toBe(2);
    expect(roomOnShortDisks(1, 2, false)).toBe(1);
    expect(roomOnShortDisks(2, 2, false)).toBe(0);
    expect(roomOnShortDisks(2, 2, true)).toBe(1);
  });
});
