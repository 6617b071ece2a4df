import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compilerOptions } from '../../src/stores/replicated-leveldb/compilers.js';
import { java } from '../support/examples.js';

const OPTIONS = compilerOptions({ tls: true });
const QUIET = '-XX:CompileCommand=quiet';

async function sayings(options: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(java, [...options, '-version']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('what a broker tells the compilers', () => {
  it('is understood by the JVM, each command', async () => {
    const commands = OPTIONS.filter((option) => option.includes('::'));
    const said = await sayings(OPTIONS.filter((option) => option !== QUIET));
    expect(said).toHaveLength(commands.length);
    for (const line of said)
      expect(line).toMatch(/^CompileCommand: CompileThresholdScaling \S+\*\.\* .*= 0\.1\d*$/);
  });

  it('is not repeated into the log of the broker', async () => {
    expect(await sayings(OPTIONS)).toEqual([]);
  });
});
