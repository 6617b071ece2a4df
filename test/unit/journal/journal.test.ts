import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry } from '../../../src/state/journal/entries.js';
import { Journal, JOURNAL_FILE, type JournalOptions } from '../../../src/state/journal/journal.js';
import { packageRoot } from '../../../src/lib/package.js';
import { temporaryDirectory } from '../../support/temp.js';

function made(options: JournalOptions = {}) {
  const state = temporaryDirectory();
  return { state, file: join(state, JOURNAL_FILE), journal: new Journal(state, options) };
}

/** An entry that a test knows again by its pid. */
const numbered = (pid: number, node = 'mq01') =>
  ({ source: 'supervisor', type: 'process-started', node, pid }) as const;

const pids = (entries: readonly Entry[]) =>
  entries.map((entry) => ('pid' in entry ? entry.pid : undefined));

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the journal', () => {
  it('gives back what was appended, in order, with the time of the call', async () => {
    let clock = Date.parse('2026-11-24T07:00:00Z');
    const { journal, file } = made({ now: () => new Date((clock += 1000)) });
    expect(await journal.read()).toEqual([]);
    void journal.append(numbered(1));
    void journal.append({ source: 'command', type: 'zookeeper-lost', reason: 'a\n"b" é' });
    await journal.append(numbered(3));
    expect(await journal.read()).toEqual([
      { at: '2026-11-24T07:00:01.000Z', ...numbered(1) },
      {
        at: '2026-11-24T07:00:02.000Z',
        source: 'command',
        type: 'zookeeper-lost',
        reason: 'a\n"b" é',
      },
      { at: '2026-11-24T07:00:03.000Z', ...numbered(3) },
    ]);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(4);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const since = new Date('2026-11-24T07:00:02Z');
    expect(await journal.read({ since })).toHaveLength(2);
  });

  it('reads on behind broken lines, and keeps what a later version wrote', async () => {
    const { journal, file } = made();
    const later = { at: '2026-11-24T07:00:00.000Z', source: 'supervisor', type: 'new', x: [1] };
    const lines = ['{"at":"2026-11-', 'null', '[]', '7', '{"type":"new"}', '{"at":"x","type":"y"}'];
    writeFileSync(file, [...lines, JSON.stringify(later), '', '\0\0'].join('\n') + '\n');
    await journal.append(numbered(1));
    const entries = await journal.read();
    expect(entries[0]).toEqual(later);
    expect(pids(entries)).toEqual([undefined, 1]);
  });

  it('does not glue a line to half a line, as a full disk leaves it', async () => {
    const { journal, file } = made();
    await journal.append(numbered(1));
    appendFileSync(file, '{"at":"2026-11-24T07:00:00Z","ty');
    expect(pids(await journal.read())).toEqual([1]);
    await journal.append(numbered(2));
    expect(pids(await journal.read())).toEqual([1, 2]);
  });

  it('that cannot be written says so once, and never stops its caller', async () => {
    const errors: unknown[] = [];
    const state = join(temporaryDirectory(), 'absent');
    const journal = new Journal(state, {
      onError: (error) => {
        errors.push(error);
        throw new Error('nor can this be written');
      },
    });
    await journal.append(numbered(1));
    await journal.append(numbered(2));
    expect(errors).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
    expect(existsSync(state)).toBe(false);
    mkdirSync(state);
    await journal.append(numbered(3));
    expect(pids(await journal.read())).toEqual([3]);
    renameSync(state, `${state}-away`);
    await journal.append(numbered(4));
    expect(errors).toHaveLength(2);
  });

  it('that cannot be read says why', async () => {
    const { journal, file } = made();
    mkdirSync(file);
    await expect(journal.read()).rejects.toMatchObject({ code: 'not-a-file' });
  });
});

describe('rotation', () => {
  it('puts a full file aside, keeps three, and is read over all of them', async () => {
    const { journal, file } = made({ maxBytes: 1000 });
    for (const n of upTo(100)) await journal.append(numbered(n));
    const found = pids(await journal.read());
    expect(found.at(-1)).toBe(99);
    expect(found).toEqual(upTo(100).slice(-found.length));
    expect(found.length).toBeGreaterThan(20);
    for (const path of [file, `${file}.1`, `${file}.2`, `${file}.3`]) {
      expect(statSync(path).size).toBeLessThanOrEqual(1000);
    }
    expect(existsSync(`${file}.4`)).toBe(false);
  });

  it('takes an entry that is larger than a whole file', async () => {
    const { journal } = made({ maxBytes: 100 });
    await journal.append({ source: 'command', type: 'config-problem', reason: 'x'.repeat(500) });
    await journal.append(numbered(1));
    expect(await journal.read()).toHaveLength(2);
  });

  it.runIf(process.getuid?.() !== 0)('that fails loses no entry', async () => {
    const errors: unknown[] = [];
    const { journal, state } = made({ maxBytes: 200, onError: (error) => errors.push(error) });
    await journal.append(numbered(0));
    chmodSync(state, 0o500);
    for (const n of upTo(10)) await journal.append(numbered(n + 1));
    chmodSync(state, 0o700);
    expect(pids(await journal.read())).toEqual(upTo(11));
    expect(errors).toHaveLength(1);
  });

  it('by two at once in one process loses nothing', async () => {
    const options = { maxBytes: 10_000 };
    const { journal: one, state, file } = made(options);
    const other = new Journal(state, options);
    await Promise.all(
      upTo(150).flatMap((n) => [one.append(numbered(n)), other.append(numbered(n, 'mq02'))]),
    );
    expect(existsSync(`${file}.1`)).toBe(true);
    const entries = await one.read();
    for (const node of ['mq01', 'mq02']) {
      const own = entries.filter((entry) => 'node' in entry && entry.node === node);
      expect(pids(own)).toEqual(upTo(150));
    }
  });

  it('by several processes at once loses nothing', async () => {
    const { journal, state, file } = made();
    const module = pathToFileURL(join(packageRoot(), 'src', 'state', 'journal', 'journal.ts')).href;
    const program = `
      import { Journal } from ${JSON.stringify(module)};
      const journal = new Journal(${JSON.stringify(state)}, { maxBytes: 15_000 });
      await new Promise((resolve) => process.stdin.once('data', resolve));
      process.stdin.destroy();
      for (let pid = 0; pid < 150; pid++) {
        await journal.append({ source: 'command', type: 'process-started', node: process.argv[1], pid });
      }
    `;
    const names = ['mq01', 'mq02', 'mq03'];
    const writers = names.map((name) => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', program, name],
        { stdio: ['pipe', 'inherit', 'inherit'] },
      );
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      return { child, ended: once(child, 'exit') };
    });
    for (const { child } of writers) child.stdin.end('go');
    for (const { ended } of writers) expect(await ended).toEqual([0, null]);
    expect(existsSync(`${file}.2`)).toBe(true);
    const entries = await journal.read();
    for (const name of names) {
      const own = entries.filter((entry) => 'node' in entry && entry.node === name);
      expect(pids(own).sort((a, b) => Number(a) - Number(b))).toEqual(upTo(150));
    }
  });
});

describe('following', () => {
  function following(entries: AsyncGenerator<Entry>, abort: AbortController) {
    const seen: (number | undefined)[] = [];
    const ended = (async () => {
      for await (const entry of entries) seen.push(...pids([entry]));
    })();
    onTestFinished(() => {
      abort.abort();
    });
    return { seen, ended };
  }

  it('gives what is appended from now on, until told to end', async () => {
    const { journal, file } = made();
    await journal.append(numbered(0));
    const abort = new AbortController();
    const entries = journal.follow(abort.signal);
    await journal.append(numbered(1));
    const { seen, ended } = following(entries, abort);
    await expect.poll(() => seen).toEqual([1]);
    const line = JSON.stringify({ at: new Date().toISOString(), ...numbered(2) });
    appendFileSync(file, line.slice(0, 20));
    await pause(300);
    appendFileSync(file, `${line.slice(20)}\nnonsense\n`);
    await expect.poll(() => seen).toEqual([1, 2]);
    await journal.append(numbered(3));
    await expect.poll(() => seen).toEqual([1, 2, 3]);
    abort.abort();
    await ended;
  });

  it('waits for a journal that is not there yet', async () => {
    const { journal } = made();
    const abort = new AbortController();
    const { seen } = following(journal.follow(abort.signal), abort);
    await pause(50);
    await journal.append(numbered(1));
    await expect.poll(() => seen).toEqual([1]);
  });

  it('goes on from what was read, without a gap', async () => {
    const { journal } = made({ maxBytes: 500 });
    const none = await journal.snapshot();
    expect(none).toEqual({ entries: [], end: null });
    for (const n of upTo(6)) await journal.append(numbered(n));
    const { entries, end } = await journal.snapshot();
    expect(pids(entries)).toEqual(upTo(6));
    for (const n of [6, 7, 8]) await journal.append(numbered(n));
    const abort = new AbortController();
    const rest = following(journal.follow(abort.signal, end), abort);
    const all = following(journal.follow(abort.signal, none.end), abort);
    await expect.poll(() => rest.seen).toEqual([6, 7, 8]);
    await expect.poll(() => all.seen).toEqual(upTo(9));
  });

  it('leaves nothing out when the file is put aside, be it several times', async () => {
    const { journal, file } = made({ maxBytes: 2000 });
    const abort = new AbortController();
    const { seen } = following(journal.follow(abort.signal), abort);
    let next = 0;
    for (let turn = 0; turn < 6; turn++) {
      for (let n = 0; n < 40; n++) await journal.append(numbered(next++));
      await expect.poll(() => seen.length).toBe(next);
    }
    expect(seen).toEqual(upTo(next));
    expect(existsSync(`${file}.3`)).toBe(true);
  });

  it('begins again where a person emptied the file', async () => {
    const { journal, file } = made();
    for (const n of upTo(3)) await journal.append(numbered(n));
    const abort = new AbortController();
    const { seen } = following(journal.follow(abort.signal), abort);
    await pause(50);
    writeFileSync(file, '');
    await journal.append(numbered(7));
    await expect.poll(() => seen).toEqual([7]);
  });
});
