import { GROUPS, descriptionOf } from '../definition.js';
import {
  globalOptions,
  listedCommands,
  usageOf,
  type TypedCommand,
  type TypedOption,
} from './words.js';

/** man/mqha.1, for groff's and mandoc's `man` macros. @param version of mqha */
export function manPage(version: string): string {
  const commands = listedCommands();
  return [
    '.\\" Written by `npm run generate` from the definitions in src/cli/commands/.',
    `.TH MQHA 1 "" "mqha ${escaped(version)}"`,
    '.SH NAME',
    escaped('mqha') +
      ' \\- makes, runs, watches and tests a real ActiveMQ replicatedLevelDB cluster',
    '.SH SYNOPSIS',
    '.B mqha',
    `[\\fIoptions\\fR] \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]`,
    '.SH DESCRIPTION',
    ...paragraph(
      'A cluster is a directory with a `mqha.yaml`. Results go to stdout, progress and errors to stderr. Nodes are named by their name or by their role: `master`, `elector`, `slave`.',
    ),
    '.SH OPTIONS',
    'Every command takes these.',
    ...globalOptions().flatMap(optionLines),
    '.TP',
    bold('-v, --version'),
    'print the version of mqha',
    '.SH COMMANDS',
    ...Object.entries(GROUPS).flatMap(([group, title]) => [
      `.SS ${title}`,
      ...commands.filter(({ definition }) => definition.group === group).flatMap(commandLines),
    ]),
    '.SH EXIT STATUS',
    ...pairs([
      ['0', 'done'],
      ['1', 'it failed, or was refused'],
      ['2', 'what was typed or written is wrong: an option, an argument, a node, mqha.yaml'],
      ['130', 'interrupted'],
    ]),
    '.PP',
    'Some commands have their own; they stand with the command.',
    '.SH ENVIRONMENT',
    ...pairs([
      ['MQHA_CLUSTER', 'the cluster directory, where -C names none'],
      ['MQHA_CACHE', 'where the artifacts are kept, else $XDG_CACHE_HOME/mqha, else ~/.cache/mqha'],
      ['JAVA_HOME', 'the Java that brokers run with'],
      ['NO_COLOR, CI', 'no colour and no spinner'],
    ]),
    '.SH FILES',
    ...pairs([
      ['mqha.yaml', 'the one file to edit'],
      ['nodes/<name>/conf', 'rendered from it'],
      ['nodes/<name>/data', 'the store of a broker'],
      ['nodes/<name>/log', 'its logs'],
      ['.mqha', 'what mqha itself keeps: processes, events, credentials'],
    ]),
    '.SH EXAMPLES',
    ...commands.flatMap(({ definition }) =>
      (definition.examples ?? []).flatMap(({ command, does }) => [
        '.TP',
        bold(command),
        text(does),
      ]),
    ),
    '',
  ].join('\n');
}

function commandLines(command: TypedCommand): string[] {
  const { details, exitCodes = {} } = command.definition;
  const codes = Object.entries(exitCodes);
  const more = [
    ...command.options.flatMap(optionLines),
    ...(codes.length === 0
      ? []
      : ['.PP', 'Exit status:', ...codes.flatMap(([code, means]) => pairs([[code, means]]))]),
  ];
  return [
    '.TP',
    bold(usageOf(command)),
    text(details),
    ...(more.length === 0 ? [] : ['.RS', ...more, '.RE']),
  ];
}

function optionLines({ short, long, value, option }: TypedOption): string[] {
  const names = [short, long].filter((name) => name !== undefined).join(', ');
  const shown = value === undefined ? bold(names) : `${bold(names)} \\fI${escaped(value)}\\fR`;
  return ['.TP', shown, text(descriptionOf(option))];
}

function pairs(entries: readonly (readonly [string, string])[]): string[] {
  return entries.flatMap(([name, means]) => ['.TP', bold(name), text(means)]);
}

function paragraph(markdown: string): string[] {
  return ['.PP', text(markdown)];
}

function bold(words: string): string {
  return `\\fB${escaped(words)}\\fR`;
}

/** Markdown with code and links as roff. */
function text(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? escaped(part) : bold(part)))
    .join('');
}

/** A text that roff prints as it is. */
function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/, '\\&');
}
