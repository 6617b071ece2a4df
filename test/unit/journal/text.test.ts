import { describe, expect, it } from 'vitest';
import type { Entry, EntryType, NewEntry } from '../../../src/state/journal/entries.js';
import { entryText, historyText } from '../../../src/cli/output/journal-text.js';

const at = new Date(2026, 10, 24, 7, 1, 2, 345).toISOString();
const supervisor = { source: 'supervisor' } as const;
const text = (entry: NewEntry) => entryText({ at, ...entry });

/** One of every kind, with what it says behind the time. */
const kinds: { readonly [T in EntryType]: readonly [NewEntry<T>, string] } = {
  'supervisor-started': [
    {
      ...supervisor,
      type: 'supervisor-started',
      pid: 9,
      version: '0.2.0',
      takenOver: ['mq01', 'mq02'],
    },
    'supervisor  started (pid 9, mqha 0.2.0); it took over mq01, mq02',
  ],
  'supervisor-stopped': [
    { ...supervisor, type: 'supervisor-stopped', pid: 9, reason: 'told to' },
    'supervisor  ended (pid 9): told to',
  ],
  scale: [
    { source: 'command', type: 'scale', from: 3, to: 5, phase: 'begun' },
    'cluster  the change from 3 to 5 nodes was begun',
  ],
  wanted: [
    {
      source: 'command',
      type: 'wanted',
      nodes: ['mq02'],
      state: 'down',
      command: 'mqha stop mq02',
    },
    'mq02  desired state down (mqha stop mq02)',
  ],
  'process-started': [
    { ...supervisor, type: 'process-started', node: 'mq02', pid: 4711 },
    'mq02  started (pid 4711)',
  ],
  'process-ended': [
    { ...supervisor, type: 'process-ended', node: 'mq02', pid: 4711, wanted: 'up', how: 'SIGKILL' },
    'mq02  died (pid 4711): SIGKILL',
  ],
  'process-killed': [
    {
      ...supervisor,
      type: 'process-killed',
      node: 'mq02',
      pid: 4711,
      code: 'hung',
      reason: 'no answer for 10 s',
    },
    'mq02  was killed (pid 4711, hung): no answer for 10 s',
  ],
  'znode-removed': [
    { ...supervisor, type: 'znode-removed', node: 'mq02', znode: '0000000004', session: '0x1f' },
    'mq02  its znode 0000000004 of the dead session 0x1f was removed',
  ],
  'restart-planned': [
    { ...supervisor, type: 'restart-planned', node: 'mq02', attempt: 2, delayMs: 2000 },
    'mq02  restart 2 in 2.0 s',
  ],
  'restart-failed': [
    { ...supervisor, type: 'restart-failed', node: 'mq02', attempt: 2, reason: 'no Java' },
    'mq02  restart 2 failed: no Java',
  ],
  'gave-up': [
    { ...supervisor, type: 'gave-up', node: 'mq02', deaths: 5, withinMs: 60_000 },
    'mq02  died 5 times within 1 min 0 s and is left down until `mqha start mq02`',
  ],
  'store-set-aside': [
    {
      source: 'command',
      type: 'store-set-aside',
      node: 'mq02',
      kept: 'nodes/mq02/data/stash-kept/20260102T030405Z',
      why: 'damaged: a file is missing',
    },
    'mq02  its store is set aside in nodes/mq02/data/stash-kept/20260102T030405Z: damaged: a file is missing',
  ],
  'copies-lost': [
    { ...supervisor, type: 'copies-lost', nodes: ['mq01', 'mq03'] },
    'mq01, mq03  lost their logs at once: what only they had acknowledged is missing',
  ],
  'master-elected': [
    { ...supervisor, type: 'master-elected', master: 'mq03' },
    'mq03  was elected master',
  ],
  'master-lost': [
    { ...supervisor, type: 'master-lost', master: 'mq02', reason: 'mq02 died' },
    'mq02  no longer serves as master: mq02 died',
  ],
  'master-serving': [
    {
      ...supervisor,
      type: 'master-serving',
      master: 'mq03',
      from: 'mq02',
      reason: 'mq02 died',
      outageMs: 1200,
    },
    'mq03  serves as master after mq02; there was none for 1.2 s: mq02 died',
  ],
  'connections-full': [
    { ...supervisor, type: 'connections-full', node: 'mq01' },
    'mq01  has all the connections that it may, and lets no other client in',
  ],
  'connections-free': [
    { ...supervisor, type: 'connections-free', node: 'mq01', afterMs: 61_000 },
    'mq01  lets clients in again after 1 min 1 s',
  ],
  'zookeeper-lost': [
    { ...supervisor, type: 'zookeeper-lost', reason: 'timeout' },
    'zookeeper  does not answer: timeout',
  ],
  'zookeeper-back': [
    { ...supervisor, type: 'zookeeper-back', outageMs: 900 },
    'zookeeper  answers again after 900 ms',
  ],
  'config-problem': [
    { ...supervisor, type: 'config-problem', reason: 'line 3' },
    'mqha.yaml  line 3',
  ],
  'supervisor-problem': [
    { ...supervisor, type: 'supervisor-problem', reason: 'no permission' },
    'supervisor  no permission',
  ],
  switchover: [
    { source: 'command', type: 'switchover', from: 'mq01', to: 'mq02', outcome: 'done' },
    'mq01  switchover to mq02 done',
  ],
};

describe('an entry', () => {
  it.each(Object.values(kinds))('of $type is one line with the local time', (entry, words) => {
    expect(text(entry)).toBe(`2026-11-24 07:01:02.345  ${words}`);
  });

  it('says it otherwise where a field says so', () => {
    expect(
      text({ ...supervisor, type: 'process-ended', node: 'mq02', pid: 4711, wanted: 'down' }),
    ).toContain('  mq02  ended (pid 4711) as desired');
    expect(text({ ...supervisor, type: 'master-lost', master: null, reason: 'x' })).toContain(
      '  cluster  has no master: x',
    );
    const serving = {
      ...supervisor,
      type: 'master-serving',
      master: 'mq01',
      outageMs: null,
    } as const;
    expect(text({ ...serving, from: null, reason: '' })).toMatch(/ {2}mq01 {2}serves as master$/);
    expect(text({ ...serving, from: 'mq01', reason: 'y' })).toMatch(/serves as master again: y$/);
    const nodes = ['mq01', 'mq02'];
    expect(
      text({ source: 'command', type: 'wanted', nodes, state: 'up', command: 'mqha up' }),
    ).toContain('mq01, mq02  desired state up (mqha up)');
    const refused = { type: 'switchover', from: 'mq01', to: null, outcome: 'refused' } as const;
    expect(text({ source: 'command', ...refused, reason: 'mq02 lags' })).toContain(
      'mq01  switchover refused: mq02 lags',
    );
  });

  it('of a later version, or a damaged one, is shown as it is', () => {
    const unknown = { at, source: 'supervisor', type: 'toString', x: [1] } as unknown as Entry;
    expect(entryText(unknown)).toMatch(/345 {2}supervisor {2}\{"type":"toString","x":\[1\]\}$/);
    const damaged = { at, source: 'command', type: 'wanted' } as unknown as Entry;
    expect(entryText(damaged)).toMatch(/ {2}command {2}\{"type":"wanted"\}$/);
  });

  it('stays on its line, and leaves the terminal alone', () => {
    const line = text({
      ...supervisor,
      type: 'config-problem',
      reason: 'a\n\tb\u001b[31mc\u009bd',
    });
    expect(line).toMatch(/ {2}a\\n\\tb\\x1b\[31mc\\x9bd$/);
  });
});

describe('the table of changes', () => {
  it('tells when, why and how long there was no master', () => {
    const change = { at, from: 'mq01', to: 'mq02', reason: 'mq01 died', outageMs: 2400 };
    const lines = historyText([
      { ...change, from: null, reason: 'start', outageMs: null },
      change,
      { ...change, from: 'mq02', to: null, outageMs: null },
    ]).split('\n');
    expect(lines.map((line) => line.split(/ {3,}/))).toEqual([
      ['WHEN', 'FROM', 'TO', 'WHY', 'NO MASTER FOR'],
      ['2026-11-24 07:01:02.345', '–', 'mq02', 'start', '–'],
      ['2026-11-24 07:01:02.345', 'mq01', 'mq02', 'mq01 died', '2.4 s'],
      ['2026-11-24 07:01:02.345', 'mq02', '–', 'mq01 died', 'still none'],
    ]);
  });
});
