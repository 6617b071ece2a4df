import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { followLines, lastLines, markOf, sinceMark, tailOf } from '../../src/agents/local/log.js';
import { temporaryDirectory } from '../support/temp.js';
import { soon } from './children.js';

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

  it('ends with whole lines and a rest, and is followed from there without a gap', async () => {
    const path = log('a\né\nha');
    const tail = await tailOf(path, 1000);
    expect(tail).toEqual({ lines: ['a', 'é'], rest: 'ha', mark: 5 });
    expect((await tailOf(path, 4)).lines).toEqual([]);
    expect(await tailOf(log(), 1000)).toEqual({ lines: [], rest: '', mark: 0 });
    appendFileSync(path, 'lf\n');
    const abort = new AbortController();
    const lines = followLines(path, abort.signal, tail.mark);
    expect((await soon(lines.next())).value).toBe('half');
    abort.abort();
    await lines.return(undefined);
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
