import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sinceOf } from '../../../src/cli/since.js';
import type { Entry } from '../../../src/state/journal/entries.js';
import type { MasterChange } from '../../../src/state/journal/history.js';
import { Journal } from '../../../src/state/journal/journal.js';
import { packageRoot } from '../../../src/lib/package.js';
import { temporaryDirectory } from '../../support/temp.js';
import { errorOf, mqha } from '../rig.js';

/** A cluster directory with a journal in it; the file need not even be right. */
function cluster(now?: () => Date) {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'mqha.yaml'), 'name: [\n');
  mkdirSync(join(directory, '.mqha'));
  const journal = new Journal(join(directory, '.mqha'), now ? { now } : {});
  return { directory, journal };
}

const numbered = (pid: number) =>
  ({ source: 'supervisor', type: 'process-started', node: 'mq01', pid }) as const;

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

async function eventsOf(directory: string, ...args: readonly string[]): Promise<Entry[]> {
  const { status, stdout, stderr } = await mqha(['-C', directory, 'events', '--json', ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return (JSON.parse(stdout) as { events: Entry[] }).events;
}

describe('mqha events', () => {
  it('shows the last fifty, or as many as asked for, one a line', async () => {
    const { directory, journal } = cluster();
    for (let n = 0; n < 60; n++) await journal.append(numbered(n));
    const { stdout } = await mqha(['-C', directory, 'events']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(50);
    expect(lines.at(-1)).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}mq01 {2}started \(pid 59\)$/,
    );
    expect(await eventsOf(directory)).toHaveLength(50);
    expect(await eventsOf(directory, '-n', '2')).toMatchObject([{ pid: 58 }, { pid: 59 }]);
    expect(await eventsOf(directory, '-n', '0')).toEqual([]);
    expect(await eventsOf(directory, '--since', '1h')).toHaveLength(60);
    expect(await eventsOf(directory, '--since', '1h', '-n', '3')).toHaveLength(3);
  });

  it('shows what happened since then', async () => {
    const ages = [3 * 24 * 60, 90, 5];
    const { directory, journal } = cluster(() => minutesAgo(ages.shift() ?? 0));
    for (const pid of [1, 2, 3]) await journal.append(numbered(pid));
    expect(await eventsOf(directory, '--since', '10m')).toMatchObject([{ pid: 3 }]);
    expect(await eventsOf(directory, '--since', '2h')).toMatchObject([{ pid: 2 }, { pid: 3 }]);
    expect(await eventsOf(directory, '--since', '4d')).toHaveLength(3);
    expect(await eventsOf(directory, '--since', minutesAgo(60).toISOString())).toHaveLength(1);
  });

  it('finds no journal to be no error', async () => {
    const { directory } = cluster();
    expect(await mqha(['-C', directory, 'events'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await eventsOf(directory)).toEqual([]);
    const none = await mqha(['-C', directory, 'history', '--json']);
    expect(JSON.parse(none.stdout)).toEqual({ changes: [] });
  });

  it.each(['events', 'history'])('and %s refuse a wrong --since', async (command) => {
    const { directory } = cluster();
    const run = await mqha(['-C', directory, command, '--since', 'noon', '--json']);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(errorOf(run)).toMatchObject({ code: 'usage' });
    expect(errorOf(run).message).toContain('--since noon');
  });

  it('goes on with -f, one JSON document a line, and ends well when told to', async () => {
    const { directory, journal } = cluster();
    await journal.append(numbered(1));
    const program = join(packageRoot(), 'bin', 'mqha.js');
    const child = spawn(process.execPath, [program, '-C', directory, 'events', '-f', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value)) as Entry;
    expect(await next()).toMatchObject(numbered(1));
    await journal.append(numbered(2));
    expect(await next()).toMatchObject(numbered(2));
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});

describe('mqha history', () => {
  it('shows the changes since then, and an outage that is still open in any case', async () => {
    const ages = [120, 90, 60];
    const { directory, journal } = cluster(() => minutesAgo(ages.shift() ?? 0));
    const serving = { source: 'supervisor', type: 'master-serving', reason: 'x' } as const;
    await journal.append({ ...serving, master: 'mq01', from: null, outageMs: null });
    await journal.append({ ...serving, master: 'mq02', from: 'mq01', outageMs: 2400 });
    const changesOf = async (...args: readonly string[]) => {
      const { stdout } = await mqha(['-C', directory, 'history', '--json', ...args]);
      return (JSON.parse(stdout) as { changes: MasterChange[] }).changes.map(({ to }) => to);
    };
    expect(await changesOf()).toEqual(['mq01', 'mq02']);
    expect(await changesOf('--since', '100m')).toEqual(['mq02']);
    const lost = { type: 'master-lost', master: 'mq02', reason: 'mq02 died' } as const;
    await journal.append({ source: 'supervisor', ...lost });
    expect(await changesOf('--since', '1m')).toEqual([null]);
    const { stdout } = await mqha(['-C', directory, 'history']);
    expect(stdout).toMatch(/^WHEN .*\n.* mq01 .*\n.* 2\.4 s\n.* mq02 died +still none\n$/);
  });
});

describe('--since', () => {
  const now = new Date(2026, 10, 24, 12, 0, 0);
  const ago = (text: string) => now.getTime() - sinceOf(text, now).getTime();

  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1.5d', 129_600_000],
    ['500ms', 500],
  ])('takes the duration %s', (text, ms) => {
    expect(ago(text)).toBe(ms);
  });

  it.each([
    ['2026-11-24T07:01:02.345Z', new Date(Date.UTC(2026, 10, 24, 7, 1, 2, 345))],
    ['2026-11-24T07:01+02:00', new Date(Date.UTC(2026, 10, 24, 5, 1))],
    ['2026-11-24 07:01:02.345', new Date(2026, 10, 24, 7, 1, 2, 345)],
    ['2026-11-24T07:01', new Date(2026, 10, 24, 7, 1)],
    ['2026-11-24', new Date(2026, 10, 24)],
  ])('takes the time %s', (text, time) => {
    expect(sinceOf(text, now)).toEqual(time);
  });

  it.each([
    '',
    '10',
    'm',
    '-5m',
    '10 minutes',
    '1w',
    '2026',
    '2026-13-01',
    '2026-11-24T25:00',
    '1e3s',
  ])('does not take %j', (text) => {
    expect(() => sinceOf(text, now)).toThrow(/--since .*is neither a duration nor a time/);
  });
});
