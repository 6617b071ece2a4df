import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompiledBundle } from '../../src/cli/compiled.js';

/** Two files of the same length. */
const PART =
  "const { basename } = require('node:path');\nexports.answer = () => basename(__filename);";
const OTHER =
  "const { basename } = require('node:path');\nexports.answer = () => basename('/elsewhe');";

const DAY_MS = 24 * 3_600_000;

describe('a bundle that is kept compiled', () => {
  let directory: string;
  let cache: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mqha-compiled-'));
    cache = join(directory, 'cache', 'code');
    mkdirSync(join(directory, 'bundle'));
    write('main.cjs', "exports.answer = () => require('./part-abcdefgh.cjs').answer();");
    write('part-abcdefgh.cjs', PART);
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const write = (name: string, text: string): void => {
    writeFileSync(join(directory, 'bundle', name), text);
  };
  const bundle = (command = 'status'): CompiledBundle =>
    new CompiledBundle(
      { bundle: join(directory, 'bundle'), cache, command },
      createRequire(import.meta.url),
    );
  const answerOf = (compiled: CompiledBundle): string =>
    (compiled.load('main.cjs') as { answer: () => string }).answer();
  const kept = (): string[] => readdirSync(cache);

  it('runs each file once, and gives it what it requires', () => {
    const compiled = bundle();
    expect(answerOf(compiled)).toBe('part-abcdefgh.cjs');
    expect(compiled.load('main.cjs')).toBe(compiled.load('main.cjs'));
  });

  it('keeps compiled what is named after its content, by command and version of Node.js', () => {
    const compiled = bundle();
    answerOf(compiled);
    compiled.keep(Date.now());
    expect(kept()).toEqual([`${process.version}-${process.arch}-status-part-abcdefgh.cjs`]);
  });

  it('runs what was kept, and keeps nothing again', () => {
    const first = bundle();
    answerOf(first);
    first.keep(Date.now());
    // V8 compares the length alone: that the old code runs shows that it was the kept one.
    write('part-abcdefgh.cjs', OTHER);
    const second = bundle();
    expect(answerOf(second)).toBe('part-abcdefgh.cjs');
    rmSync(cache, { recursive: true });
    second.keep(Date.now());
    expect(() => kept()).toThrow('ENOENT');
    expect(answerOf(bundle('up'))).toBe('elsewhe');
  });

  it.each([
    ['half a file', (file: Buffer) => file.subarray(0, file.length / 2)],
    ['something else', () => Buffer.from('not made by V8')],
    ['nothing', () => Buffer.alloc(0)],
  ])('compiles anew where %s was kept', (_, spoilt) => {
    const first = bundle();
    answerOf(first);
    first.keep(Date.now());
    const [name = ''] = kept();
    const file = join(cache, name);
    const whole = readFileSync(file);
    writeFileSync(file, spoilt(whole));
    // What V8 has in memory is not compiled again.
    write('part-abcdefgh.cjs', OTHER);
    const second = bundle();
    expect(answerOf(second)).toBe('elsewhe');
    second.keep(Date.now());
    expect(readFileSync(file).length).toBeGreaterThan(500);
  });

  it('works where nothing can be kept', () => {
    writeFileSync(join(directory, 'cache'), 'a file where the directory would be');
    const compiled = bundle();
    expect(answerOf(compiled)).toBe('part-abcdefgh.cjs');
    compiled.keep(Date.now());
  });

  it('lets go of what was compiled long ago', () => {
    mkdirSync(cache, { recursive: true });
    const now = Date.now();
    for (const [name, days] of [
      ['old', 31],
      ['new', 29],
    ] as const) {
      writeFileSync(join(cache, name), '');
      const time = new Date(now - days * DAY_MS);
      utimesSync(join(cache, name), time, time);
    }
    const compiled = bundle();
    answerOf(compiled);
    compiled.keep(now);
    expect(kept()).not.toContain('old');
    expect(kept()).toContain('new');
  });
});
