// node bench/mutation/survivors.js <report.json>... [--list]
// The score of each file, and with --list every mutant that no test kills. A later report replaces files of an earlier one.
import { readFileSync } from 'node:fs';

const words = process.argv.slice(2);
const reports = words.filter((word) => !word.startsWith('--'));

/** @typedef {{ status: string, mutatorName: string, replacement: string, location: { start: { line: number, column: number }, end: { line: number, column: number } } }} Mutant */
/** @type {Map<string, { source: string, mutants: Mutant[] }>} */
const files = new Map();
for (const report of reports) {
  for (const [name, file] of Object.entries(JSON.parse(readFileSync(report, 'utf8')).files)) {
    files.set(name, file);
  }
}

/** @param {readonly Mutant[]} mutants */
function score(mutants) {
  /** @param {string} status */
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const [killed, timeout] = [count('Killed'), count('Timeout')];
  const [survived, uncovered] = [count('Survived'), count('NoCoverage')];
  const valid = killed + timeout + survived + uncovered;
  const percent = valid === 0 ? 100 : (100 * (killed + timeout)) / valid;
  return `${percent.toFixed(1)} % | ${valid} | ${killed} | ${timeout} | ${survived} | ${uncovered}`;
}

console.log('| | score | mutants | killed | timeout | survived | no coverage |');
console.log('|---|---|---|---|---|---|---|');
for (const [name, { mutants }] of [...files].sort(([a], [b]) => a.localeCompare(b))) {
  console.log(`| ${name} | ${score(mutants)} |`);
}
for (const folder of new Set([...files.keys()].map((name) => name.split('/')[1]))) {
  const all = [...files].flatMap(([name, { mutants }]) =>
    name.startsWith(`src/${folder}/`) ? mutants : [],
  );
  console.log(`| **${folder}/** | ${score(all)} |`);
}

if (words.includes('--list')) {
  for (const [name, { source, mutants }] of files) {
    const lines = source.split('\n');
    for (const { status, replacement, location } of mutants) {
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const { start, end } = location;
      const text = (lines[start.line - 1] ?? '').slice(
        start.column - 1,
        end.line === start.line ? end.column - 1 : undefined,
      );
      const short = replacement.replaceAll(/\s+/g, ' ').slice(0, 60);
      console.log(
        `${name}:${start.line}:${start.column} ${status === 'Survived' ? '' : '(not covered) '}\`${text}\` → \`${short}\``,
      );
    }
  }
}
