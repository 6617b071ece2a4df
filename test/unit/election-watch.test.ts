import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ElectionWatch } from '../../src/observe/election-watch.js';
import type { Znode } from '../../src/stores/replicated-leveldb/election/members.js';
import { coordinationOf, SERVED } from './scenes.js';

let now = 0;

beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A watch over what ZooKeeper answers; undefined: it does not. */
function watched() {
  const answers = {
    znodes: SERVED as readonly Znode[] | undefined,
    asked: 0,
    change: (): void => undefined,
  };
  const coordination = coordinationOf((onChange) => {
    answers.asked += 1;
    answers.change = onChange ?? answers.change;
    return answers.znodes
      ? Promise.resolve(answers.znodes)
      : Promise.reject(new Error('ZooKeeper does not answer'));
  });
  const onChange = vi.fn();
  const watch = new ElectionWatch(10_000, onChange);
  const look = (later = 0) => {
    now += later;
    return watch.look(coordination, 1000);
  };
  return { answers, onChange, watch, look };
}

describe('an election that is watched', () => {
  it('is read again once it has changed, or after a while, and is as old as its reading', async () => {
    const { answers, onChange, look } = watched();
    const first = await look();
    expect(first).toMatchObject({ at: 1000, value: { members: { length: 3 } } });
    expect(await look(9_999)).toBe(first);
    expect(answers.asked).toBe(1);
    answers.change();
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(await look()).toMatchObject({ at: 10_999 });
    expect(await look(10_000)).toMatchObject({ at: 20_999 });
    expect(answers.asked).toBe(3);
  });

  it('is unknown while ZooKeeper does not answer, and is asked for each time', async () => {
    const { answers, watch, look } = watched();
    await look();
    answers.znodes = undefined;
    watch.distrust();
    expect(await look()).toMatchObject({ unknown: 'ZooKeeper does not answer' });
    expect(watch.isDue).toBe(true);
    answers.znodes = SERVED;
    expect(await look()).toHaveProperty('value');
    expect(watch.isDue).toBe(false);
  });
});
