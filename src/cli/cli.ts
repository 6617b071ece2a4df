import { Argument, Command, Option } from 'commander';
import { packageVersion } from '../lib/package.js';
import { actionOf, type Run } from './actions.js';
import { COMMANDS } from './commands/index.js';
import {
  GROUPS,
  descriptionOf,
  longOf,
  type Argument as ArgumentDefinition,
  type Definition,
  type Option as OptionDefinition,
} from './definition.js';
import { GLOBAL_OPTIONS } from './options.js';
import type { CommandContext } from './run/context.js';

export interface GlobalFlags {
  readonly cluster?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * The commands as commander sees them.
 * @param contextOf makes the context of a command from the global options
 * @param ended is told the exit code of a command that has one of its own
 */
export function buildCli(
  contextOf: (flags: GlobalFlags) => CommandContext,
  ended: (exitCode: number) => void,
): Command {
  const program = new Command('mqha')
    .description('Makes, runs, watches and tests a real ActiveMQ replicatedLevelDB cluster.')
    .version(packageVersion(), '-v, --version', 'print the version of mqha')
    .helpOption('-h, --help', 'print this, or what a command does and takes')
    .addHelpCommand(helpCommand())
    .showHelpAfterError('(see mqha --help)')
    .configureHelp({ showGlobalOptions: true });
  for (const option of optionsOf(GLOBAL_OPTIONS)) program.addOption(option);
  for (const definition of COMMANDS) {
    addCommand(program, definition, async (input) => {
      const { run } = await actionOf(definition)();
      // What the parser gives is what the definition says.
      const exitCode = await (run as Run<unknown>)(contextOf(program.opts<GlobalFlags>()), input);
      if (typeof exitCode === 'number') ended(exitCode);
    });
  }
  return program;
}

/**
 * The definition of the command that was typed, where it is one.
 * @param words what was typed: the parser knows of no command where an option before it is wrong
 */
export function definitionOf(cli: Command, words: readonly string[]): Definition | undefined {
  const named = (word: string | undefined) =>
    COMMANDS.find((definition: Definition) =>
      definition.parent ? definition.parent.name === word : definition.name === word,
    );
  const [typed] = cli.args;
  return typed === undefined ? named(words.find((word) => named(word))) : named(typed);
}

function addCommand(
  program: Command,
  definition: Definition,
  action: (input: object) => Promise<void>,
): void {
  const { name, parent, summary, hidden = false } = definition;
  const command = (parent ? parentOf(program, parent, heading(definition)) : program)
    .command(name, { hidden })
    .helpCommand(false)
    .description(summary);
  if (!parent) command.helpGroup(heading(definition));
  const args = Object.entries(definition.arguments ?? {});
  for (const [, argument] of args) command.addArgument(argumentOf(argument));
  for (const option of optionsOf(definition.options ?? {})) command.addOption(option);
  command.action(() => {
    const values = args.map(
      ([key], index) => [key, command.processedArgs[index] as unknown] as const,
    );
    return action({ ...Object.fromEntries<unknown>(values), ...command.opts<object>() });
  });
}

function parentOf(
  program: Command,
  { name, summary }: NonNullable<Definition['parent']>,
  group: string,
): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).helpCommand(false).description(summary).helpGroup(group);
}

function heading({ group }: Definition): string {
  return `${GROUPS[group]}:`;
}

function helpCommand(): Command {
  return new Command('help')
    .argument('[command]')
    .helpOption(false)
    .description('what a command does and takes')
    .helpGroup(`${GROUPS.integrate}:`);
}

function argumentOf({ syntax, description, parse }: ArgumentDefinition): Argument {
  const argument = new Argument(syntax, description);
  return parse ? argument.argParser((text) => parse(text, syntax)) : argument;
}

function optionsOf(options: Readonly<Record<string, OptionDefinition>>): Option[] {
  return Object.entries(options).map(([key, definition]) => {
    const { short, value, parse, default: given, defaultText } = definition;
    const long = longOf(key, definition);
    const names = short === undefined ? long : `-${short}, ${long}`;
    const flags = value === undefined ? names : `${names} ${value}`;
    // commander tells a default by itself, where there is one.
    const told = given === undefined ? descriptionOf(definition) : definition.description;
    const option = new Option(flags, told);
    // A parser is given one word at a time, and what it made of those before.
    if (parse && (option.variadic || definition.repeated === true)) {
      option.argParser<unknown[] | undefined>((text, before = []) => [
        ...before,
        parse(text, long),
      ]);
    } else if (parse) option.argParser((text) => parse(text, long));
    return given === undefined ? option : option.default(given, defaultText);
  });
}
