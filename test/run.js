// Runs every check of the project and prints one count: types, lint and formatting, the Java of
// ours, unit and integration tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
let passed = 0;
let failed = 0;

/**
 * Runs a command with its output shown; returns what it wrote to stdout where that is captured.
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} [capture]
 */
function run(command, args, capture = false) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (capture) process.stdout.write(result.stdout);
  return { ok: result.status === 0, stdout: capture ? result.stdout : '' };
}

/** @param {string} title @param {string} command @param {string[]} args */
function check(title, command, args) {
  console.log(`\n== ${title}`);
  const { ok } = run(command, args);
  if (ok) passed += 1;
  else failed += 1;
  return ok;
}

/** @param {string} project */
function vitest(project) {
  console.log(`\n== ${project} tests`);
  const directory = mkdtempSync(join(tmpdir(), 'mqha-report-'));
  const file = join(directory, 'report.json');
  const { ok } = run('npx', [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  try {
    /** @type {{ numPassedTests: number, numFailedTests: number }} */
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    if (!ok && report.numFailedTests === 0) failed += 1;
  } catch {
    failed += 1;
  }
  rmSync(directory, { recursive: true, force: true });
}

function java() {
  console.log('\n== Java tests');
  const { ok, stdout } = run('node', ['java/build.js', '--test'], true);
  const [, good = '0', bad = '0'] = /java: (\d+) passed, (\d+) failed/.exec(stdout) ?? [];
  passed += Number(good);
  failed += Number(bad);
  if (!ok && Number(bad) === 0) failed += 1;
}

// Before the build, since types come from the source.
check('types', 'npm', ['run', '--silent', 'typecheck']);
check('lint', 'npm', ['run', '--silent', 'lint']);
check('formatting', 'npm', ['run', '--silent', 'format:check']);
check('pinned artifacts', 'npm', ['run', '--silent', 'pins']);
if (check('build', 'npm', ['run', '--silent', 'build'])) {
  java();
  vitest('unit');
  vitest('integration');
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
