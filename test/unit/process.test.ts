import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/package.js';
import { acquireLock, type LockHolder } from '../../src/process/lock.js';
import { followLines, lastLines, markOf, sinceMark } from '../../src/process/log.js';
import { markers, ProcessRegistry, type ProcessRecord } from '../../src/process/registry.js';
import { parseProc, parsePs, systemProcesses } from '../../src/process/table.js';
import { Deadline } from '../../src/time.js';
import { temporaryDirectory } from '../support/temp.js';

/** A Node.js child that ends with the test at the latest. */
function child(args: readonly string[]) {
  const spawned = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(spawned, 'exit');
  const end = async () => {
    if (spawned.exitCode === null && spawned.signalCode === null) spawned.kill('SIGKILL');
    await ended;
  };
  onTestFinished(end);
  return { pid: spawned.pid ?? 0, stdout: spawned.stdout, end, ended };
}

/** Resolves with what the promise gives, or fails the test after a while. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      once(AbortSignal.any([late.signal, AbortSignal.timeout(10_000)]), 'abort').then(() => {
        throw new Error('nothing happened within 10 s');
      }),
    ]);
  } finally {
    late.abort();
  }
}

describe('the table of processes', () => {
  const stat = (name: string, state: string) =>
    `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 30 0 123456 99 100`;

  it('reads /proc', () => {
    expect(parseProc(4711, stat('java', 'S'), 'java\0-Dx=a b\0\0')).toEqual({
      pid: 4711,
      startTime: '123456',
      argv: ['java', '-Dx=a b', ''],
      suspended: false,
    });
  });

  it.each(['a) Z 1 (b', '(((', ') ', 'two words'])('is not misled by the name %j', (name) => {
    expect(parseProc(4711, stat(name, 'S'), 'x\0')).toMatchObject({ startTime: '123456' });
  });

  it('leaves out a zombie and half a line, and knows a suspended process', () => {
    expect(parseProc(4711, stat('java', 'Z'), '')).toBeUndefined();
    expect(parseProc(4711, stat('java', 'X'), '')).toBeUndefined();
    expect(parseProc(4711, '4711 (java) S 1', '')).toBeUndefined();
    expect(parseProc(4711, stat('java', 'T'), 'x\0')?.suspended).toBe(true);
    expect(parseProc(4711, stat('java', 't'), 'x\0')?.suspended).toBe(true);
  });

  it('reads ps', () => {
    expect(parsePs('  4711 Ss   Mon Jan  5 03:04:05 2026     java -Dx=(a) y')).toEqual({
      pid: 4711,
      startTime: 'Mon Jan 5 03:04:05 2026',
      argv: ['java', '-Dx=(a)', 'y'],
      suspended: false,
    });
    expect(parsePs('4711 T+ Mon Jan  5 03:04:05 2026 java')?.suspended).toBe(true);
    expect(parsePs('4711 Z Mon Jan  5 03:04:05 2026 (java)')).toBeUndefined();
    expect(parsePs('')).toBeUndefined();
    expect(parsePs('  PID STAT STARTED COMMAND')).toBeUndefined();
  });

  it('shows this process', async () => {
    const table = systemProcesses();
    const own = await table.get(process.pid);
    expect(own?.suspended).toBe(false);
    expect(own?.startTime).not.toBe('');
    expect((await table.list()).map((info) => info.pid)).toContain(process.pid);
    expect(await table.bootId()).not.toBe('');
  });

  it('knows nothing of a pid that is gone', async () => {
    const gone = child(['-e', '']);
    await gone.ended;
    expect(await systemProcesses().get(gone.pid)).toBeUndefined();
  });
});

describe('the registry of processes', () => {
  let count = 0;

  function registry() {
    const state = temporaryDirectory();
    const id = `unit-${process.pid}-${Date.now()}-${++count}`;
    const file = join(state, 'processes', 'mq01.json');
    return {
      id,
      file,
      registry: new ProcessRegistry(state, id, systemProcesses()),
      record: () => JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord,
      change: (change: Partial<ProcessRecord>) => {
        const record = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
        writeFileSync(file, JSON.stringify({ ...record, ...change }));
      },
    };
  }

  /** A process that carries the marks of a broker. */
  async function broker(id: string, name = 'mq01') {
    const program = "process.stdout.write('up'); setInterval(() => {}, 1000)";
    const started = child(['-e', program, '--', ...markers(id, name)]);
    await soon(once(started.stdout, 'data'));
    return started;
  }

  it('finds a process by its record', async () => {
    const { id, registry: processes, record } = registry();
    const { pid } = await broker(id);
    const remembered = await processes.remember('mq01', pid);
    expect(record()).toMatchObject({ pid, startTime: remembered?.startTime });
    expect(await processes.find('mq01')).toEqual(remembered);
  });

  it('finds a process of which no record was written', async () => {
    const { id, registry: processes } = registry();
    const { pid } = await broker(id);
    expect((await processes.find('mq01'))?.pid).toBe(pid);
    expect(await processes.find('mq02')).toBeUndefined();
    const other = new ProcessRegistry(temporaryDirectory(), `${id}-other`, systemProcesses());
    expect(await other.find('mq01')).toBeUndefined();
    expect((await processes.all()).map((info) => info.pid)).toEqual([pid]);
  });

  it.each<[string, Partial<ProcessRecord>]>([
    ['another start time', { startTime: '1' }],
    ['another boot', { bootId: 'an earlier one' }],
  ])('does not believe a record of %s', async (_, change) => {
    const found = registry();
    // The recorded pid lives, is not this node, and would be believed if only the pid counted.
    await found.registry.remember('mq01', process.pid);
    found.change(change);
    expect(await found.registry.find('mq01')).toBeUndefined();
    const { pid } = await broker(found.id);
    expect((await found.registry.find('mq01'))?.pid).toBe(pid);
  });

  it('does not believe a record whose process does not carry the marks', async () => {
    const { id, registry: processes } = registry();
    await processes.remember('mq01', process.pid);
    expect(await processes.find('mq01')).toBeUndefined();
    const { pid } = await broker(id, 'mq02');
    await processes.remember('mq01', pid);
    expect(await processes.find('mq01')).toBeUndefined();
  });

  it.each(['', '{"pid":', 'null', '{}'])('takes the damaged record %j for none', async (text) => {
    const { id, registry: processes, file } = registry();
    const { pid } = await broker(id);
    await processes.remember('mq01', pid);
    writeFileSync(file, text);
    expect((await processes.find('mq01'))?.pid).toBe(pid);
  });

  it('remembers nothing of a process that is gone', async () => {
    const { registry: processes, file } = registry();
    const gone = child(['-e', '']);
    await gone.ended;
    expect(await processes.remember('mq01', gone.pid)).toBeUndefined();
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('keeps its records for the owner only', async () => {
    const { id, registry: processes, file } = registry();
    const { pid } = await broker(id);
    await processes.remember('mq01', pid);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  });

  it('signals a process once it is proven, and no other', async () => {
    const { id, registry: processes } = registry();
    const started = await broker(id);
    const info = await processes.find('mq01');
    if (!info) throw new Error('the process was not found');
    expect(await processes.signal({ ...info, startTime: '1' }, 'SIGKILL')).toBe(false);
    expect(await processes.isAlive(info)).toBe(true);
    expect(await processes.signal(info, 'SIGSTOP')).toBe(true);
    await expect.poll(async () => (await processes.find('mq01'))?.suspended).toBe(true);
    expect(await processes.signal(info, 'SIGKILL')).toBe(true);
    expect(await soon(started.ended)).toEqual([null, 'SIGKILL']);
    expect(await processes.isAlive(info)).toBe(false);
    expect(await processes.signal(info, 'SIGKILL')).toBe(false);
    expect(await processes.find('mq01')).toBeUndefined();
  });
});

describe('the lock', () => {
  const options = (milliseconds: number, command = 'mqha test') => ({
    command,
    deadline: Deadline.in(milliseconds),
  });

  it('is given to the next one after its release', async () => {
    const directory = temporaryDirectory();
    const first = await acquireLock(directory, options(1000, 'mqha up'));
    const holders: (LockHolder | undefined)[] = [];
    let released = false;
    const second = acquireLock(directory, {
      ...options(10_000),
      onWait: (holder) => {
        holders.push(holder);
      },
    }).then((lock) => {
      expect(released).toBe(true);
      return lock;
    });
    await expect.poll(() => holders).toEqual([{ pid: process.pid, command: 'mqha up' }]);
    released = true;
    await first.release();
    await (await soon(second)).release();
  });

  it('is not shared, and each of many gets it in the end', async () => {
    const directory = temporaryDirectory();
    let holding = 0;
    let most = 0;
    const work = async () => {
      const lock = await acquireLock(directory, options(10_000));
      most = Math.max(most, ++holding);
      await new Promise((resolve) => setTimeout(resolve, 20));
      holding--;
      await lock.release();
    };
    await soon(Promise.all(Array.from({ length: 6 }, work)));
    expect(most).toBe(1);
  });

  it('names its holder to whoever waited in vain', { retry: 3 }, async () => {
    const directory = temporaryDirectory();
    const lock = await acquireLock(directory, options(1000, 'mqha up --timeout 9s'));
    await expect(acquireLock(directory, options(100))).rejects.toMatchObject({
      code: 'locked',
      exitCode: 1,
      message: `\`mqha up --timeout 9s\` (pid ${process.pid}) is working on ${directory}`,
    });
    await lock.release();
  });

  it('is one for each directory', async () => {
    const one = await acquireLock(temporaryDirectory(), options(100));
    const other = await acquireLock(temporaryDirectory(), options(100));
    await Promise.all([one.release(), other.release()]);
  });

  it('is free again when its holder was killed', async () => {
    const directory = temporaryDirectory();
    const at = (name: string) =>
      JSON.stringify(pathToFileURL(join(packageRoot(), 'dist', name)).href);
    const program = `
      import { acquireLock } from ${at('process/lock.js')};
      import { Deadline } from ${at('time.js')};
      await acquireLock(${JSON.stringify(directory)}, { command: 'held', deadline: Deadline.in(5000) });
      process.stdout.write('held');
      setInterval(() => {}, 1000);
    `;
    const holder = child(['--input-type=module', '-e', program]);
    await soon(once(holder.stdout, 'data'));
    const holders: (LockHolder | undefined)[] = [];
    const next = acquireLock(directory, {
      ...options(10_000),
      onWait: (found) => {
        holders.push(found);
      },
    });
    await expect.poll(() => holders).toEqual([{ pid: holder.pid, command: 'held' }]);
    await holder.end();
    await (await soon(next)).release();
  });
});

describe('a log', () => {
  const log = (text?: string) => {
    const path = join(temporaryDirectory(), 'a.log');
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };

  it('ends with its last lines, the unfinished one included', async () => {
    expect(await lastLines(log('a\nb\nc\n'), 2)).toEqual(['b', 'c']);
    expect(await lastLines(log('a\nb\nc'), 2)).toEqual(['b', 'c']);
    expect(await lastLines(log('a\n\n'), 5)).toEqual(['a', '']);
    expect(await lastLines(log(''), 5)).toEqual([]);
    expect(await lastLines(log(), 5)).toEqual([]);
  });

  it('shows only whole lines of a large file', async () => {
    const path = log(Array.from({ length: 40_000 }, (_, n) => `line ${n}\n`).join(''));
    const lines = await lastLines(path, 100_000);
    expect(lines.at(-1)).toBe('line 39999');
    expect(lines.length).toBeLessThan(40_000);
    for (const line of lines) expect(line).toMatch(/^line \d+$/);
    expect(lines[0]).toBe(`line ${40_000 - lines.length}`);
  });

  it('gives what was written after a mark, and all of a file that was rotated', async () => {
    const path = log('before\n');
    const mark = await markOf(path);
    expect(await sinceMark(path, mark)).toBe('');
    appendFileSync(path, 'after\n');
    expect(await sinceMark(path, mark)).toBe('after\n');
    writeFileSync(path, 'new\n');
    expect(await sinceMark(path, mark)).toBe('new\n');
    expect(await markOf(log())).toBe(0);
    expect(await sinceMark(log(), 5)).toBe('');
  });

  function follow(path: string) {
    const abort = new AbortController();
    onTestFinished(() => {
      abort.abort();
    });
    const lines = followLines(path, abort.signal);
    return { next: async () => (await soon(lines.next())).value as string | undefined, abort };
  }

  it('is followed line by line, through a rotation, until told to end', async () => {
    const path = log('old\n');
    const { next, abort } = follow(path);
    const first = next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(path, 'on');
    await new Promise((resolve) => setTimeout(resolve, 300));
    appendFileSync(path, 'e é\ntwo\n');
    expect([await first, await next()]).toEqual(['one é', 'two']);
    renameSync(path, `${path}.1`);
    const third = next();
    await new Promise((resolve) => setTimeout(resolve, 250));
    writeFileSync(path, 'three\n');
    expect(await third).toBe('three');
    writeFileSync(path, 'x\n');
    expect(await next()).toBe('x');
    const end = next();
    abort.abort();
    expect(await end).toBeUndefined();
  });

  it('is waited for where it is absent', async () => {
    const path = log();
    const { next } = follow(path);
    const first = next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(path, 'first\n');
    expect(await first).toBe('first');
  });

  it('keeps a letter whole that was written in two halves', async () => {
    const path = log('');
    const { next } = follow(path);
    const first = next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const bytes = Buffer.from('é\n');
    appendFileSync(path, bytes.subarray(0, 1));
    await new Promise((resolve) => setTimeout(resolve, 300));
    appendFileSync(path, bytes.subarray(1));
    expect(await first).toBe('é');
  });
});
