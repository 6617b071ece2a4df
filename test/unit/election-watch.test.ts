import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ElectionWatch } from '../../src/observe/election-watch.js';
import type {
  ZnodeGroup,
  ZooKeeperReader,
} from '../../src/stores/replicated-leveldb/zookeeper/session.js';
import { config, SERVED } from './scenes.js';

const WHOLE: ZnodeGroup = { exists: true, znodes: SERVED };

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
  const answers = { group: WHOLE as ZnodeGroup | undefined, asked: 0, change: () => undefined };
  const group = (_path: string, _deadline: unknown, onChange: () => undefined) => {
    answers.asked += 1;
    answers.change = onChange;
    return answers.group
      ? Promise.resolve(answers.group)
      : Promise.reject(new Error('ZooKeeper does not answer'));
  };
  const onChange = vi.fn();
  const watch = new ElectionWatch(10_000, onChange);
  const look = (later = 0) => {
    now += later;
    return watch.look(config, { group } as unknown as ZooKeeperReader, 1000);
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
    answers.group = undefined;
    watch.distrust();
    expect(await look()).toMatchObject({ unknown: 'ZooKeeper does not answer' });
    expect(watch.isDue).toBe(true);
    answers.group = WHOLE;
    expect(await look()).toHaveProperty('value');
    expect(watch.isDue).toBe(false);
  });

  it('is read each time while its path is absent, which cannot be watched', async () => {
    const { answers, watch, look } = watched();
    answers.group = { exists: false, znodes: [] };
    await look();
    expect(watch.isDue).toBe(true);
  });
});
