import { entryOf, type CheckCode } from '../../doctor/check-codes.js';
import { FILE_CODES } from '../../doctor/file-codes.js';
import { MACHINE_CODES } from '../../doctor/machine-codes.js';
import { table } from './markdown.js';

/** docs/doctor.md, from the tables of checks. */
export function doctorDocument(): string {
  const rows = (codes: object) =>
    (Object.keys(codes) as CheckCode[]).map((code) => {
      const { results, meaning, todo } = entryOf(code);
      return [`\`${code}\``, results.join(', '), meaning, todo];
    });
  const head = ['code', 'ends as', 'when', 'what to do'];
  return [
    '# mqha doctor',
    '',
    '`npm run generate` writes this file from `src/doctor/file-codes.ts` and `src/doctor/machine-codes.ts`.',
    '',
    '`mqha doctor` says what is wrong or dangerous, each with what to do. It changes nothing, fetches nothing, and exits 0 where',
    'nothing fails (there may be warnings), 1 where something fails, 2 for wrong usage.',
    '',
    '- `mqha doctor --conf <activemq.xml …>` examines your own files: one by itself, or those of all nodes of one cluster, of any',
    '  release from 5.9 to 5.16. No cluster directory is needed. It reads them only, with the `jetty.xml`, `credentials.properties`,',
    '  `users.properties` and `jetty-realm.properties` that stand beside them, and the names of the jars in `../lib`. What holds of',
    '  a disk or of ports is said of the machine on which it runs.',
    '- `--client <file …>` looks for failover URLs in files of applications (`application.yml` …).',
    '- `mqha doctor` examines this machine, and the cluster of the directory where there is one.',
    '',
    'A value with a placeholder (`${name}`) is filled in from the files beside; where that is not possible the checks of that value',
    'say nothing.',
    '',
    '## `--json`',
    '',
    '```json',
    '{',
    '  "schema": 1,',
    '  "cluster": null,',
    '  "files": ["mq01/activemq.xml"],',
    '  "summary": { "pass": 30, "warn": 6, "fail": 1, "unknown": 0 },',
    '  "checks": [',
    '    { "code": "bind", "result": "fail", "file": "mq01/activemq.xml", "line": 12, "column": 9, "node": null,',
    '      "message": "…", "hint": "…" }',
    '  ]',
    '}',
    '```',
    '',
    '`result` is `pass`, `warn`, `fail`, or `unknown` where something could not be looked at, which `message` explains. `file`,',
    '`line` and `column` (from 1) are null where the machine is meant, `node` where no node is, `hint` where there is nothing to do.',
    'Fields and codes only grow.',
    '',
    '## Your own files',
    '',
    ...table(head, rows(FILE_CODES)),
    '',
    '## This machine, and its cluster',
    '',
    ...table(head, rows(MACHINE_CODES)),
    '',
  ].join('\n');
}
