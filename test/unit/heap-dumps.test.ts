import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropHeapDumps, heapDumps, writesHeap } from '../../src/stores/heap-dumps.js';
import { codesOf, config, problemOf, whole, type Scene } from './scenes.js';

let log: string;

beforeEach(async () => {
  log = await mkdtemp(join(tmpdir(), 'mqha-test-'));
});

afterEach(async () => {
  await rm(log, { recursive: true, force: true });
});

const write = (name: string, text = name) => writeFile(join(log, name), text);
const left = async () => (await readdir(log)).sort();

describe('the heaps of brokers that were out of memory', () => {
  it('are removed by the next start, also those of an earlier mqha, and nothing else is', async () => {
    for (const name of ['java_pid1.hprof', 'java_pid22.hprof', 'heap.hprof', 'activemq.log']) {
      await write(name);
    }
    expect((await heapDumps(log)).map(({ bytes }) => bytes)).toEqual([10, 15, 16]);
    await dropHeapDumps(log, false);
    expect(await left()).toEqual(['activemq.log']);
  });

  it('are one file where they are wanted: of the process that ended last, for one start', async () => {
    await write('java_pid1.hprof');
    await write('heap.hprof', 'first');
    await dropHeapDumps(log, true);
    expect(await left()).toEqual(['heap-last.hprof']);
    await write('heap.hprof', 'second');
    await dropHeapDumps(log, true);
    expect(await left()).toEqual(['heap-last.hprof']);
    expect(await readFile(join(log, 'heap-last.hprof'), 'utf8')).toBe('second');
    await dropHeapDumps(log, true);
    expect(await left()).toEqual([]);
  });

  it('are none where there is no directory yet', async () => {
    await dropHeapDumps(join(log, 'none'), true);
    expect(await heapDumps(join(log, 'none'))).toEqual([]);
    expect(existsSync(join(log, 'none'))).toBe(false);
  });

  it('are wanted by the last option that says something of it', () => {
    const on = '-XX:+HeapDumpOnOutOfMemoryError';
    const off = '-XX:-HeapDumpOnOutOfMemoryError';
    expect([[], [on], [on, off], [off, on]].map(writesHeap)).toEqual([false, true, false, true]);
  });

  it('are named by status, as a warning unless they are wanted', () => {
    const dumps = [{ path: '/log/java_pid1.hprof', bytes: 3 * 1024 * 1024 }];
    const scene: Scene = { ...whole(), nodes: { mq02: { accepting: true, dumps } } };
    expect(codesOf({ ...scene, nodes: { mq02: { accepting: true } } })).not.toContain(
      'heap-dump mq02',
    );
    const [told] = problemOf(scene, 'heap-dump');
    expect(told).toMatchObject({ severity: 'warning', node: 'mq02' });
    expect(told?.message).toContain('(3 MB): /log/java_pid1.hprof');
    const of = { ...config, java: { ...config.java, heapDump: true } };
    expect(problemOf({ ...scene, of }, 'heap-dump')[0]).toMatchObject({ severity: 'info' });
  });
});
