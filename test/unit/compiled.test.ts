import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/temp.js';

/** Two files of the same length. */
const PART = "exports.answer = () => 'the one';";
const OTHER = "exports.answer = () => 'another';";
const NAME = `${process.version}-${process.arch}-part-abcdefgh.cjs`;

const DAY_MS = 24 * 3_600_000;

describe('files that are kept compiled', () => {
  let directory: string;
  let cache: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    cache = join(directory, 'cache', 'code');
    mkdirSync(join(directory, 'js'));
    part(PART);
  });

  const part = (text: string): void => {
    writeFileSync(join(directory, 'js', 'part-abcdefgh.cjs'), text);
  };

  /** What the file answers in a process of its own. */
  function answer({ exitCode = 0 } = {}): string {
    const compiled = pathToFileURL(join(packageRoot(), 'src', 'cli', 'compiled.ts')).href;
    const program = `
      import { createRequire } from 'node:module';
      import { keepCompiled } from ${JSON.stringify(compiled)};
      const [directory, cache, exitCode] = process.argv.slice(1);
      const require = createRequire(directory + '/main.cjs');
      keepCompiled(require, directory, cache);
      process.stdout.write(require('./part-abcdefgh.cjs').answer());
      process.exit(Number(exitCode));
    `;
    const words = [join(directory, 'js'), cache, String(exitCode)];
    try {
      return execFileSync(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', program, ...words],
        { encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL' },
      );
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      expect(status).toBe(exitCode);
      return stdout;
    }
  }

  it('are run, and kept by version of Node.js and name', () => {
    expect(answer()).toBe('the one');
    expect(readdirSync(cache)).toEqual([NAME]);
  });

  it('are run as they were kept, and not kept again', () => {
    answer();
    const { mtimeMs } = statSync(join(cache, NAME));
    // V8 compares the length alone: that the old code runs shows that it was the kept one.
    part(OTHER);
    expect(answer()).toBe('the one');
    expect(statSync(join(cache, NAME)).mtimeMs).toBe(mtimeMs);
    rmSync(cache, { recursive: true });
    expect(answer()).toBe('another');
  });

  it('are kept by what succeeded only', () => {
    expect(answer({ exitCode: 2 })).toBe('the one');
    expect(() => readdirSync(cache)).toThrow('ENOENT');
  });

  it.each([
    ['half a file', (file: Buffer) => file.subarray(0, file.length / 2)],
    ['something else', () => Buffer.from('not made by V8')],
    ['nothing', () => Buffer.alloc(0)],
  ])('are compiled anew where %s was kept', (_, spoilt) => {
    answer();
    const file = join(cache, NAME);
    const whole = readFileSync(file);
    writeFileSync(file, spoilt(whole));
    part(OTHER);
    expect(answer()).toBe('another');
    expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2);
  });

  it.each(['cache', 'cache/code'])('are neither run nor kept where others can write %s', (open) => {
    answer();
    part(OTHER);
    chmodSync(join(directory, open), 0o777);
    expect(answer()).toBe('another');
    rmSync(join(cache, NAME));
    expect(answer()).toBe('another');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('are kept for their owner alone', () => {
    answer();
    expect(statSync(join(directory, 'cache')).mode & 0o777).toBe(0o700);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
  });

  it('run where nothing can be kept', () => {
    writeFileSync(join(directory, 'cache'), 'a file where the directory would be');
    expect(answer()).toBe('the one');
  });

  it.skipIf(!existsSync('/proc/self'))('run where nothing can be made, and end', () => {
    cache = '/proc/mqha/cache/code';
    expect(answer()).toBe('the one');
  });

  it('go when they were compiled long ago', () => {
    mkdirSync(cache, { recursive: true });
    for (const [name, days] of [
      ['old', 31],
      ['new', 29],
    ] as const) {
      writeFileSync(join(cache, name), '');
      const time = new Date(Date.now() - days * DAY_MS);
      utimesSync(join(cache, name), time, time);
    }
    answer();
    expect(readdirSync(cache)).toEqual(['new', NAME].sort());
  });
});
