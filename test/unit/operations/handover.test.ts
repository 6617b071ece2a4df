import { describe, expect, it } from 'vitest';
import { isForSupervisor } from '../../../src/operations/start/handover.js';
import { judged, whole, znode } from '../scenes.js';

const vetoed = judged({ ...whole(), znodes: [1, 2, 3].map((n) => znode(n, `mq0${n}`, {})) });
const serving = judged(whole());

describe('a start is for the supervisor', () => {
  it('once a master has opened its store', () => {
    expect(isForSupervisor(serving, 0)).toBe(true);
  });

  it('not while nobody has been elected yet', () => {
    expect(vetoed.nodes.some(({ role }) => role === 'master')).toBe(false);
    expect(isForSupervisor(vetoed, 59_999)).toBe(false);
  });

  it('where nobody has been for long, so that who holds the election up is ended', () => {
    expect(isForSupervisor(vetoed, 60_000)).toBe(true);
  });
});
