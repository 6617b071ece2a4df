import type { Check, Examination, Result } from '../../doctor/finding.js';
import { counted } from '../../lib/counted.js';
import type { Colours } from './colours.js';

const WIDTH = 80;
/** As wide as `unknown`, and a blank. */
const INDENT = ' '.repeat(9);

/** What is worst stands last, where the eye of who has run it is. */
const ORDER: readonly Result[] = ['pass', 'unknown', 'warn', 'fail'];

/** The answer of `mqha doctor`, in lines of 80 characters. */
export function doctorText(
  { checks, summary, cluster, files }: Examination,
  colour: Colours,
): string {
  const about = cluster ?? (files.length > 0 ? files.join(', ') : 'this machine');
  const lines = ORDER.flatMap((result) => {
    const found = checks.filter((check) => check.result === result);
    if (found.length === 0) return [];
    return result === 'pass'
      ? passLines(found, colour)
      : alike(found).flatMap((group) => ['', ...checkLines(group, colour)]);
  });
  const { fail, warn, unknown, pass } = summary;
  const counts = [
    ...(fail > 0 ? [counted(fail, 'fails', 'fail')] : []),
    ...(warn > 0 ? [counted(warn, 'warning')] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    `${pass} passed`,
  ].join(', ');
  const verdict =
    fail > 0
      ? colour.red(counts)
      : warn + unknown > 0
        ? colour.yellow(counts)
        : colour.green(counts);
  return [...wrap(`examined ${about}`, ''), '', ...lines, '', verdict].join('\n');
}

function passLines(checks: readonly Check[], colour: Colours): string[] {
  return checks.flatMap(({ message }) => {
    const [first = '', ...rest] = wrap(message, INDENT);
    return [`${colour.green('pass')}     ${first.trimStart()}`, ...rest];
  });
}

/** Checks of one code, what to do being the same, follow each other with one hint. */
function alike(checks: readonly Check[]): Check[][] {
  const groups: Check[][] = [];
  for (const check of checks) {
    const last = groups.at(-1);
    if (last?.[0]?.code === check.code && last[0].hint === check.hint) last.push(check);
    else groups.push([check]);
  }
  return groups;
}

function checkLines(group: readonly Check[], colour: Colours): string[] {
  const [first] = group;
  if (!first) return [];
  const word = first.result.padEnd(7);
  const painted =
    first.result === 'fail'
      ? colour.red(word)
      : first.result === 'warn'
        ? colour.yellow(word)
        : word;
  return [
    `${painted}  ${colour.bold(first.code)}`,
    ...said(group).flatMap((text) => wrap(text, INDENT)),
    ...(first.hint === null ? [] : wrap(`→ ${first.hint}`, INDENT, '  ')),
  ];
}

/** What is the same of several places is said once, behind all of them. */
function said(group: readonly Check[]): string[] {
  const places = new Map<string, string[]>();
  for (const check of group) {
    const place = placeOf(check);
    const before = places.get(check.message) ?? [];
    places.set(check.message, place === '' ? before : [...before, place]);
  }
  return [...places].map(([message, of]) =>
    of.length === 0 ? message : `${of.join(', ')}: ${message}`,
  );
}

function placeOf({ file, line, node, message }: Check): string {
  if (file === null) return node === null || message.startsWith(`${node} `) ? '' : node;
  return `${file}${line === null ? '' : `:${line}`}`;
}

/**
 * A text in lines of at most 80 characters, each indented. A word that is longer stands whole on its line: a path or a
 * command can be copied.
 * @param hanging what the lines after the first have in addition
 */
export function wrap(text: string, indent: string, hanging = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const room = WIDTH - indent.length - (lines.length > 0 ? hanging.length : 0);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((one, index) => `${indent}${index === 0 ? '' : hanging}${one}`);
}
