import type { SHELLS } from '../commands/completion.js';
import type { Offer } from '../definition.js';
import { globalOptions, listedCommands, type TypedCommand, type TypedOption } from './words.js';

type Shell = (typeof SHELLS)[number];

/** The script that completes mqha in a shell. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

/** The commands that have others: `export`, with what help says of it. */
function parents(commands: readonly TypedCommand[]): Map<string, string> {
  const found = commands.flatMap(({ definition: { parent } }) => (parent ? [parent] : []));
  return new Map(found.map(({ name, summary }) => [name, summary]));
}

/** What follows `mqha`: commands, and those that have others. */
function firstWords(commands: readonly TypedCommand[]): (readonly [string, string])[] {
  const own = commands.map(({ name, definition: { parent, summary } }) =>
    parent ? ([parent.name, parent.summary] as const) : ([name, summary] as const),
  );
  return [...new Map(own)];
}

const wordsOf = (offer: Offer | undefined) => (typeof offer === 'object' ? offer : []);

const namesOf = ({ short, long }: TypedOption) => (short === undefined ? [long] : [short, long]);

/** A word that no shell reads anything into. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(): string {
  const commands = listedCommands();
  const globals = globalOptions();
  const known = [...parents(commands).keys()];
  const offered = (offer: Offer | undefined) =>
    offer === undefined
      ? 'return'
      : offer === 'file'
        ? 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return'
        : offer === 'directory'
          ? 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return'
          : `words=${quoted(offer.join(' '))}`;
  const values = (pattern: string, options: readonly TypedOption[]) =>
    options
      .filter(({ value }) => value !== undefined)
      .map(
        (option) =>
          `    ${namesOf(option)
            .map((name) => `${pattern}${quoted(` ${name}`)}`)
            .join('|')}) ${offered(option.offer)} ;;`,
      );
  const options = (of: readonly TypedOption[]) => of.flatMap(namesOf).join(' ');
  const takesValue = [...globals, ...commands.flatMap((each) => each.options)].filter(
    ({ value }) => value !== undefined,
  );
  return [
    '# Completion of mqha for bash: source <(mqha completion bash)',
    '_mqha() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}',
    "  local command='' words='' i",
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case ${COMP_WORDS[i]} in',
    `      ${[...new Set(takesValue.flatMap(namesOf))].join('|')}) ((i++)) ;;`,
    '      -*) ;;',
    '      *)',
    '        command="${command:+$command }${COMP_WORDS[i]}"',
    `        [[ ${known.map((name) => `$command == ${name}`).join(' || ')} ]] || break`,
    '        ;;',
    '    esac',
    '  done',
    '  case "$command $previous" in',
    ...commands.flatMap(({ name, options: own }) => values(quoted(name), own)),
    ...values('*', globals),
    '    *)',
    '      case $command in',
    `        '') words=${quoted([...firstWords(commands).map(([name]) => name), options(globals), '--version'].join(' '))} ;;`,
    ...known.map((parent) => {
      const children = commands.filter(({ definition }) => definition.parent?.name === parent);
      const names = children.map(({ definition }) => definition.name);
      return `        ${parent}) words=${quoted([...names, options(globals)].join(' '))} ;;`;
    }),
    ...commands.map((each) => {
      const lists = each.arguments.flatMap(({ offer }) => wordsOf(offer));
      const files = each.arguments.some(({ offer }) => offer === 'directory')
        ? '\n          [[ $current == -* ]] || { compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return; }\n         '
        : '';
      const words = [...lists, options(each.options), options(globals)].join(' ').trim();
      return `        ${quoted(each.name)})${files} words=${quoted(words)} ;;`;
    }),
    '      esac',
    '      ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -F _mqha mqha',
    '',
  ].join('\n');
}

function zsh(): string {
  const commands = listedCommands();
  /** Within a spec of _arguments, and within single quotes. */
  const plain = (text: string) =>
    text.replace(/[[\]:\\]/g, (letter) => `\\${letter}`).replaceAll("'", `'\\''`);
  const action = (offer: Offer | undefined) =>
    offer === undefined
      ? ''
      : offer === 'file'
        ? '_files'
        : offer === 'directory'
          ? '_files -/'
          : `(${offer.join(' ')})`;
  const spec = (option: TypedOption) => {
    const names = namesOf(option);
    const value =
      option.value === undefined ? '' : `:${plain(option.value)}:${action(option.offer)}`;
    const told = `[${plain(option.option.description)}]${value}`;
    const once = `'(${names.join(' ')})'`;
    return names.length === 1
      ? `'${option.several ? '*' : ''}${names[0] ?? ''}${told}'`
      : `${once}{${names.join(',')}}'${told}'`;
  };
  const argument = ({ syntax, offer }: TypedCommand['arguments'][number]) =>
    `'${syntax.includes('...') ? '*' : ''}:${plain(syntax)}:${action(offer)}'`;
  const specs = (each: TypedCommand) =>
    [...each.options.map(spec), '$globals', ...each.arguments.map(argument)].map(
      (line) => `          ${line}`,
    );
  const list = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, summary]) => `        '${name}:${plain(summary)}'`);
  const direct = commands.filter(({ definition }) => !definition.parent);
  return [
    '#compdef mqha',
    '# Completion of mqha for zsh: source <(mqha completion zsh), or a file _mqha in $fpath',
    '_mqha() {',
    '  local curcontext=$curcontext state line',
    '  local -a globals commands',
    '  typeset -A opt_args',
    '  globals=(',
    ...globalOptions().map((option) => `    ${spec(option)}`),
    '  )',
    `  _arguments -C $globals '--version[print the version of mqha]' '1:command:->command' '*::argument:->argument'`,
    '  case $state in',
    '    command)',
    '      commands=(',
    ...list(firstWords(commands)),
    '      )',
    `      _describe -t commands 'command' commands`,
    '      ;;',
    '    argument)',
    '      case $line[1] in',
    ...direct.flatMap((each) => [
      `        ${each.name})`,
      '          _arguments \\',
      specs(each).join(' \\\n'),
      '          ;;',
    ]),
    ...[...parents(commands).keys()].flatMap((parent) => {
      const children = commands.filter(({ definition }) => definition.parent?.name === parent);
      return [
        `        ${parent})`,
        `          _arguments -C $globals '1:command:(${children.map(({ definition }) => definition.name).join(' ')})' '*::argument:->${parent}'`,
        '          case $line[1] in',
        ...children.flatMap((each) => [
          `        ${each.definition.name})`,
          '          _arguments \\',
          specs(each).join(' \\\n'),
          '          ;;',
        ]),
        '          esac',
        '          ;;',
      ];
    }),
    '      esac',
    '      ;;',
    '  esac',
    '}',
    'if [[ $funcstack[1] == _mqha ]]; then _mqha "$@"; else compdef _mqha mqha; fi',
    '',
  ].join('\n');
}

function fish(): string {
  const commands = listedCommands();
  const within = (text: string) =>
    `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  const offered = (offer: Offer | undefined) =>
    offer === undefined
      ? ' -x'
      : offer === 'file'
        ? ' -r -F'
        : offer === 'directory'
          ? ` -x -a '(__fish_complete_directories)'`
          : ` -x -a ${within(offer.join(' '))}`;
  const line = (condition: string, { short, long, value, offer, option }: TypedOption) =>
    [
      'complete -c mqha',
      condition === '' ? '' : ` -n ${within(condition)}`,
      short === undefined ? '' : ` -s ${short.slice(1)}`,
      ` -l ${long.slice(2)}`,
      value === undefined ? '' : offered(offer),
      ` -d ${within(option.description)}`,
    ].join('');
  const isAt = ({ definition: { name, parent } }: TypedCommand) =>
    parent
      ? `__fish_seen_subcommand_from ${parent.name}; and __fish_seen_subcommand_from ${name}`
      : `__fish_seen_subcommand_from ${name}`;
  return [
    '# Completion of mqha for fish: mqha completion fish | source',
    'complete -c mqha -f',
    ...globalOptions().map((option) => line('', option)),
    `complete -c mqha -n __fish_use_subcommand -l version -d 'print the version of mqha'`,
    ...firstWords(commands).map(
      ([name, summary]) =>
        `complete -c mqha -n __fish_use_subcommand -a ${name} -d ${within(summary)}`,
    ),
    ...commands.flatMap((each) => {
      const { name, parent, summary } = each.definition;
      const lists = each.arguments.flatMap(({ offer }) => wordsOf(offer));
      const takesDirectory = each.arguments.some(({ offer }) => offer === 'directory');
      return [
        ...(parent
          ? [
              `complete -c mqha -n ${within(`__fish_seen_subcommand_from ${parent.name}; and not __fish_seen_subcommand_from ${name}`)} -a ${name} -d ${within(summary)}`,
            ]
          : []),
        ...each.options.map((option) => line(isAt(each), option)),
        ...(lists.length > 0
          ? [`complete -c mqha -n ${within(isAt(each))} -a ${within(lists.join(' '))}`]
          : []),
        ...(takesDirectory
          ? [`complete -c mqha -n ${within(isAt(each))} -a '(__fish_complete_directories)'`]
          : []),
      ];
    }),
    '',
  ].join('\n');
}
