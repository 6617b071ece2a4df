// What a command is: help, the parser, the types of what it is given, the README's table, the man
// page and shell completion come from its definition. Definitions import nothing that is slow to
// load; what a command does is in run/ and is loaded when it runs.

/** What completion offers for a value. */
export type Offer = 'file' | 'directory' | readonly string[];

/** Reads a value as it was typed. @param name what it is the value of: `--timeout` @throws MqhaError `usage` */
export type Parse<T> = (text: string, name: string) => T;

export interface Option<T = unknown> {
  readonly description: string;
  /** A letter. */
  readonly short?: string;
  /** Its value in help: `<n>`, or `<name...>` where several can follow; none for a switch. */
  readonly value?: string;
  /** It can be given several times, each with one value. */
  readonly repeated?: boolean;
  /** It is written `--no-<name>`, and true without it. */
  readonly negated?: boolean;
  readonly parse?: Parse<unknown>;
  readonly default?: string | number;
  /** The default in words: in place of the value, or where what is done without the option is no one value. */
  readonly defaultText?: string;
  readonly offer?: Offer;
  /** What it is to the command; only the compiler reads it. */
  readonly is?: T;
}

export type Options = Readonly<Record<string, Option>>;

export interface Argument<T = unknown> {
  /** `<queue>`, `[body]`, `<node...>` or `[node...]`. */
  readonly syntax: string;
  readonly description?: string;
  readonly parse?: Parse<unknown>;
  readonly offer?: Offer;
  readonly is?: T;
}

export type Arguments = Readonly<Record<string, Argument>>;

interface Example {
  readonly command: string;
  readonly does: string;
}

/** What commands are for, in the order of help. */
export const GROUPS = {
  make: 'Making a cluster',
  run: 'Running it',
  look: 'Looking at it',
  fail: 'Letting it fail',
  messages: 'Clients and messages',
  integrate: 'Beside other programs',
} as const;

export interface Definition {
  readonly name: string;
  /** The command of which it is one. */
  readonly parent?: { readonly name: string; readonly summary: string };
  readonly group: keyof typeof GROUPS;
  /** In the order in which they are typed, by what the command calls them. */
  readonly arguments?: Arguments;
  /** By their name in camel case: `webPort` is `--web-port`. */
  readonly options?: Options;
  /** One line, for help. */
  readonly summary: string;
  /** A sentence or two in Markdown, for the README and the man page. */
  readonly details: string;
  readonly examples?: readonly Example[];
  /** What its exit codes mean, where they are its own. An error whose code is among them is a 3, where there is one. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** In no list of commands. */
  readonly hidden?: boolean;
  /** It sees by itself that nobody reads stdout any more, and ends in order. */
  readonly endsItself?: boolean;
}

type Is<E> = E extends Option<infer T> ? T : E extends Argument<infer T> ? T : never;

type MaybeKeys<M> = { [K in keyof M]: undefined extends Is<M[K]> ? K : never }[keyof M];

type ValuesOf<M> = {
  readonly [K in Exclude<keyof M, MaybeKeys<M>>]: Is<M[K]>;
} & { readonly [K in MaybeKeys<M>]?: Exclude<Is<M[K]>, undefined> };

type Part<D, K extends string> = D extends Readonly<Record<K, infer M>> ? ValuesOf<M> : unknown;

/** What a command is given: the values of its arguments and options. */
export type InputOf<D extends Definition> = Part<D, 'arguments'> & Part<D, 'options'>;

/** A definition as it stands, so that the types of its input can be told. */
export function command<const D extends Definition>(definition: D): D {
  return definition;
}

type Switch = Omit<Option, 'value' | 'negated' | 'parse' | 'default' | 'description' | 'is'>;

/** A switch: given or not. */
export function flag(description: string, more: Switch = {}): Option<boolean | undefined> {
  return { description, ...more };
}

/** A switch that takes away what is done without it. */
export function without(description: string): Option<boolean> {
  return { description, negated: true };
}

interface ValueMore {
  readonly short?: string;
  readonly defaultText?: string;
  readonly offer?: Offer;
}

interface Parsed<T> extends ValueMore {
  readonly parse: Parse<T>;
}

type Value<S extends string, T> = S extends `${string}...${string}` ? readonly T[] : T;

/** An option with a value; without a parser it is what was typed. */
export function option<const S extends string, T>(
  value: S,
  description: string,
  more: Parsed<T> & { readonly default: T },
): Option<Value<S, T>>;
export function option<const S extends string, T>(
  value: S,
  description: string,
  more: Parsed<T>,
): Option<Value<S, T> | undefined>;
export function option<const S extends string>(
  value: S,
  description: string,
  more?: ValueMore,
): Option<Value<S, string> | undefined>;
export function option(value: string, description: string, more: ValueMore = {}): Option {
  return { value, description, ...more };
}

/** An option with a value that can be given several times; its values are in the order in which they were typed. */
export function repeatable<T>(
  value: string,
  description: string,
  more: Parsed<T>,
): Option<readonly T[] | undefined> {
  return { value, description, repeated: true, ...more };
}

type ArgumentValue<S extends string, T> = S extends `${string}...${string}`
  ? readonly T[]
  : S extends `[${string}`
    ? T | undefined
    : T;

interface ArgumentMore {
  readonly description?: string;
  readonly offer?: Offer;
}

/** An argument; without a parser it is what was typed. */
export function argument<const S extends string, T>(
  syntax: S,
  more: ArgumentMore & { readonly parse: Parse<T> },
): Argument<ArgumentValue<S, T>>;
export function argument<const S extends string>(
  syntax: S,
  more?: ArgumentMore,
): Argument<ArgumentValue<S, string>>;
export function argument(syntax: string, more: ArgumentMore = {}): Argument {
  return { syntax, ...more };
}

/** `webPort` as `--web-port`, or as `--no-web-port` where it is negated. */
export function longOf(name: string, { negated = false }: Option = { description: '' }): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${negated ? 'no-' : ''}${kebab}`;
}

/** The name that is typed: `export systemd`. */
export function fullName({ name, parent }: Definition): string {
  return parent ? `${parent.name} ${name}` : name;
}

/** What help says of an option, with its default. */
export function descriptionOf({ description, defaultText, default: value }: Option): string {
  const told = defaultText ?? (value === undefined ? undefined : String(value));
  return told === undefined ? description : `${description} (default: ${told})`;
}
