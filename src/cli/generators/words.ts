import { COMMANDS } from '../commands/index.js';
import { fullName, longOf, type Definition, type Offer, type Option } from '../definition.js';
import { GLOBAL_OPTIONS } from '../options.js';

/** An option as it is typed, for generators. */
export interface TypedOption {
  /** `-n`, where it has a letter. */
  readonly short: string | undefined;
  readonly long: string;
  /** `<n>`; none for a switch. */
  readonly value: string | undefined;
  readonly offer: Offer | undefined;
  /** Whether it can be given several times, or takes several values. */
  readonly several: boolean;
  readonly option: Option;
}

/** A command as it is typed, for generators. */
export interface TypedCommand {
  readonly name: string;
  readonly definition: Definition;
  readonly options: readonly TypedOption[];
  readonly arguments: readonly { readonly syntax: string; readonly offer: Offer | undefined }[];
}

function typed(options: Readonly<Record<string, Option>>): TypedOption[] {
  return Object.entries(options).map(([key, option]) => ({
    short: option.short === undefined ? undefined : `-${option.short}`,
    long: longOf(key, option),
    value: option.value,
    offer: option.offer,
    several: option.value?.includes('...') === true,
    option,
  }));
}

/** The commands that lists have, in the order of help. */
export function listedCommands(): TypedCommand[] {
  const definitions: readonly Definition[] = COMMANDS;
  return definitions
    .filter(({ hidden }) => hidden !== true)
    .map((definition) => ({
      name: fullName(definition),
      definition,
      options: typed(definition.options ?? {}),
      arguments: Object.values(definition.arguments ?? {}).map(({ syntax, offer }) => ({
        syntax,
        offer,
      })),
    }));
}

/** The options that every command has, `--help` among them. */
export function globalOptions(): TypedOption[] {
  const help = { description: 'display help for command', short: 'h' };
  return typed({ ...GLOBAL_OPTIONS, help });
}

/** `mqha send <queue> [body]` */
export function usageOf({ name, arguments: args }: TypedCommand): string {
  return ['mqha', name, ...args.map(({ syntax }) => syntax)].join(' ');
}
