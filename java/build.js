// Builds mqha-java.jar with Maven and puts it into dist/java; `--test` runs the tests of it, `--long` those with the tag
// `long` alone.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, 'target', 'mqha-java.jar');
const target = join(here, '..', 'dist', 'java', 'mqha-java.jar');
const reports = join(here, 'target', 'surefire-reports');

/** @param {string[]} goals */
function maven(goals) {
  const result = spawnSync('mvn', ['-B', '-q', ...goals], {
    cwd: here,
    stdio: ['ignore', 2, 2],
  });
  if (result.error) {
    console.error(`error: mvn cannot be run: ${result.error.message}`);
    console.error('hint: Install Maven 3.6.3 or newer; it builds the little Java of mqha.');
    process.exit(1);
  }
  return result.status ?? 1;
}

/** When a file or directory was last changed, in milliseconds; 0 where it is absent. @param {string} path */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSource() {
  const files = readdirSync(join(here, 'src', 'main'), { recursive: true, encoding: 'utf8' });
  return Math.max(
    changed(join(here, 'pom.xml')),
    ...files.map((file) => changed(join(here, 'src', 'main', file))),
  );
}

function build() {
  if (changed(target) > newestSource()) return;
  console.error('building mqha-java.jar with mvn (the first time it fetches its plugins)');
  if (maven(['package', '-DskipTests']) !== 0) process.exit(1);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(built, target);
}

function test() {
  rmSync(reports, { recursive: true, force: true });
  const groups = process.argv.includes('--long') ? ['-Dgroups=long', '-Dleft-out='] : [];
  const status = maven(['verify', ...groups]);
  let total = 0;
  let failed = 0;
  for (const file of readdirSync(reports, { encoding: 'utf8' }).filter((f) => f.endsWith('.xml'))) {
    const xml = readFileSync(join(reports, file), 'utf8');
    const suite = /<testsuite\s[^>]*>/.exec(xml)?.[0] ?? '';
    const count = (/** @type {string} */ name) =>
      Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    total += count('tests');
    failed += count('failures') + count('errors');
  }
  console.log(`java: ${total - failed} passed, ${failed} failed`);
  process.exit(status === 0 && total > 0 && failed === 0 ? 0 : 1);
}

if (process.argv.includes('--test')) test();
else build();
