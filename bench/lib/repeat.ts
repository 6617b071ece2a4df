// One integration test file, again and again, with the passes counted.
import { spawnSync } from 'node:child_process';
import { packageRoot } from '../../src/lib/package.js';

/**
 * Runs the tests of a file (whose names match), so many times, and shows what failed ones wrote.
 * A time in which no test ran counts as failed.
 * @returns whether every time passed
 */
export function repeat(options: {
  readonly title: string;
  readonly file: string;
  readonly match?: string;
  readonly times: number;
}): boolean {
  const { title, file, match, times } = options;
  const filter = match === undefined ? [] : ['--testNamePattern', match];
  let good = 0;
  for (let time = 1; time <= times; time++) {
    const { status, stdout, stderr } = spawnSync(
      'npx',
      ['vitest', 'run', '--project', 'integration', file, ...filter],
      { cwd: packageRoot(), encoding: 'utf8' },
    );
    const passed = status === 0 && /Tests .*\d+ passed/.test(stdout);
    if (passed) good += 1;
    else console.log(stdout, stderr);
    console.log(`${title} ${time}: ${passed ? 'passed' : 'FAILED'} (${good} of ${time})`);
  }
  return good === times;
}
