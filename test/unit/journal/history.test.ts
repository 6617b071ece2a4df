import { describe, expect, it } from 'vitest';
import type { Entry, NewEntry } from '../../../src/state/journal/entries.js';
import { changesOfMaster, copiesLostIn } from '../../../src/state/journal/history.js';

/** Entries one second apart, from 07:00:00 on. */
const story = (...entries: readonly NewEntry[]) =>
  entries.map((entry, n): Entry => ({ at: second(n), ...entry }));

const second = (n: number) => `2026-11-24T07:00:${String(n).padStart(2, '0')}.000Z`;

const lost = (master: string | null, reason = 'it died') =>
  ({ source: 'supervisor', type: 'master-lost', master, reason }) as const;

const serving = (master: string, from: string | null, outageMs: number | null) =>
  ({ source: 'supervisor', type: 'master-serving', master, from, reason: 'x', outageMs }) as const;

describe('the history of masters', () => {
  it('is empty where nothing changed', () => {
    expect(changesOfMaster([])).toEqual([]);
    const started = { type: 'supervisor-started', pid: 1, version: '1', takenOver: [] } as const;
    expect(changesOfMaster(story({ source: 'supervisor', ...started }))).toEqual([]);
  });

  it('has every master that came to serve', () => {
    const entries = story(
      serving('mq01', null, null),
      lost('mq01'),
      { source: 'supervisor', type: 'master-elected', master: 'mq02' },
      serving('mq02', 'mq01', 2400),
    );
    expect(changesOfMaster(entries)).toEqual([
      { at: second(0), from: null, to: 'mq01', reason: 'x', outageMs: null },
      { at: second(3), from: 'mq01', to: 'mq02', reason: 'x', outageMs: 2400 },
    ]);
  });

  it('ends with an outage that is still open, since it began', () => {
    const entries = story(
      serving('mq01', null, null),
      lost('mq01', 'mq01 died'),
      { source: 'supervisor', type: 'master-elected', master: 'mq02' },
      lost('mq02', 'it died as well'),
      lost(null),
    );
    expect(changesOfMaster(entries).slice(1)).toEqual([
      { at: second(1), from: 'mq01', to: null, reason: 'mq01 died', outageMs: null },
    ]);
    const again = [...entries, ...story(serving('mq03', 'mq01', 9000))];
    expect(changesOfMaster(again).map(({ to }) => to)).toEqual(['mq01', 'mq03']);
  });

  it('is not misled by what a later version wrote', () => {
    const later = { at: second(0), source: 'supervisor', type: 'new' } as unknown as Entry;
    expect(changesOfMaster([later])).toEqual([]);
  });
});

describe('copies that were lost', () => {
  const said = { source: 'supervisor', type: 'copies-lost', nodes: ['mq01', 'mq03'] } as const;
  const stopped = {
    source: 'supervisor',
    type: 'supervisor-stopped',
    pid: 1,
    reason: 'x',
  } as const;

  it('are told on by the next supervisor where theirs was killed', () => {
    expect(copiesLostIn([])).toBeUndefined();
    const entries = story(stopped, said, serving('mq02', 'mq01', 1));
    expect(copiesLostIn(entries)).toMatchObject({ at: second(1), nodes: ['mq01', 'mq03'] });
  });

  it('are forgotten where a person has stopped the supervisor', () => {
    expect(copiesLostIn(story(said, stopped))).toBeUndefined();
  });
});
