import { ERROR_CODES } from '../../lib/codes.js';
import { PROBLEM_CODES } from '../../observe/problem-codes.js';
import { KILL_CODES } from '../../state/journal/kill-codes.js';
import { table } from './markdown.js';

/** docs/codes.md, from the tables of codes. */
export function codesDocument(): string {
  const errors = Object.entries(ERROR_CODES).map(([code, { exitCode, meaning }]) => [
    `\`${code}\``,
    String(exitCode),
    meaning,
  ]);
  const problems = Object.entries(PROBLEM_CODES).map(([code, entry]) => [
    `\`${code}\``,
    entry.severity.join(', '),
    'check' in entry ? entry.check : '',
    entry.meaning,
  ]);
  const kills = Object.entries(KILL_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return [
    '# Codes',
    '',
    'Scripts may rely on these; the lists only grow. `npm run generate` writes this file from the',
    'tables in `src/lib/codes.ts`, `src/observe/problem-codes.ts` and `src/state/journal/kill-codes.ts`.',
    '',
    '## `error.code`',
    '',
    '`mqha check` and `mqha drill` exit 3 where others exit 1, since 1 is a verdict of theirs; `mqha check` also where others exit 2.',
    '',
    ...table(['code', 'exit code', 'meaning'], errors),
    '',
    '## `problems[].code`',
    '',
    'Of an error without an entry of its own, `mqha check` makes a warning.',
    '',
    ...table(['code', 'severity', '`check`', 'meaning'], problems),
    '',
    '## `code` of `process-killed`',
    '',
    'Why the supervisor killed a process that lived, in `mqha events --json`. While it lasts, it is',
    '`supervisor.processes[].fault` in `mqha status --json`.',
    '',
    ...table(['code', 'the process'], kills),
    '',
  ].join('\n');
}
