import { describe, expect, it } from 'vitest';
import { bootedAt, startedAt } from '../../../src/agents/local/table.js';
import { entryText, historyText } from '../../../src/cli/output/journal-text.js';
import type { Entry, NewEntry } from '../../../src/state/journal/entries.js';
import { changesOfMaster } from '../../../src/state/journal/history.js';
import { unseenEnds } from '../../../src/supervisor/unseen-ends.js';

const minute = (n: number) => `2026-11-24T07:${String(n).padStart(2, '0')}:00.000Z`;
const at = (n: number, entry: NewEntry) => ({ at: minute(n), ...entry }) as Entry;
const source = 'supervisor' as const;

const started = (node: string, pid: number) =>
  at(1, { source, type: 'process-started', node, pid });
const BEFORE: readonly Entry[] = [
  started('mq01', 1),
  started('mq02', 2),
  at(2, {
    source,
    type: 'master-serving',
    master: 'mq02',
    from: null,
    reason: 'start',
    outageMs: null,
  }),
];
const wanted = (n: number, state: 'up' | 'down', nodes: readonly string[]) =>
  at(n, { source: 'command', type: 'wanted', nodes, state, command: 'mqha x' });
const none = { running: new Map<string, number>(), bootedAt: undefined };

describe('what ended while no supervisor ran', () => {
  it('is nothing where all run that were seen to start, or were stopped by a command', () => {
    const running = new Map([
      ['mq01', 1],
      ['mq02', 2],
    ]);
    expect(unseenEnds(BEFORE, { ...none, running })).toEqual([]);
    expect(unseenEnds([...BEFORE, wanted(3, 'down', ['mq01', 'mq02'])], none)).toEqual([]);
    expect(unseenEnds([], none)).toEqual([]);
  });

  it('is a crash of everything, which is a loss of the master in the history', () => {
    // `up` has started other processes by then, and said so.
    const running = new Map([
      ['mq01', 11],
      ['mq02', 12],
    ]);
    const entries = [...BEFORE, wanted(9, 'up', ['mq01', 'mq02'])];
    const written = unseenEnds(entries, { ...none, running });
    const how = 'every process ended while no supervisor ran';
    expect(written).toEqual([
      { source, type: 'process-ended', node: 'mq01', pid: 1, wanted: 'up', how },
      { source, type: 'process-ended', node: 'mq02', pid: 2, wanted: 'up', how },
      { source, type: 'master-lost', master: 'mq02', reason: how },
    ]);
    const change = changesOfMaster([...entries, ...written.map((entry) => at(10, entry))]).at(-1);
    expect(change).toMatchObject({ from: 'mq02', to: null, reason: how });
    expect(historyText(change ? [change] : [])).toContain(how);
  });

  it('is told with a restart of the machine where there was one since', () => {
    const booted = (n: number) => {
      const entries = [...BEFORE, wanted(9, 'up', ['mq01', 'mq02'])];
      return unseenEnds(entries, { ...none, bootedAt: new Date(minute(n)) })[0];
    };
    expect(booted(5)).toMatchObject({ how: `the machine was restarted (at ${minute(5)})` });
    expect(booted(0)).toMatchObject({ how: 'every process ended while no supervisor ran' });
  });

  it('may be one of them, and the master only where it was that one', () => {
    const running = new Map([['mq02', 2]]);
    expect(unseenEnds(BEFORE, { ...none, running })).toMatchObject([
      { type: 'process-ended', node: 'mq01', how: 'mq01 ended while no supervisor ran' },
    ]);
  });
});

it.skipIf(process.platform !== 'linux')('knows when a process began', async () => {
  const now = new Date();
  const began = await startedAt(process.pid, now);
  expect(Math.abs(now.getTime() - process.uptime() * 1000 - (began?.getTime() ?? 0))).toBeLessThan(
    5000,
  );
  expect(bootedAt(now).getTime()).toBeLessThan(began?.getTime() ?? 0);
  const seen = { ...started('mq01', 1), at: minute(9) } as Entry<'process-started'>;
  expect(entryText({ ...seen, began: minute(1) })).toMatch(/started \(pid 1\) at 2026-11-24 /);
  expect(entryText({ ...seen, began: minute(9) })).toMatch(/started \(pid 1\)$/);
});
