import { randomUUID } from 'node:crypto';
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { markers } from '../../src/agents/marks.js';
import { ProcessRegistry, type ProcessRecord } from '../../src/agents/local/registry.js';
import { parseOwner } from '../../src/agents/local/owner.js';
import { parseProc, parsePs, systemProcesses } from '../../src/agents/local/table.js';
import { temporaryDirectory } from '../support/temp.js';
import { broker, child, soon } from './children.js';
import { isRoot, NOBODY } from './unprivileged.js';

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
    expect(parsePs('  4711   501   501 Ss   Mon Jan  5 03:04:05 2026     java -Dx=(a) y')).toEqual({
      pid: 4711,
      startTime: 'Mon Jan 5 03:04:05 2026',
      argv: ['java', '-Dx=(a)', 'y'],
      suspended: false,
      user: 501,
    });
    expect(parsePs('4711 0 501 T+ Mon Jan  5 03:04:05 2026 java')?.suspended).toBe(true);
    expect(parsePs('4711 0 0 Z Mon Jan  5 03:04:05 2026 (java)')).toBeUndefined();
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

  it('shows only those with an argument where one is asked for', async () => {
    const id = randomUUID();
    const { pid } = await broker(id);
    const [cluster = ''] = markers(id, '');
    expect((await systemProcesses().list(cluster)).map((info) => info.pid)).toEqual([pid]);
    expect(await systemProcesses().list(cluster.slice(0, -1))).toEqual([]);
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
    const table = systemProcesses();
    const list = vi.fn((argument?: string) => table.list(argument));
    return {
      id,
      file,
      list,
      registry: new ProcessRegistry(state, id, { ...table, list }),
      record: () => JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord,
      change: (change: Partial<ProcessRecord>) => {
        const record = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
        writeFileSync(file, JSON.stringify({ ...record, ...change }));
      },
    };
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

  it('finds several at once, with and without a record, and reads all processes once', async () => {
    const { id, registry: processes, list } = registry();
    const [first, second] = [await broker(id), await broker(id, 'mq02')];
    await processes.remember('mq01', first.pid);
    const names = ['mq04', 'mq02', 'mq01', 'mq03'];
    const found = await processes.findAll(names);
    expect([...found].map(([name, { pid }]) => [name, pid])).toEqual([
      ['mq02', second.pid],
      ['mq01', first.pid],
    ]);
    expect(list).toHaveBeenCalledTimes(1);
    expect((await processes.findAll(['mq01'])).get('mq01')?.pid).toBe(first.pid);
    expect(list).toHaveBeenCalledTimes(1);
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

  it.runIf(isRoot)('takes no process of another user for its own', async () => {
    const { id, registry: processes, change } = registry();
    const { pid } = await broker(id, 'mq01', [], '/', NOBODY);
    const info = await systemProcesses().get(pid);
    expect(info).toMatchObject({ user: NOBODY });
    expect(await processes.find('mq01')).toBeUndefined();
    expect(await processes.all()).toEqual([]);
    await processes.remember('mq01', process.pid);
    change({ pid, startTime: info?.startTime ?? '' });
    expect(await processes.find('mq01')).toBeUndefined();
  });

  it.runIf(isRoot)('takes those of who owns the directory, where root looks', async () => {
    const state = temporaryDirectory();
    chownSync(state, NOBODY, NOBODY);
    const { pid } = await broker('owned', 'mq01', [], '/', NOBODY);
    const processes = new ProcessRegistry(state, 'owned', systemProcesses());
    expect((await processes.find('mq01'))?.pid).toBe(pid);
  });

  it('takes no program for its own that another user has started with the setuid bit', () => {
    expect(parseOwner('Name:\tsu\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\n')).toBe(-1);
    expect(parseOwner('Name:\tjava\nUid:\t1000\t1000\t1000\t1000\n')).toBe(1000);
    expect(parseOwner('')).toBeUndefined();
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
